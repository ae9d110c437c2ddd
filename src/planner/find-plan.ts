import { assertNever } from "../core/assert-never.ts";
import { defaultNodeLimit } from "../core/node-limit.ts";
import { startState, type System, type SystemState } from "../manifest/system.ts";
import { conflictingRows } from "./conflict/plan-conflicts.ts";
import { type MovePlan, planOf } from "./model/moves.ts";
import { firstViolation, groupsByOrder, type OrderUse, orderUse } from "./stage/written-order.ts";
import { startingIn } from "./constraints/state-acceptance.ts";
import { endStateBudget } from "./constraints/end-state-satisfiability.ts";
import { groundingOf } from "./constraints/grounding.ts";
import { acceptabilityOf, type Acceptability } from "./constraints/acceptability.ts";
import { sentence } from "./conflict/no-plan.ts";
import type { Answer, Cost } from "./model/plan.ts";
import { solver } from "./search/solve.ts";
import type { TraceEvent, Tracer } from "./model/trace.ts";
import { unfolded } from "./model/unfolded.ts";
import { directMoves, isDirect, wantedMoves, wantedState } from "./model/wanted.ts";

export interface PlanOptions {
  /** How many nodes may be searched before the answer is "undecided", or a plan not proved to be the best. */
  readonly nodeLimit?: number;
}

/** The best plan from where the System is to what its types want, or why there is none. */
export function findPlan(
  system: System,
  { nodeLimit = defaultNodeLimit }: PlanOptions = {},
): Answer {
  return planFor(system, nodeLimit, null);
}

/** The same with what the search has done, for people. */
export function findPlanTraced(
  system: System,
  { nodeLimit = defaultNodeLimit }: PlanOptions = {},
): { readonly answer: Answer; readonly trace: readonly TraceEvent[] } {
  const tracer: Tracer = { events: [] };
  const answer = planFor(system, nodeLimit, tracer);
  return { answer, trace: tracer.events };
}

function planFor(system: System, nodeLimit: number, tracer: Tracer | null): Answer {
  const strict = unfolded(system, "every");
  if (strict === null) return answerTo(system, nodeLimit, tracer);
  const answer = answerTo(strict.system, nodeLimit, tracer);
  if (strict.isExact || answer.kind === "undecided") return answer;
  // What is out of reach where more hops count is so along every way, and what costs least there costs least.
  const loose = answerTo(unfolded(system, "some")?.system ?? system, nodeLimit, tracer);
  if (answer.kind === "no-plan")
    return loose.kind === "no-plan" ? loose : { kind: "undecided", nodes: nodeLimit };
  const isBest =
    loose.kind === "plan" && loose.plan.optimal && isSameCost(loose.plan.cost, answer.plan.cost);
  return isBest ? answer : doubted(system, answer, nodeLimit);
}

/** The same from another state. */
export function findPlanFrom(
  system: System,
  state: SystemState,
  { nodeLimit = defaultNodeLimit }: PlanOptions = {},
): Answer {
  const there = startingIn(system, state);
  const answer = findPlan(there, { nodeLimit });
  const isWayKnown = there.components.every(
    ({ ways }, index) => ways !== undefined || system.components[index]?.ways === undefined,
  );
  // Of hops that depend on the way only those are counted that hold whatever the way: there may be more.
  return isWayKnown ? answer : doubted(there, answer, nodeLimit);
}

function isSameCost(one: Cost, other: Cost): boolean {
  return (
    one.installs === other.installs &&
    one.stages === other.stages &&
    one.exposure === other.exposure &&
    one.groups === other.groups
  );
}

/** Of a System whose hops do not depend on the way. */
function answerTo(system: System, nodeLimit: number, tracer: Tracer | null): Answer {
  const budget = endStateBudget();
  const acceptability = acceptabilityOf(system, groundingOf(system), budget);
  if (!acceptability.network.isWhole) return { kind: "undecided", nodes: nodeLimit };
  const answer = answerUnder(acceptability, system, nodeLimit, tracer);
  return budget.isExceeded ? doubted(system, answer, nodeLimit) : answer;
}

/** More may be possible than was taken for it. */
function doubted(system: System, answer: Answer, nodeLimit: number): Answer {
  if (answer.kind !== "plan") return { kind: "undecided", nodes: nodeLimit };
  const installs = wantedMoves(system).length;
  if (installs === 0) return answer;
  const bound = { installs, stages: 1, exposure: 0, groups: 1 };
  return { kind: "plan", plan: { ...answer.plan, optimal: false, bound } };
}

function answerUnder(
  acceptability: Acceptability,
  system: System,
  nodeLimit: number,
  tracer: Tracer | null,
): Answer {
  const start = startState(system);
  const wanted = wantedState(system);
  const moves = directMoves(start, wanted);
  const detour = moves.find((move) => !isDirect(system, move));
  if (system.endTables.length === 0) {
    if (detour !== undefined) return sentence.noArtifact(system, detour);
    const groups = groupsByOrder(system, moves);
    return planned(system, acceptability, groups.length === 0 ? [] : [groups], "proved");
  }
  if (acceptability.endName(wanted) === null) return sentence.notAnEndState(system, wanted);
  if (moves.length === 0) return planned(system, acceptability, [], "proved");
  if (detour === undefined && orderUse(system, moves) === "all") {
    const groups = groupsByOrder(system, moves);
    const broken = firstViolation(acceptability, start, groups);
    if (broken !== null) return sentence.orderBreaks(system, groups, broken);
    return planned(system, acceptability, [groups], "proved");
  }
  const search = solver(system, acceptability.tableClasses);
  const found = search(acceptability, nodeLimit, "best", tracer);
  switch (found.kind) {
    case "found":
      return planned(system, acceptability, found.movePlan, found.bound);
    case "undecided":
      return { kind: "undecided", nodes: nodeLimit };
    case "stuck":
      return sentence.noArtifact(system, found.move);
    case "none":
      if (acceptability.endStatesOnly !== null && acceptability.network.constraints.length === 0)
        return sentence.noRests;
      return sentence.noOrder(
        system,
        conflictingRows(system, acceptability, nodeLimit, search),
        acceptability.endStatesOnly !== null,
      );
    default:
      return assertNever(found);
  }
}

/** What of the order written in the Manifest every plan from here has to keep. */
export function writtenOrder(system: System): OrderUse {
  const use = orderUse(system, wantedMoves(system));
  const numbers = new Set(system.types.flatMap(({ order }) => order ?? []));
  // A single number says nothing of types without one.
  return use === "some" && numbers.size < 2 ? "none" : use;
}

function planned(
  system: System,
  acceptability: Acceptability,
  movePlan: MovePlan,
  bound: Cost | "proved",
): Answer {
  return { kind: "plan", plan: planOf(system, acceptability, movePlan, bound) };
}
