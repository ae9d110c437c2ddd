import type { System } from "../../manifest/system.ts";
import type { Nogood as TableNogood } from "./relaxed-acceptability.ts";
import type { Nogood } from "./nogood.ts";
import { lawOf } from "./step-rules.ts";
import {
  nogoodOf,
  type Planner,
  sufficient,
  withOrders,
  withoutRests,
  withRows,
} from "./explain-only.ts";
import { conflictSetOf } from "../find-plan.ts";
import { acceptabilityOf } from "../constraints/acceptability.ts";

/** What stands against an order written over stepping stones. */
export interface OverStones {
  readonly nogoods: readonly Nogood[];
  /** Whether it is proved that none can be left out. */
  readonly isIrreducible: boolean;
}

interface Limits {
  readonly nodeLimit: number;
  /** So many nogoods are left out on trial; where there are more, none is. */
  readonly tries: number;
  readonly planned: Planner;
}

/** Rules that may hold or not. */
interface Rules {
  readonly rows: readonly TableNogood[];
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
  const acceptability = acceptabilityOf(system);
  if (acceptability.endStatesOnly !== null) return null;
  const core = conflictSetOf(system, acceptability, nodeLimit);
  if (core.kind === "not-found" || !acceptability.ends.isSure()) return null;
  const rows = core.kind === "rules" ? core.nogoods : [];
  const answer = (rules: Rules) => planned(systemOf(system, rules));
  const all: Rules = { rows, isResting: true, orders: numbered };
  if (rows.length + numbered.length > tries) {
    const orders = sufficient(
      numbered,
      rows,
      (some) => answer({ ...all, orders: some }) === "no-plan",
    );
    return { nogoods: nogoodsOf(system, { ...all, orders }), isIrreducible: false };
  }
  let kept = all;
  // The numbers last: where some are left out, the others ask for more, and what is needed now would not be.
  for (const fewer of lessBy(all)) {
    const rules = fewer(kept);
    if (answer(rules) === "no-plan") kept = rules;
  }
  const isIrreducible =
    answer(kept) === "no-plan" && lessBy(kept).every((fewer) => answer(fewer(kept)) === "plan");
  return { nogoods: nogoodsOf(system, kept), isIrreducible };
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

function nogoodsOf(system: System, { rows, isResting, orders }: Rules): readonly Nogood[] {
  const { nogood, rest } = lawOf(system);
  return [
    ...rows.map(nogoodOf),
    ...(isResting ? [nogood(rest)] : []),
    ...orders.map((type) => ({ kind: "order", type }) as const),
  ];
}
