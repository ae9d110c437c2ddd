import type { System } from "../manifest/system.ts";
import { type Ban as Objected } from "./bans.ts";
import { objections } from "./blame.ts";
import type { Ban } from "./explain-bans.ts";
import { firstRule } from "./explain-law.ts";
import { type Repair, repaired } from "./explain-repair.ts";
import { findPlan, writtenOrder } from "./find-plan.ts";
import { groupsByOrder } from "./hand-written.ts";
import { judge } from "./judge.ts";
import type { Answer } from "./plan.ts";
import { isDirect, wantedMoves } from "./wanted.ts";

/** What stands against an order written for all that moves, where step by step there were a way. */
export interface Together {
  readonly bans: readonly Ban[];
  /** Whether it is proved that none can be left out. */
  readonly isIrreducible: boolean;
  /** Single changes, each of which opens a way; perhaps not all. */
  readonly repairs: readonly Repair[];
}

/** No more numbers are left out on trial, each by planning anew; fewer where that would take long. */
const maxTried = 40;

/** Enough for a row that speaks of two types, and for a plan that needs no search; not for a System that takes long to plan. */
const fewest = 3;
const fewestNodes = 2_000;
const large = 500;

/** The first rule that the order as written breaks, and the numbers without which it would not. */
export function whyNotTogether(system: System, nodeLimit: number): Together {
  const tries = triesFor(system, nodeLimit);
  const planned = plannerFor(nodeLimit);
  const moves = wantedMoves(system);
  const moving = new Set(moves.map(({ component }) => system.components[component]?.type ?? -1));
  const numbered = [...moving].filter((type) => system.types[type]?.order !== null);
  const orders = numbered.slice(0, tries).map((type): Repair => ({ kind: "drop-order", type }));
  const isOpenedBy = (repair: Repair) => planned(repaired(system, repair)) === "plan";
  const objection = moves.every((move) => isDirect(system, move))
    ? objections(system, judge(system), [groupsByOrder(system, moves)])[0]
    : undefined;
  if (objection === undefined)
    return { bans: [], isIrreducible: false, repairs: orders.filter(isOpenedBy) };
  const ban = banOf(objection);
  const strict = alone(system, objection);
  const types = tries === 0 ? numbered : sufficient(strict, numbered, objection.table, planned);
  const needed =
    types.length > tries ? { types, isProved: false } : neededOrders(strict, types, planned);
  const row: Repair = ban.kind === "row" ? { kind: "say-yes", ban } : { kind: "add-row", ban };
  return {
    bans: [ban, ...needed.types.map((type) => ({ kind: "order", type }) as const)],
    isIrreducible: needed.isProved,
    repairs: [row, ...orders].filter(isOpenedBy),
  };
}

/** Whether the order is written for all that moves, and some of it cannot go where it should in one stage. */
export function isWrittenOverStones(system: System): boolean {
  return (
    writtenOrder(system) === "all" && wantedMoves(system).some((move) => !isDirect(system, move))
  );
}

/**
 * Those of the repairs that open a way for the order as written, too: it puts together what step by step would pass. Null where
 * there are too many to plan with each.
 */
export function openingAsWritten(
  system: System,
  opened: readonly Repair[],
  nodeLimit: number,
): readonly Repair[] | null {
  if (writtenOrder(system) !== "all") return opened;
  if (opened.length > triesFor(system, nodeLimit)) return null;
  const planned = plannerFor(nodeLimit);
  return opened.filter((repair) => planned(repaired(system, repair)) === "plan");
}

function triesFor({ components }: System, nodeLimit: number): number {
  const affordable = Math.floor(nodeLimit / components.length);
  return Math.min(maxTried, components.length > large ? affordable : Math.max(fewest, affordable));
}

type Planner = (system: System) => Answer["kind"];

function plannerFor(nodes: number): Planner {
  const nodeLimit = Math.max(nodes, fewestNodes);
  return (system) => findPlan(system, { nodeLimit }).kind;
}

function banOf({ rule, table, versions }: Objected): Extract<Ban, { kind: "row" | "unlisted" }> {
  if (versions === null) return { kind: "row", table: table.name, rule };
  const { name, columns, rows } = table;
  return { kind: "unlisted", table: name, rule: firstRule(rows), columns, versions };
}

/** The System when nothing on the way is forbidden but this. */
function alone(system: System, { rule, table, cells }: Objected): System {
  const rows = [{ cells, verdict: "no" as const, rule }];
  return { ...system, transitionTables: [{ ...table, allowByDefault: true, rows }] };
}

/** Mostly the numbers of those that the table speaks of will do. */
function sufficient(
  system: System,
  numbered: readonly number[],
  { columns }: Objected["table"],
  planned: Planner,
): readonly number[] {
  const near = numbered.filter((type) => columns.some((column) => column.type === type));
  return planned(onlyOrdered(system, near)) === "no-plan" ? near : numbered;
}

function onlyOrdered(system: System, kept: readonly number[]): System {
  const types = system.types.map((one, type) =>
    kept.includes(type) ? one : { ...one, order: null },
  );
  return { ...system, types };
}

/** Numbers are left out one after the other as long as there is no plan without them. */
function neededOrders(
  system: System,
  numbered: readonly number[],
  planned: Planner,
): { readonly types: readonly number[]; readonly isProved: boolean } {
  let kept = onlyOrdered(system, numbered);
  let isProved = planned(kept) === "no-plan";
  const types = numbered.filter((type) => {
    const fewer = repaired(kept, { kind: "drop-order", type });
    const kind = planned(fewer);
    if (kind === "undecided") isProved = false;
    if (kind !== "no-plan") return true;
    kept = fewer;
    return false;
  });
  return { types, isProved };
}
