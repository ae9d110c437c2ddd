import type { SystemState } from "../../manifest/system.ts";
import type { Arrangement } from "../stage/arrange.ts";
import { type Budget, type Effort, spend } from "../model/budget.ts";
import { isEqual, lesser } from "../model/costs.ts";
import { at, type MovePlan } from "../model/moves.ts";
import { priorityQueue } from "../model/priority-queue.ts";
import type { Cost } from "../model/plan.ts";
import type { ClassAtVersion } from "./class-at-version.ts";
import { costThrough, type Entry, estimate, type Node } from "./entries.ts";
import { byCost, byPreference, type KnownWay, type Objective } from "./objectives.ts";
import { classesByVersion, keyOf, type Moves, type Successor, type Weigh } from "./successors.ts";

/** The way over end states, stage by stage. */
export type BestFirst =
  /** `bound` is the cost itself where no route costs less. */
  | {
      readonly kind: "found";
      readonly movePlan: MovePlan;
      readonly cost: Cost;
      readonly bound: Cost;
    }
  | { readonly kind: "none" }
  | { readonly kind: "undecided" };

export interface SearchSpace {
  readonly moves: Moves;
  /** Where the next stage may end, lists of which each begins with what weighs least. */
  readonly successors: (
    state: SystemState,
    classesAtVersion: readonly ClassAtVersion[],
    budget: Budget,
    weigh: Weigh | null,
  ) => Iterable<Iterator<Successor | null, void>>;
  readonly start: SystemState;
  readonly goal: SystemState;
  /** The fewest groups of any way that needs no more installs than the distances say. */
  readonly criticalPathBound: () => number;
  /** The best groups of one stage. */
  readonly arrange: (before: SystemState, behind: SystemState, budget: Budget) => Arrangement;
  /** Told what is done, for a trace. */
  readonly searching: (objective: Objective["kind"]) => void;
  readonly opened: (state: SystemState, spent: Cost, bound: Cost) => void;
}

type Solved =
  | { readonly kind: "found"; readonly node: Node; readonly bound: Cost }
  | { readonly kind: "none" }
  /** No way costs less than this. */
  | { readonly kind: "undecided"; readonly bound: Cost };

/**
 * Installs and stages first, whose bounds are sharp; then, if something is left to be gained, all of the
 * cost; and where the budget ends before there is a way, any way, unless another search follows.
 */
export function bestFirst(
  space: SearchSpace,
  limit: Readonly<Budget>,
  effort: Effort,
  isLast: boolean,
): BestFirst {
  const budget = { ...limit };
  const classesAtVersionOf = classesByVersion(space.moves);
  const search = (objective: Objective, left: Budget) =>
    searched(space, classesAtVersionOf, objective, left);
  const short = search(byCost("short"), budget);
  if (short.kind === "none") return short;
  if (short.kind === "undecided") {
    if (!isLast) return { kind: "undecided" };
    const any = search(byCost("any"), { ...limit });
    if (any.kind !== "found") return any.kind === "none" ? any : { kind: "undecided" };
    return found(any.node, short.bound);
  }
  if (effort === "any") return found(short.node, short.bound);
  const { spent } = short.node;
  const sharpened = (bound: Cost): Cost =>
    bound.installs > firstNode(space.moves, space.start).left
      ? bound
      : { ...bound, groups: Math.max(bound.groups, space.criticalPathBound()) };
  const least = sharpened(short.bound);
  if (isEqual(least, spent)) return found(short.node, spent);
  const best = search(byCost("best", spent), budget);
  if (best.kind === "found") return found(best.node, sharpened(best.bound));
  return found(short.node, best.kind === "none" ? spent : sharpened(best.bound));
}

/** What is preferred to the known way, of all that cost as little; null: nothing, as far as the budget goes. */
export function preferredTo(known: KnownWay, space: SearchSpace, budget: Budget): MovePlan | null {
  const objective = byPreference(space.moves, known);
  // Mostly what was found is what each Component by itself prefers.
  const start: Entry = { kind: "node", node: firstNode(space.moves, space.start) };
  if (objective.rank(start) === null) return null;
  const preferred = searched(space, classesByVersion(space.moves), objective, budget);
  return preferred.kind === "found" ? movePlanTo(preferred.node) : null;
}

function found(node: Node, bound: Cost): BestFirst {
  const cost = node.spent;
  return { kind: "found", movePlan: movePlanTo(node), cost, bound: lesser(bound, cost) };
}

function movePlanTo(node: Node): MovePlan {
  const stages: MovePlan[number][] = [];
  for (let one = node; one.parent !== null; one = one.parent) stages.push(one.groups);
  return stages.toReversed();
}

function searched(
  space: SearchSpace,
  classesAtVersionOf: ReturnType<typeof classesByVersion>,
  objective: Objective,
  budget: Budget,
): Solved {
  const { moves, start, goal } = space;
  space.searching(objective.kind);
  const goalKey = keyOf(moves.symmetryClasses, goal);
  const open = priorityQueue<Entry>();
  const closed = new Set<string>();
  const push = (entry: Entry) => {
    const rank = objective.rank(entry);
    if (rank !== null) open.push(rank, entry);
  };
  const pushMore = (node: Node, successors: Iterator<Successor | null, void>) => {
    let next = successors.next();
    while (next.value === null) next = successors.next();
    if (next.done !== true) push({ kind: "more", node, next: next.value, successors });
  };
  // Entries come in the order of their cost, so this is what is left costs at the least.
  let least = boundOf(objective, estimate(firstNode(moves, start)));
  // The same for ways through a stage whose best groups were not found.
  let unproved: Cost | null = null;
  push({ kind: "node", node: firstNode(moves, start) });
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    if (objective.kind !== "any") least = boundOf(objective, costThrough(entry));
    if (budget.left < 0) break;
    switch (entry.kind) {
      case "node": {
        const { node } = entry;
        if (node.key === goalKey) {
          const bound = boundOf(objective, node.spent);
          return {
            kind: "found",
            node,
            bound: unproved === null ? bound : lesser(unproved, bound),
          };
        }
        const key = objective.keyOf(node);
        if (closed.has(key)) break;
        closed.add(key);
        space.opened(node.state, node.spent, estimate(node));
        const classesAtVersion = classesAtVersionOf(node.state);
        const weigh = objective.weigh(node);
        for (const successors of space.successors(node.state, classesAtVersion, budget, weigh))
          pushMore(node, successors);
        break;
      }
      case "more": {
        const { node, next, successors } = entry;
        if (!closed.has(next.key)) push({ kind: "edge", node, successor: next });
        pushMore(node, successors);
        break;
      }
      case "edge": {
        const { node, successor } = entry;
        if (closed.has(successor.key)) break;
        spend(budget, 1 + successor.installs);
        const arranged = space.arrange(node.state, successor.state, budget);
        if (arranged.kind === "none") break;
        if (!isProved(arranged)) {
          const through = boundOf(objective, costThrough(entry));
          unproved = unproved === null ? through : lesser(unproved, through);
        }
        if (arranged.kind === "arranged")
          push({ kind: "node", node: reached(node, successor, arranged) });
        break;
      }
    }
  }
  if (budget.left >= 0 && unproved === null) return { kind: "none" };
  if (budget.left >= 0) return { kind: "undecided", bound: unproved ?? least };
  return { kind: "undecided", bound: unproved === null ? least : lesser(unproved, least) };
}

/** What the search says of the whole cost: of exposure and groups next to nothing unless they are aimed at. */
function boundOf({ kind }: Objective, cost: Cost): Cost {
  return kind === "best" ? cost : { ...cost, exposure: 0, groups: cost.stages };
}

function isProved(arranged: Arrangement): boolean {
  return (
    arranged.kind === "arranged" &&
    arranged.bound.exposure === arranged.exposure &&
    arranged.bound.groups === arranged.groups.length
  );
}

function firstNode({ symmetryClasses, distances }: Moves, state: SystemState): Node {
  const distance = state.map((version, component) =>
    at(at(distances, at(symmetryClasses.of, component)), version),
  );
  return {
    state,
    key: keyOf(symmetryClasses, state),
    spent: { installs: 0, stages: 0, exposure: 0, groups: 0 },
    left: distance.reduce((sum, one) => sum + one, 0),
    stagesLeft: distance.reduce((most, one) => Math.max(most, one), 0),
    tieBreaks: 0,
    preference: 0,
    parent: null,
    groups: [],
  };
}

function reached(
  node: Node,
  { state, key, installs, left, stagesLeft, tieBreak, preference }: Successor,
  arranged: Extract<Arrangement, { kind: "arranged" }>,
): Node {
  const { spent } = node;
  const { groups, exposure } = arranged;
  return {
    state,
    key,
    spent: {
      installs: spent.installs + installs,
      stages: spent.stages + 1,
      exposure: spent.exposure + exposure,
      groups: spent.groups + groups.length,
    },
    left,
    stagesLeft,
    tieBreaks: node.tieBreaks + tieBreak,
    preference: node.preference + preference,
    parent: node,
    groups,
  };
}
