import { startState } from "../../manifest/system-state.ts";
import type { System, SystemState } from "../../manifest/system.ts";
import { at } from "../model/moves.ts";
import { tableClassesOf } from "../model/table-classes.ts";
import type { Repair } from "./repair.ts";

/** Changes of the end states: the NO rows that may say YES, and the rows that may be added. */
export interface EndChanges {
  readonly saying: readonly Repair[];
  readonly adding: readonly Repair[];
  /** False: more rows may be added than are gone through. */
  readonly isComplete: boolean;
}

/** More rows that may be added are not gone through. */
const maxRows = 300;

/**
 * A row that is added lets stages end in its states, and lends their combinations to the transition tables. What it
 * says of Components that no table tells apart is a set of versions, which a state stands for here: one in which they
 * have all of them.
 */
export function endChanges(system: System): EndChanges {
  const saying = system.endTables.flatMap(({ name, rows }) =>
    rows
      .filter(({ verdict }) => verdict === "no")
      .map(({ rule }): Repair => ({ kind: "say-yes", nogood: { kind: "row", table: name, rule } })),
  );
  const { classes } = tableClassesOf(system);
  const choices = classes.map(({ type, components }) => choicesOf(system, type, components.length));
  const count = choices.reduce((product, { length }) => product * length, 1);
  if (count > maxRows) return { saying, adding: [], isComplete: false };
  const start = startState(system);
  let states: readonly SystemState[] = [start];
  for (const [index, { components }] of classes.entries()) {
    states = states.flatMap((state) =>
      at(choices, index).map((versions) => spread(state, components, versions)),
    );
  }
  const adding = states.map((state): Repair => ({ kind: "add-end-state", state }));
  return { saying, adding, isComplete: true };
}

/**
 * The sets of versions that so many Components can have at the same time, the small ones first; nobody writes the
 * unknown one.
 */
function choicesOf(system: System, type: number, count: number): readonly (readonly number[])[] {
  const { versions } = at(system.types, type);
  const known = [...versions.keys()].filter((version) => versions[version] !== "?");
  let sets: readonly (readonly number[])[] = [[]];
  for (const version of known) {
    const larger = sets
      .filter(({ length }) => length < count)
      .map((chosen) => [...chosen, version]);
    sets = [...sets, ...larger];
    // More than are gone through anyway.
    if (sets.length > maxRows + 1) break;
  }
  return sets.filter(({ length }) => length > 0).toSorted((a, b) => a.length - b.length);
}

function spread(
  state: SystemState,
  components: readonly number[],
  versions: readonly number[],
): SystemState {
  return state.map((version, component) => {
    const place = components.indexOf(component);
    return place < 0 ? version : at(versions, Math.min(place, versions.length - 1));
  });
}
