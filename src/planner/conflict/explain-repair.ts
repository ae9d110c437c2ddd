import { passesEndStatesOnly, type System, type SystemState } from "../../manifest/system.ts";
import { assertNever } from "../../core/assert-never.ts";
import { at } from "../model/draft.ts";
import type { Ban } from "./explain-bans.ts";
import { type Liftings, opening } from "./explain-core.ts";
import { pathsTo } from "./explain-paths.ts";
import { lawOf } from "./explain-law.ts";
import type { None, Question } from "./explain-search.ts";

/** One change that alone opens a way. */
export type Repair =
  /** The NO row says YES. */
  | { readonly kind: "say-yes"; readonly ban: Extract<Ban, { kind: "row" }> }
  /** The table gets a YES row for the combination. */
  | { readonly kind: "add-row"; readonly ban: Extract<Ban, { kind: "unlisted" }> }
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
    };

export interface Repairs {
  readonly repairs: readonly Repair[];
  /** False: not all of them could be tried. */
  readonly isComplete: boolean;
}

/** How many end states in between are tried. */
const maxRests = 50;

/**
 * Every single change that opens a way. `core`: bans that forbid every way together; `failed`: the search under
 * all bans that found none; null: it was given up.
 */
export function repairs(
  question: Question,
  core: readonly number[],
  lifted: Liftings,
  failed: None | null,
): Repairs {
  const { system, law } = question;
  const byLifting = core
    .filter((ban) => lifted.opening.has(ban))
    .map((ban) => repairOf(law.ban(ban)))
    .filter((one) => one !== null);
  // Where only end states are passed a row for a state makes it an end state, too: that must be tried.
  const isExact = !passesEndStatesOnly(system);
  const rests = failed?.refusedRests ?? [];
  const tried = openedBy(question, [
    ...(isExact ? [] : byLifting),
    ...rests.slice(0, maxRests).map((state) => ({ kind: "add-end-state" as const, state })),
  ]);
  const brought = stones(system).map((repair) => ({
    repair,
    found: opening({ ...question, ...changedBy(question, repair) }, core),
  }));
  return {
    repairs: [
      ...(isExact ? byLifting : []),
      ...tried.repairs,
      ...brought.filter(({ found }) => found.kind === "way").map(({ repair }) => repair),
    ],
    isComplete:
      tried.isComplete &&
      (failed !== null || (core.length > 0 && !core.includes(law.rest))) &&
      rests.length <= maxRests &&
      lifted.isComplete &&
      brought.every(({ found }) => found.kind !== "undecided"),
  };
}

/** Those of the changes that open a way, each for itself. */
export function openedBy(
  question: Question,
  candidates: readonly Repair[],
): Pick<Repairs, "repairs" | "isComplete"> {
  const found = candidates.map((repair) => {
    const changed = changedBy(question, repair);
    return { repair, found: opening({ ...question, ...changed, law: lawOf(changed.system) }) };
  });
  return {
    repairs: found.filter((one) => one.found.kind === "way").map(({ repair }) => repair),
    isComplete: found.every((one) => one.found.kind !== "undecided"),
  };
}

function changedBy(question: Question, repair: Repair): Pick<Question, "system" | "paths"> {
  const system = repaired(question.system, repair);
  return { system, paths: pathsTo(system, question.paths.goals) };
}

/** Null where no single change lifts it. */
function repairOf(ban: Ban): Repair | null {
  switch (ban.kind) {
    case "row":
      return { kind: "say-yes", ban };
    case "unlisted":
      return { kind: "add-row", ban };
    case "order":
      return { kind: "drop-order", type: ban.type };
    case "rest":
      return null;
    default:
      return assertNever(ban);
  }
}

/** For each type the versions that nothing at hand installs from where its Components are. */
function stones({ types, components }: System): readonly Repair[] {
  return types.flatMap(({ versions }, type) => {
    const own = components.filter((component) => component.type === type);
    const starts = [...new Set(own.map(({ start }) => start))].toSorted((a, b) => a - b);
    return [...versions.keys()].flatMap((to): readonly Repair[] => {
      const from = starts.filter(
        (start) =>
          start !== to &&
          own.some((one) => one.start === start && one.hops[start]?.includes(to) !== true),
      );
      if (from.length === 0 || versions[to] === "?") return [];
      return [{ kind: "add-artifact", type, from, to }];
    });
  });
}

/** The System as it would be after the change. */
export function repaired(system: System, repair: Repair): System {
  switch (repair.kind) {
    case "say-yes":
      return {
        ...system,
        endTables: system.endTables.map((table) => withoutBan(table, repair.ban)),
        transitionTables: system.transitionTables.map((table) => withYes(table, repair.ban)),
      };
    case "add-row":
      return withRow(system, repair.ban);
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
    default:
      return assertNever(repair);
  }
}

type RowBan = Extract<Ban, { kind: "row" }>;

function withYes(
  table: System["transitionTables"][number],
  { rule }: RowBan,
): System["transitionTables"][number] {
  const rows = table.rows.map((row) =>
    row.rule === rule ? { ...row, verdict: "yes" as const } : row,
  );
  return { ...table, rows };
}

/** A NO row of an end table names no System version: it can only go. */
function withoutBan(
  table: System["endTables"][number],
  { rule }: RowBan,
): System["endTables"][number] {
  return { ...table, rows: table.rows.filter((row) => row.rule !== rule) };
}

function withRow(system: System, ban: Extract<Ban, { kind: "unlisted" }>): System {
  const isWhole = !system.transitionTables.some(({ columns }) => columns === ban.columns);
  if (isWhole) return withEndState(system, ban.versions);
  const cells = ban.versions.map((version) => [version]);
  const rule = { file: "", line: 1, row: "" };
  return {
    ...system,
    transitionTables: system.transitionTables.map((table) =>
      table.columns === ban.columns
        ? { ...table, rows: [...table.rows, { cells, verdict: "yes" as const, rule }] }
        : table,
    ),
  };
}

/** The first end table gets a row for the state, if its columns can tell it. */
function withEndState(system: System, state: SystemState): System {
  const [name] = system.endTables.flatMap(({ rows }) =>
    rows.flatMap(({ systemVersion }) => systemVersion ?? []),
  );
  if (name === undefined) return system;
  return {
    ...system,
    endTables: system.endTables.map((table) => {
      const cells = table.columns.map(({ type, component }) =>
        component === null ? versionsOf(system, state, type) : [at(state, component)],
      );
      const rule = { file: "", line: 1, row: "" };
      const row = { systemVersion: name, cells, verdict: "yes" as const, rule };
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
  const hops = component.hops.map((targets, version) =>
    from.includes(version) && !targets.includes(to)
      ? [...targets, to].toSorted((a, b) => a - b)
      : targets,
  );
  return { ...component, hops };
}
