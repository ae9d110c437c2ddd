import { assertNever } from "../../core/assert-never.ts";
import { SystemVersion } from "../../core/ids.ts";
import type { System, SystemState } from "../../manifest/system.ts";
import { at } from "../model/moves.ts";
import type { Nogood } from "../model/conflict.ts";

/** One change that alone opens a way. */
export type Repair =
  /** The NO row says YES. */
  | { readonly kind: "say-yes"; readonly nogood: Extract<Nogood, { kind: "row" }> }
  /** The table gets a YES row for the combination. */
  | { readonly kind: "add-row"; readonly nogood: Extract<Nogood, { kind: "unlisted" }> }
  /** The end table gets this state. */
  | { readonly kind: "add-end-state"; readonly state: SystemState }
  /** The type is left without a hand-written order. */
  | { readonly kind: "drop-order"; readonly type: number }
  /** A further Artifact: it brings the type from these versions to that one. */
  | {
      readonly kind: "add-artifact";
      readonly type: number;
      readonly from: readonly number[];
      readonly to: number;
    }
  /** Edges, or what the Manifest says beside an Artifact, no longer close these installs. */
  | {
      readonly kind: "open-installs";
      readonly nogood: Extract<Nogood, { kind: "edge" | "edge-default" | "depends" }>;
      readonly hops: readonly Hop[];
    };

/** An install of a Component; all by index. */
export interface Hop {
  readonly component: number;
  readonly from: number;
  readonly to: number;
}

/** What a System version is called that has no name yet. */
const added = SystemVersion.parse("added");

/** The System as it would be after the change. */
export function repaired(system: System, repair: Repair): System {
  switch (repair.kind) {
    case "say-yes":
      return {
        ...system,
        endTables: system.endTables.map((table) => withYesEnd(table, repair.nogood)),
        transitionTables: system.transitionTables.map((table) => withYes(table, repair.nogood)),
      };
    case "add-row":
      return withRow(system, repair.nogood);
    case "add-end-state":
      return withEndState(system, repair.state);
    case "drop-order": {
      const { type } = repair;
      return {
        ...system,
        types: system.types.with(type, { ...at(system.types, type), order: null }),
      };
    }
    case "add-artifact":
      return { ...system, components: system.components.map((one) => withHop(one, repair)) };
    case "open-installs":
      return {
        ...system,
        components: system.components.map((one, component) =>
          withHops(one, (from) =>
            repair.hops.flatMap((hop) =>
              hop.component === component && hop.from === from ? [hop.to] : [],
            ),
          ),
        ),
      };
    default:
      return assertNever(repair);
  }
}

type RowNogood = Extract<Nogood, { kind: "row" }>;

function withYes(
  table: System["transitionTables"][number],
  { rule }: RowNogood,
): System["transitionTables"][number] {
  const rows = table.rows.map((row) =>
    row.rule === rule ? { ...row, verdict: "yes" as const } : row,
  );
  return { ...table, rows };
}

/** A NO row of an end table need not name a System version. */
function withYesEnd(
  table: System["endTables"][number],
  { rule }: RowNogood,
): System["endTables"][number] {
  const rows = table.rows.map((row) =>
    row.rule === rule
      ? { ...row, verdict: "yes" as const, systemVersion: row.systemVersion ?? added }
      : row,
  );
  return { ...table, rows };
}

function withRow(system: System, nogood: Extract<Nogood, { kind: "unlisted" }>): System {
  const isWhole = !system.transitionTables.some(({ columns }) => columns === nogood.columns);
  if (isWhole) return withEndState(system, nogood.versions);
  const cells = nogood.versions.map((version) => [version]);
  const rule = { file: "", line: 1, row: "" };
  return {
    ...system,
    transitionTables: system.transitionTables.map((table) =>
      table.columns === nogood.columns
        ? { ...table, rows: [...table.rows, { cells, verdict: "yes" as const, rule }] }
        : table,
    ),
  };
}

/** Each end table gets a row for the state; where Components of a column have several versions, it allows them all. */
function withEndState(system: System, state: SystemState): System {
  return {
    ...system,
    endTables: system.endTables.map((table) => {
      const cells = table.columns.map(({ type, component }) =>
        component === null ? versionsOf(system, state, type) : [at(state, component)],
      );
      const rule = { file: "", line: 1, row: "" };
      const row = { systemVersion: added, cells, verdict: "yes" as const, rule };
      return { ...table, rows: [...table.rows, row] };
    }),
  };
}

function versionsOf({ components }: System, state: SystemState, type: number): readonly number[] {
  const own = state.filter((_, component) => components[component]?.type === type);
  return [...new Set(own)].toSorted((a, b) => a - b);
}

function withHop(
  component: System["components"][number],
  { type, from, to }: Extract<Repair, { kind: "add-artifact" }>,
): System["components"][number] {
  if (component.type !== type) return component;
  return withHops(component, (version) => (from.includes(version) ? [to] : []));
}

function withHops(
  component: System["components"][number],
  addedTo: (from: number) => readonly number[],
): System["components"][number] {
  const hops = component.hops.map((targets, from) => {
    const added = addedTo(from).filter((to) => !targets.includes(to));
    return added.length === 0 ? targets : [...targets, ...added].toSorted((a, b) => a - b);
  });
  return { ...component, hops };
}
