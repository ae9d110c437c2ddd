import { startState } from "../../manifest/system-state.ts";
import type { System, SystemState } from "../../manifest/system.ts";
import type { Acceptability } from "../constraints/acceptability.ts";
import type { SearchLimit } from "../model/budget.ts";
import { after, type MovePlan } from "../model/moves.ts";
import { type Solve, solver } from "../search/solve.ts";
import { grown, type Oracle, reduced } from "./conflict-set.ts";
import { byNogood, byPlace, nogoodsOf, type Numbering, restNogood } from "./nogood.ts";
import type { Nogood } from "../model/conflict.ts";
import { extractNogoods, violations } from "./nogood-extraction.ts";
import { relaxer, withOrders } from "./relaxed.ts";

/** What stands against every plan. */
export type PlanConflict =
  /** Rows of the transition tables. */
  | {
      readonly kind: "rows";
      readonly nogoods: readonly Nogood[];
      /** Whether leaving out any one of them was seen to open a way. */
      readonly isIrreducible: boolean;
    }
  /** There is no plan even where the transition tables forbid nothing. */
  | { readonly kind: "no-rest" }
  | { readonly kind: "not-found" };

/** So many nodes for each question. */
const conflictNodeLimit = 20_000;

/** The planner is asked at most so often, counted in Components. */
const effort = 20_000;

export function questionsFor({ components }: System): number {
  return Math.ceil(effort / Math.max(1, components.length));
}

/** Asks the planner: with stages and order groups. */
export interface PlanOracle extends Oracle<MovePlan>, Numbering {
  /** The nogood on ending a stage anywhere but in an end state. */
  readonly rest: number;
  /** Those on the types that are numbered by hand. */
  readonly orders: readonly number[];
}

/** Of a plan the rows are told that it breaks; the nogoods of stages and orders must be in force from the beginning. */
export function planOracle(
  system: System,
  acceptability: Acceptability,
  { nodeLimit, heard }: SearchLimit,
  search: Solve = solver(system, acceptability.tableClasses, heard),
): PlanOracle {
  const numbering = nogoodsOf();
  const { numberOf, nogood } = numbering;
  const rest = numberOf(restNogood(system));
  const orders = system.types.flatMap(({ order }, type) =>
    order === null ? [] : [numberOf({ kind: "order", type })],
  );
  const relaxed = relaxer(system, acceptability);
  const solvers = new Map([[orders.join(), search]]);
  const solverFor = (kept: readonly number[]): Solve => {
    const types = kept.flatMap((number) => {
      const order = nogood(number);
      return order.kind === "order" ? [order.type] : [];
    });
    const known =
      solvers.get(kept.join()) ??
      solver(withOrders(system, types), acceptability.tableClasses, heard);
    solvers.set(kept.join(), known);
    return known;
  };
  return {
    ...numbering,
    rest,
    orders,
    ask: (inForce) => {
      const solve = solverFor(orders.filter((order) => inForce.has(order)));
      const under = relaxed([...inForce].map(nogood), inForce.has(rest));
      const found = solve(under, Math.min(nodeLimit, conflictNodeLimit), "any");
      if (found.kind === "found") return { kind: "way", way: found.movePlan };
      return found.kind === "undecided" ? found : { kind: "none", used: inForce };
    },
    broken: (movePlan) => against(system, acceptability, movePlan).map(numberOf),
  };
}

/** What forbids the moves: against its first impossible stage as such, else against its groups. */
function against(
  system: System,
  acceptability: Acceptability,
  movePlan: MovePlan,
): readonly Nogood[] {
  let state: SystemState = startState(system);
  for (const groups of movePlan) {
    const end = after(state, groups.flat());
    const nogoods = extractNogoods(system, acceptability, state, end);
    if (nogoods !== null) return nogoods;
    state = end;
  }
  return violations(system, acceptability, movePlan);
}

/** Rows of the transition tables that forbid every plan that rests in end states and keeps the written order. */
export function conflictingRows(
  system: System,
  acceptability: Acceptability,
  limit: SearchLimit,
  search: Solve,
): PlanConflict {
  const oracle = planOracle(system, acceptability, limit, search);
  const always = new Set([oracle.rest, ...oracle.orders]);
  const questions = { left: questionsFor(system) };
  const found = grown(oracle, always, questions);
  if (found.kind !== "none") return { kind: "not-found" };
  const rows = [...found.used].filter((nogood) => !always.has(nogood));
  if (rows.length === 0) return { kind: "no-rest" };
  const inNames = byNogood(system);
  const inOrder = rows.toSorted((a, b) => inNames(oracle.nogood(a), oracle.nogood(b)));
  const { nogoods, isIrreducible } = reduced(
    oracle,
    found.used,
    rows.length <= questions.left ? inOrder : [],
  );
  return {
    kind: "rows",
    nogoods: nogoods
      .filter((nogood) => !always.has(nogood))
      .map(oracle.nogood)
      .toSorted(byPlace(system)),
    isIrreducible: isIrreducible && rows.length <= questions.left,
  };
}
