import { assertNever } from "../core/assert-never.ts";
import type { System, SystemState } from "../manifest/system.ts";
import type { Ban } from "./explain-bans.ts";
import { reduced } from "./explain-core.ts";
import { isTooWide, lawOf } from "./explain-law.ts";
import { missingEndState } from "./explain-goal.ts";
import { type OrderReason, orderReasons } from "./explain-order.ts";
import { openedBy, type Repair, repaired, repairs } from "./explain-repair.ts";
import { type Question, type Reached, search } from "./explain-search.ts";
import { nearestEnd, type NearestEnd } from "./explain-nearest.ts";
import { findPlan } from "./find-plan.ts";
import { wantedOf } from "./hand-written.ts";
import type { Answer } from "./plan.ts";

/** Why there is no plan. Components and versions by index. */
export interface WhyNot {
  readonly kind: "no-plan";
  /** Bans that together forbid every plan, even if nothing else did; empty where it is not for them. */
  readonly core: readonly Ban[];
  /** Whether it is proved that the others would leave a way without any one of them. */
  readonly isIrreducible: boolean;
  /** How far one gets at the most; null: the search was given up. */
  readonly farthest: Farthest | null;
  /** The end state next to the wanted one that can be reached; null: none is known. */
  readonly nearest: NearestEnd | null;
  /** Single changes, each of which opens a way. */
  readonly repairs: readonly Repair[];
  /** False: not every single change was tried to its end. */
  readonly areRepairsComplete: boolean;
}

export interface Farthest {
  readonly state: SystemState;
  /** Components in the order in which they were updated. */
  readonly updated: readonly number[];
}

export type Explanation =
  | WhyNot
  | { readonly kind: "plan"; readonly reasons: readonly OrderReason[] }
  /** The answer itself has to do: nothing was decided, or the tables are too wide to be taken apart. */
  | { readonly kind: "unexplained" };

export interface ExplainOptions {
  /** How many states each part of the explanation may look at. */
  readonly nodeLimit?: number;
}

/** Enough for real Manifests, and well below a second of work. */
const defaultExplainLimit = 3_000;

/** Why the planner answered as it did. */
export function explain(
  system: System,
  answer: Answer,
  { nodeLimit = defaultExplainLimit }: ExplainOptions = {},
): Explanation {
  if (isTooWide(system)) return { kind: "unexplained" };
  switch (answer.kind) {
    case "plan":
      return { kind: "plan", reasons: orderReasons(system, answer.plan) };
    case "undecided":
      return { kind: "unexplained" };
    case "no-plan":
      return whyNot(system, nodeLimit);
    default:
      return assertNever(answer);
  }
}

function whyNot(system: System, nodeLimit: number): WhyNot {
  const goals = system.components.map((_, component) => [wantedOf(system, component)]);
  const isLifted = () => false;
  const asked = (): Question => ({
    system,
    law: lawOf(system),
    goals,
    isLifted,
    budget: { left: nodeLimit },
  });
  const nearest = system.endTables.length === 0 ? null : nearestEnd(system, nodeLimit);
  const missing = missingEndState(system);
  if (missing !== null) return whyNoEndState(asked(), missing, nearest);
  const question = asked();
  const failed = search(question);
  // A way step by step, and still no plan: all of the order is written by hand, and puts together what must not be.
  if (failed.kind !== "none") return whyNotTogether(asked(), nearest, failed.kind === "way");
  const opened = repairs({ ...question, budget: { left: nodeLimit } }, failed);
  const core = reduced({ ...question, budget: { left: nodeLimit } }, failed.used, opened.needed);
  return {
    kind: "no-plan",
    core: core.bans.map((number) => question.law.ban(number)),
    isIrreducible: core.isIrreducible,
    farthest: farthestOf(failed.farthest),
    nearest,
    repairs: opened.repairs,
    areRepairsComplete: opened.isComplete,
  };
}

function whyNoEndState(question: Question, ban: Ban, nearest: NearestEnd | null): WhyNot {
  const { system } = question;
  const state = system.components.map((_, component) => wantedOf(system, component));
  const change: Repair =
    ban.kind === "row" ? { kind: "say-yes", ban } : { kind: "add-end-state", state };
  const { repairs: opening, isComplete } = openedBy(question, [change]);
  return {
    kind: "no-plan",
    core: [ban],
    isIrreducible: true,
    farthest: null,
    nearest,
    repairs: opening,
    areRepairsComplete: isComplete,
  };
}

function whyNotTogether(question: Question, nearest: NearestEnd | null, isWay: boolean): WhyNot {
  const { system } = question;
  const types = [...system.types.keys()].filter((type) => system.types[type]?.order !== null);
  const candidates = types.map((type): Repair => ({ kind: "drop-order", type }));
  return {
    kind: "no-plan",
    core: isWay ? types.map((type) => ({ kind: "order", type })) : [],
    isIrreducible: false,
    farthest: null,
    nearest,
    repairs: isWay
      ? candidates.filter((repair) => findPlan(repaired(system, repair)).kind === "plan")
      : [],
    areRepairsComplete: isWay,
  };
}

function farthestOf(last: Reached): Farthest {
  const updated: number[] = [];
  for (let reached: Reached | null = last; reached !== null; reached = reached.before) {
    if (reached.component !== null) updated.push(reached.component);
  }
  return { state: last.state, updated: updated.toReversed() };
}
