import { assertNever } from "../../core/assert-never.ts";
import { startState } from "../../manifest/system-state.ts";
import type { System, SystemState } from "../../manifest/system.ts";
import { acceptabilityOf, type Acceptability } from "../constraints/acceptability.ts";
import { endStateBudget } from "../constraints/end-state-satisfiability.ts";
import { groundingOf } from "../constraints/grounding.ts";
import { startingIn } from "../constraints/state-acceptance.ts";
import type { SearchLimit } from "../model/budget.ts";
import { costOf, type Move, type MovePlan } from "../model/moves.ts";
import type { Cost } from "../model/plan.ts";
import type { Tracer } from "../model/trace.ts";
import { unfolded } from "../model/unfolded.ts";
import { directMoves, isDirect, wantedMoves, wantedState } from "../model/wanted.ts";
import { type Broken, firstViolation, groupsByOrder, orderUse } from "../stage/written-order.ts";
import { isEqual } from "../model/costs.ts";
import { type Solve, solver } from "./solve.ts";

/** Whether there is a plan, and which. `system`: the one in which that was found, with a version for each place. */
export type Decision =
  | (Judged & {
      readonly kind: "plan";
      readonly movePlan: MovePlan;
      /** What no plan costs less than, where it is not proved that this one costs least. */
      readonly bound: Cost | "proved";
    })
  | (Judged & { readonly kind: "no-plan"; readonly obstacle: Obstacle })
  | { readonly kind: "undecided" };

interface Judged {
  readonly system: System;
  readonly acceptability: Acceptability;
}

/** What is in the way of every plan. */
export type Obstacle =
  | { readonly kind: "no-artifact"; readonly move: Move }
  | { readonly kind: "not-an-end-state" }
  /** The order written for all that moves. */
  | { readonly kind: "order"; readonly groups: MovePlan[number]; readonly broken: Broken }
  /** Only end states may be passed, and no table says more. */
  | { readonly kind: "end-states-only" }
  /** Rules together; `search` has found that out. */
  | { readonly kind: "rules"; readonly search: Solve };

export interface Deciding extends SearchLimit {
  readonly tracer?: Tracer;
}

/** Decides within so many nodes; which rules are in the way is not looked for. */
export function decide(system: System, how: Deciding): Decision {
  const strict = unfolded(system, "every");
  if (strict === null) return decideWithoutWays(system, how);
  const decision = decideWithoutWays(strict.system, how);
  if (strict.isExact || decision.kind === "undecided") return decision;
  // What is out of reach where more hops count is so along every way, and what costs least there costs least.
  const more = unfolded(system, "some")?.system ?? system;
  const loose = decideWithoutWays(more, how);
  if (decision.kind === "no-plan") return loose.kind === "no-plan" ? loose : { kind: "undecided" };
  const isBest =
    loose.kind === "plan" &&
    loose.bound === "proved" &&
    isEqual(costOf(loose.system, loose.movePlan), costOf(decision.system, decision.movePlan));
  return isBest ? decision : doubted(system, decision);
}

/** The same from another state. */
export function decideFrom(system: System, state: SystemState, how: Deciding): Decision {
  const there = startingIn(system, state);
  const decision = decide(there, how);
  const isWayKnown = there.components.every(
    ({ ways }, index) => ways !== undefined || system.components[index]?.ways === undefined,
  );
  // Of hops that depend on the way only those are counted that hold whatever the way: there may be more.
  return isWayKnown ? decision : doubted(there, decision);
}

/** More may be possible than was taken for it. */
function doubted(system: System, decision: Decision): Decision {
  if (decision.kind !== "plan") return { kind: "undecided" };
  const installs = wantedMoves(system).length;
  if (installs === 0) return decision;
  return { ...decision, bound: { installs, stages: 1, exposure: 0, groups: 1 } };
}

/** Of a System whose hops do not depend on the way. */
function decideWithoutWays(system: System, how: Deciding): Decision {
  const budget = endStateBudget();
  const acceptability = acceptabilityOf(system, groundingOf(system), budget);
  if (!acceptability.network.isWhole) return { kind: "undecided" };
  const decision = decideUnder(acceptability, system, how);
  return budget.isExceeded ? doubted(system, decision) : decision;
}

function decideUnder(
  acceptability: Acceptability,
  system: System,
  { nodeLimit, heard, tracer }: Deciding,
): Decision {
  const judged = { system, acceptability };
  const start = startState(system);
  const wanted = wantedState(system);
  const moves = directMoves(start, wanted);
  const planned = (movePlan: MovePlan, bound: Cost | "proved" = "proved"): Decision => ({
    ...judged,
    kind: "plan",
    movePlan,
    bound,
  });
  const forbidden = (obstacle: Obstacle): Decision => ({ ...judged, kind: "no-plan", obstacle });
  const detour = moves.find((move) => !isDirect(system, move));
  if (system.endTables.length === 0) {
    if (detour !== undefined) return forbidden({ kind: "no-artifact", move: detour });
    const groups = groupsByOrder(system, moves);
    return planned(groups.length === 0 ? [] : [groups]);
  }
  if (acceptability.endName(wanted) === null) return forbidden({ kind: "not-an-end-state" });
  if (moves.length === 0) return planned([]);
  if (detour === undefined && orderUse(system, moves) === "all") {
    const groups = groupsByOrder(system, moves);
    const broken = firstViolation(acceptability, start, groups);
    return broken === null ? planned([groups]) : forbidden({ kind: "order", groups, broken });
  }
  const search = solver(system, acceptability.tableClasses, heard);
  const found = search(acceptability, nodeLimit, "best", tracer);
  switch (found.kind) {
    case "found":
      return planned(found.movePlan, found.bound);
    case "undecided":
      return { kind: "undecided" };
    case "stuck":
      return forbidden({ kind: "no-artifact", move: found.move });
    case "none":
      return acceptability.endStatesOnly !== null && acceptability.network.constraints.length === 0
        ? forbidden({ kind: "end-states-only" })
        : forbidden({ kind: "rules", search });
    default:
      return assertNever(found);
  }
}
