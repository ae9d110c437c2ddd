import type { System } from "../../manifest/system.ts";
import type { Ban as Objected } from "./bans.ts";
import type { Ban } from "./explain-bans.ts";
import { lawOf } from "./explain-law.ts";
import {
  banOf,
  type Planner,
  sufficient,
  withOrders,
  withoutRests,
  withRows,
} from "./explain-only.ts";
import { coreOf } from "../find-plan.ts";
import { judge } from "../constraints/judge.ts";

/** What stands against an order written over stepping stones. */
export interface OverStones {
  readonly bans: readonly Ban[];
  /** Whether it is proved that none can be left out. */
  readonly isIrreducible: boolean;
}

interface Limits {
  readonly nodeLimit: number;
  /** So many bans are left out on trial; where there are more, none is. */
  readonly tries: number;
  readonly planned: Planner;
}

/** Rules that may hold or not. */
interface Rules {
  readonly rows: readonly Objected[];
  /** Whether stages end in end states only. */
  readonly isResting: boolean;
  /** Types by their numbers. */
  readonly orders: readonly number[];
}

/**
 * The order holds in each stage, and which stages there are is left to the search: so the rows are those that every plan of
 * its own breaks. Null where it does not find them.
 */
export function whyNotOverStones(
  system: System,
  numbered: readonly number[],
  { nodeLimit, tries, planned }: Limits,
): OverStones | null {
  const law = judge(system);
  if (law.rests !== null) return null;
  const core = coreOf(system, law, nodeLimit);
  if (core.kind === "not-found" || !law.ends.isSure()) return null;
  const rows = core.kind === "rules" ? core.bans : [];
  const answer = (rules: Rules) => planned(systemOf(system, rules));
  const all: Rules = { rows, isResting: true, orders: numbered };
  if (rows.length + numbered.length > tries) {
    const orders = sufficient(
      numbered,
      rows,
      (some) => answer({ ...all, orders: some }) === "no-plan",
    );
    return { bans: bansOf(system, { ...all, orders }), isIrreducible: false };
  }
  let kept = all;
  // The numbers last: where some are left out, the others ask for more, and what is needed now would not be.
  for (const fewer of lessBy(all)) {
    const rules = fewer(kept);
    if (answer(rules) === "no-plan") kept = rules;
  }
  const isIrreducible =
    answer(kept) === "no-plan" && lessBy(kept).every((fewer) => answer(fewer(kept)) === "plan");
  return { bans: bansOf(system, kept), isIrreducible };
}

/** Each way to leave one of them out. */
function lessBy({ rows, isResting, orders }: Rules): readonly ((from: Rules) => Rules)[] {
  return [
    ...(isResting ? [(from: Rules) => ({ ...from, isResting: false })] : []),
    ...rows.map((row) => (from: Rules) => ({
      ...from,
      rows: from.rows.filter((other) => other !== row),
    })),
    ...orders.map((type) => (from: Rules) => ({
      ...from,
      orders: from.orders.filter((other) => other !== type),
    })),
  ];
}

function systemOf(system: System, { rows, isResting, orders }: Rules): System {
  const strict = withOrders(withRows(system, rows), orders);
  return isResting ? strict : withoutRests(strict);
}

function bansOf(system: System, { rows, isResting, orders }: Rules): readonly Ban[] {
  const { ban, rest } = lawOf(system);
  return [
    ...rows.map(banOf),
    ...(isResting ? [ban(rest)] : []),
    ...orders.map((type) => ({ kind: "order", type }) as const),
  ];
}
