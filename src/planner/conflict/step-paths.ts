import type { System } from "../../manifest/system.ts";
import { type Distances, distancesTo, versionsFrom } from "../model/distances.ts";
import { at } from "../model/moves.ts";

/** For each Component and version the versions that a step may lead to. */
type Hops = readonly (readonly (readonly number[])[])[];

/** The steps from which something that is wanted can still be reached. */
export interface Paths {
  /** For each Component the versions it may end in. */
  readonly goals: readonly (readonly number[])[];
  readonly left: Distances;
  /** Those that lead nearer to it, */
  readonly nearer: Hops;
  /** and all others. */
  readonly others: Hops;
  /** For each Component and version itself, and all that its steps lead to. */
  readonly further: Hops;
  /** Whether no Component can be installed more than once. */
  readonly isOnce: boolean;
  /** Components that nothing tells apart. */
  readonly alike: readonly (readonly number[])[];
  /** Whether twice the number of a version, and one, fits a character. */
  readonly isNarrow: boolean;
}

/** `before`: those of a System that differs in few Components; what the others have is taken from there. */
export function pathsTo(
  system: System,
  goals: readonly (readonly number[])[],
  before?: { readonly system: System; readonly paths: Paths },
): Paths {
  const each = system.components.map((component, index): OwnPaths => {
    const isKnown = before?.paths.goals === goals && before.system.components[index] === component;
    return isKnown ? ownOf(before.paths, index) : ownPathsTo(component.hops, goals[index] ?? []);
  });
  return {
    goals,
    left: each.map(({ left }) => left),
    nearer: each.map(({ nearer }) => nearer),
    others: each.map(({ others }) => others),
    further: each.map(({ further }) => further),
    isOnce: system.components.every(({ start }, component) => {
      const { nearer, others } = at(each, component);
      const isLast = (to: number) => nearer[to]?.length === 0 && others[to]?.length === 0;
      return at(nearer, start).every(isLast) && at(others, start).every(isLast);
    }),
    alike: alikeIn(system),
    isNarrow: system.types.every(({ versions }) => versions.length < 0x7f_ff),
  };
}

/** Those of one Component. */
type OwnPaths = {
  readonly [Part in "left" | "nearer" | "others" | "further"]: Paths[Part][number];
};

function ownOf({ left, nearer, others, further }: Paths, component: number): OwnPaths {
  return {
    left: at(left, component),
    nearer: at(nearer, component),
    others: at(others, component),
    further: at(further, component),
  };
}

function ownPathsTo(hops: Hops[number], goals: readonly number[]): OwnPaths {
  const left = distancesTo(goals, hops);
  const own = hops.map((targets) => targets.filter((to) => left[to] !== Infinity));
  const chosen = (isChosen: (from: number, to: number) => boolean) =>
    own.map((targets, from) => targets.filter((to) => isChosen(at(left, from), at(left, to))));
  return {
    left,
    nearer: chosen((from, to) => to < from),
    others: chosen((from, to) => to >= from),
    further: [...own.keys()].map((version) => versionsFrom(version, own)),
  };
}

function alikeIn(system: System): readonly (readonly number[])[] {
  const named = new Set(
    [...system.endTables, ...system.transitionTables].flatMap(({ columns }) =>
      columns.flatMap(({ component }) => component ?? []),
    ),
  );
  const groups = new Map<string, number[]>();
  for (const [index, { type, start, hops }] of system.components.entries()) {
    const key = named.has(index) ? String(index) : JSON.stringify([type, start, hops]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [index]);
    else group.push(index);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}
