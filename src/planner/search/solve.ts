import { startState } from "../../manifest/system-state.ts";
import type { System, SystemState } from "../../manifest/system.ts";
import { type Arrangement, arrange } from "../stage/arrange.ts";
import { type Budget, type Effort, type Heard, spend } from "../model/budget.ts";
import { criticalPathBound } from "./critical-path.ts";
import { symmetryClassesOf } from "../model/symmetry-classes.ts";
import { at, type MovePlan, exposureOf, type Move } from "../model/moves.ts";
import { firstViolation, groupsByOrder, orderUse } from "../stage/written-order.ts";
import type { Acceptability } from "../constraints/acceptability.ts";
import { compareCosts, greater, isEqual } from "../model/costs.ts";
import type { Cost } from "../model/plan.ts";
import { preferenceOf, ranksOf } from "../model/preference.ts";
import { type BestFirst, bestFirst, preferredTo, type SearchSpace } from "./best-first.ts";
import type { EndStates } from "../constraints/end-states.ts";
import { successorsAlong } from "./shortest-ways.ts";
import { singleInstalls } from "./single-installs.ts";
import { type Moves, type Successor, successorsIn } from "./successors.ts";
import type { TableClasses } from "../model/table-classes.ts";
import { movedIn, movesTo, record, type Tracer } from "../model/trace.ts";
import { directMoves, isDirect, wantedMoves, wantedState } from "../model/wanted.ts";
import {
  type BaseHops,
  baseHopsOf,
  isRelaxedReachable,
  type HopGraph,
  hopConsistent,
} from "./hop-consistency.ts";

export type Solved =
  | { readonly kind: "found"; readonly movePlan: MovePlan; readonly bound: Cost | "proved" }
  | { readonly kind: "none" }
  /** No hops lead there, whatever the tables say. */
  | { readonly kind: "stuck"; readonly move: Move }
  | { readonly kind: "undecided" };

export type Solve = (
  acceptability: Acceptability,
  nodeLimit: number,
  effort?: Effort,
  tracer?: Tracer | null,
) => Solved;

/** Searches a System again and again, under laws that differ in their constraints alone. */
export function solver(system: System, tableClasses: TableClasses, heard?: Heard): Solve {
  let known: BaseHops | null = null;
  const baseHops = () =>
    (known ??= baseHopsOf(
      symmetryClassesOf(system, tableClasses),
      system.types.map(({ versions }) => versions),
    ));
  return (acceptability, nodeLimit, effort = "best", tracer = null) => {
    record(tracer, () => ({
      kind: "question",
      components: system.components.length,
      symmetryClasses: baseHops().symmetryClasses.classes.length,
      groundConstraints: acceptability.network.constraints.length,
      installs: wantedMoves(system).length,
    }));
    const budget = { left: nodeLimit, heard };
    return search(system, acceptability, baseHops, budget, effort, tracer);
  };
}

/** In one stage where that can be: no plan has fewer installs or stages. Else over other end states. */
function search(
  system: System,
  acceptability: Acceptability,
  baseHopsOfAll: () => BaseHops,
  budget: Budget,
  effort: Effort,
  tracer: Tracer | null,
): Solved {
  const start = startState(system);
  const goal = wantedState(system);
  const moves = directMoves(start, goal);
  // Whatever the way, it would end in what a table refuses.
  if (acceptability.violation(goal.map((version) => [version])) !== null) return { kind: "none" };
  const isWritten = orderUse(system, moves) === "all";
  const arranged = remembered((before, behind, left) => {
    const answer = isWritten
      ? asWritten(system, acceptability, before, behind)
      : arrange(system, acceptability, before, behind, left, effort);
    record(tracer, () => ({
      kind: "stage",
      from: movedIn(system, before),
      groups:
        answer.kind === "arranged" ? answer.groups.map((group) => movesTo(system, group)) : null,
    }));
    return answer;
  });
  if (moves.every((move) => isDirect(system, move))) {
    const direct = arranged(start, goal, budget);
    if (direct.kind === "arranged") {
      const { groups, bound } = direct;
      const isProved = bound.exposure === direct.exposure && bound.groups === groups.length;
      const least = { installs: moves.length, stages: 1, ...bound };
      return { kind: "found", movePlan: [groups], bound: isProved ? "proved" : least };
    }
    // All that moves is put together by hand, in one stage.
    if (isWritten) return { kind: "none" };
  }
  const baseHops = baseHopsOfAll();
  const { symmetryClasses } = baseHops;
  const hopGraph = hopConsistent(baseHops, acceptability.network);
  const isStuck = ({ component, from }: Move, { distances }: HopGraph) =>
    at(at(distances, at(symmetryClasses.of, component)), from) === Infinity;
  if (moves.some((move) => isStuck(move, hopGraph))) {
    const stuck = moves.find((move) => isStuck(move, baseHops));
    return stuck === undefined ? { kind: "none" } : { kind: "stuck", move: stuck };
  }
  const { network } = acceptability;
  const ranks = ranksOf(system, symmetryClasses);
  const hopsLeft: Moves = { symmetryClasses, network, ...hopGraph, ranks };
  const spaceOf = (successors: SearchSpace["successors"]): SearchSpace => ({
    moves: hopsLeft,
    successors,
    start,
    goal,
    criticalPathBound: () => criticalPathBound(system, symmetryClasses, hopGraph, network),
    arrange: arranged,
    searching: (objective) => record(tracer, () => ({ kind: "search", objective })),
    opened: (state, spent, bound) =>
      record(tracer, () => ({ kind: "opened", at: movedIn(system, state), spent, bound })),
  });
  const searched = (successors: SearchSpace["successors"], nodes: number, isLast: boolean) =>
    bestFirst(spaceOf(successors), { ...budget, left: nodes }, effort, isLast);
  const left = Math.max(0, budget.left);
  const overEndStates = successorsOver(hopsLeft, acceptability.ends);
  const installs = start.reduce(
    (sum, version, one) => sum + at(at(hopGraph.distances, at(symmetryClasses.of, one)), version),
    0,
  );
  const easy = easyNodes + nodesOfAnInstall * installs;
  const isEasyFirst = effort === "best" && left > easy;
  let found = searched(overEndStates, isEasyFirst ? easy : left, !isEasyFirst);
  if (effort === "best" && !isSettled(found, effort)) {
    const single = singleInstalls(hopsLeft, acceptability, start, goal, { ...budget, left });
    if (single.kind === "none") return single;
    const along =
      single.kind === "reached"
        ? searched(successorsAlongWays(hopsLeft, acceptability, single.left), left, true)
        : null;
    if (along !== null && isSettled(along, effort) && along.kind === "found") found = along;
    else if (isEasyFirst) found = better(along, searched(overEndStates, left, true));
    else found = better(along, found);
  }
  if (found.kind === "undecided" && !isRelaxedReachable(baseHops, hopGraph, acceptability.network))
    return { kind: "none" };
  if (found.kind !== "found") return found;
  const { movePlan, cost, bound } = found;
  if (!isEqual(cost, bound)) return { kind: "found", movePlan, bound };
  const known = { cost, preference: preferenceOf(system, movePlan) };
  const preferred =
    effort === "best" && cost.stages > 1 && known.preference > 0
      ? preferredTo(known, spaceOf(overEndStates), { ...budget, left: Math.min(left, easyNodes) })
      : null;
  return { kind: "found", movePlan: preferred ?? movePlan, bound: "proved" };
}

/**
 * What takes more nodes than these, and as many more for each install that is needed at the least, is asked by single
 * installs first, which lead the search. Preferred rests may take as many, however large the System is.
 */
const easyNodes = 2_000;
const nodesOfAnInstall = 10;

/** Whether nothing is left to be found out. */
function isSettled(found: BestFirst, effort: Effort): boolean {
  if (found.kind !== "found") return found.kind === "none";
  return effort === "any" || isEqual(found.cost, found.bound);
}

/** `along`: over shortest ways alone, so that it never tells that there is no plan. */
function better(along: BestFirst | null, found: BestFirst): BestFirst {
  if (along?.kind !== "found" || found.kind === "none") return found;
  if (found.kind === "undecided") return along;
  const bound = greater(along.bound, found.bound);
  return { ...(compareCosts(along.cost, found.cost) < 0 ? along : found), bound };
}

function successorsOver(moves: Moves, ends: EndStates): SearchSpace["successors"] {
  return function* (state, classesAtVersion, budget, weigh) {
    for (const box of ends.boxes) {
      spend(budget, 1);
      yield successorsIn(moves, ends, box, state, classesAtVersion, budget, weigh);
    }
  };
}

function successorsAlongWays(
  moves: Moves,
  { endName }: Acceptability,
  left: ReadonlyMap<string, number>,
): SearchSpace["successors"] {
  const isEndState = (state: SystemState) => endName(state) !== null;
  // The search for all of the cost opens the states again that the one for installs and stages has opened.
  const known = new Map<string, readonly Successor[]>();
  return (state, classesAtVersion, budget) => {
    const key = String.fromCharCode(...state);
    const said = known.get(key);
    if (said !== undefined) return [said.values()];
    const successors = successorsAlong(moves, left, isEndState, state, classesAtVersion, budget);
    if (budget.left >= 0) known.set(key, successors);
    return [successors.values()];
  };
}

type Arrange = (before: SystemState, behind: SystemState, budget: Budget) => Arrangement;

/** The same stage is asked for again and again. What was given up for want of nodes is tried anew. */
function remembered(arranged: Arrange): Arrange {
  const known = new Map<string, Arrangement>();
  return (before, behind, budget) => {
    const key = String.fromCharCode(...before, ...behind);
    const said = known.get(key);
    if (said !== undefined) return said;
    const answer = arranged(before, behind, budget);
    if (answer.kind !== "undecided") known.set(key, answer);
    return answer;
  };
}

/** A stage all of whose types are numbered by hand. */
function asWritten(
  system: System,
  acceptability: Acceptability,
  before: SystemState,
  behind: SystemState,
): Arrangement {
  const groups = groupsByOrder(system, directMoves(before, behind));
  if (firstViolation(acceptability, before, groups) !== null) return { kind: "none" };
  const exposure = exposureOf(system, groups);
  return { kind: "arranged", groups, exposure, bound: { exposure, groups: groups.length } };
}
