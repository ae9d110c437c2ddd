import { assertNever } from "../core/assert-never.ts";
import { defaultNodeLimit } from "../core/node-limit.ts";
import type { System, SystemState } from "../manifest/system.ts";
import { sentence } from "./conflict/no-plan.ts";
import { conflictingRows } from "./conflict/plan-conflicts.ts";
import type { SearchLimit } from "./model/budget.ts";
import type { Answer, NoPlan } from "./model/plan.ts";
import { folded } from "./model/unfolded.ts";
import type { TraceEvent, Tracer } from "./model/trace.ts";
import { wantedState } from "./model/wanted.ts";
import { planOf } from "./plan-of.ts";
import { decide, decideFrom, type Decision } from "./search/decide.ts";

export type PlanOptions = Partial<SearchLimit>;

/** The best plan from where the System is to what its types want, or why there is none. */
export function findPlan(
  system: System,
  { nodeLimit = defaultNodeLimit, heard }: PlanOptions = {},
): Answer {
  const limit = { nodeLimit, heard };
  return answerOf(system, decide(system, limit), limit);
}

/** The same with what the search has done, for people. */
export function findPlanTraced(
  system: System,
  { nodeLimit = defaultNodeLimit, heard }: PlanOptions = {},
): { readonly answer: Answer; readonly trace: readonly TraceEvent[] } {
  const limit = { nodeLimit, heard };
  const tracer: Tracer = { events: [] };
  const answer = answerOf(system, decide(system, { ...limit, tracer }), limit);
  return { answer, trace: tracer.events };
}

/** The same from another state. */
export function findPlanFrom(
  system: System,
  state: SystemState,
  { nodeLimit = defaultNodeLimit, heard }: PlanOptions = {},
): Answer {
  const limit = { nodeLimit, heard };
  return answerOf(system, decideFrom(system, state, limit), limit);
}

/** `asked`: the System by whose versions the answer is told. */
function answerOf(asked: System, decision: Decision, limit: SearchLimit): Answer {
  switch (decision.kind) {
    case "plan": {
      const { system, acceptability, movePlan, bound } = decision;
      return { kind: "plan", plan: planOf(system, acceptability, movePlan, bound) };
    }
    case "undecided":
      return { kind: "undecided", nodes: limit.nodeLimit };
    case "no-plan": {
      const answer = noPlan(decision, limit);
      return { ...answer, core: folded(asked, decision.system, answer.core) };
    }
    default:
      return assertNever(decision);
  }
}

function noPlan(
  { system, acceptability, obstacle }: Extract<Decision, { kind: "no-plan" }>,
  limit: SearchLimit,
): NoPlan {
  switch (obstacle.kind) {
    case "no-artifact":
      return sentence.noArtifact(system, obstacle.move);
    case "not-an-end-state":
      return sentence.notAnEndState(system, wantedState(system));
    case "order":
      return sentence.orderBreaks(system, acceptability, obstacle.groups, obstacle.broken);
    case "end-states-only":
      return sentence.noRests;
    case "rules":
      return sentence.noOrder(
        conflictingRows(system, acceptability, limit, obstacle.search),
        acceptability.endStatesOnly !== null,
      );
    default:
      return assertNever(obstacle);
  }
}
