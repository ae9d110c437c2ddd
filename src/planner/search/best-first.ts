import { assertNever } from "../../core/assert-never.ts";
import type { SystemState } from "../../manifest/system.ts";
import type { Arrangement } from "../stage/arrange.ts";
import { type Budget, type Effort, spend } from "../model/budget.ts";
import { at, type MovePlan, type Move } from "../model/moves.ts";
import { compareRanks, priorityQueue, type Rank } from "../model/priority-queue.ts";
import type { Cost } from "../model/plan.ts";
import type { ClassAtVersion } from "./class-at-version.ts";
import { classesByVersion, keyOf, type Moves, type Successor } from "./successors.ts";

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
  /** Where the next stage may end, lists of which each begins with what has the fewest installs in all. */
  readonly successors: (
    state: SystemState,
    classesAtVersion: readonly ClassAtVersion[],
    budget: Budget,
  ) => Iterable<Iterator<Successor | null, void>>;
  readonly start: SystemState;
  readonly goal: SystemState;
  /** The fewest groups of any way that needs no more installs than the distances say. */
  readonly criticalPathBound: () => number;
  /** The best groups of one stage. */
  readonly arrange: (before: SystemState, behind: SystemState, budget: Budget) => Arrangement;
  /** Told what is done, for a trace. */
  readonly searching: (objective: Objective) => void;
  readonly opened: (state: SystemState, spent: Cost, bound: Cost) => void;
}

/** Where a stage may end, and the cheapest known way to it. */
interface Node {
  readonly state: SystemState;
  readonly key: string;
  readonly spent: Cost;
  readonly left: number;
  readonly stagesLeft: number;
  /** How far from the first choices it was reached. */
  readonly tieBreaks: number;
  readonly parent: Node | null;
  readonly groups: readonly (readonly Move[])[];
}

type Entry =
  | { readonly kind: "node"; readonly node: Node }
  /** A stage not yet arranged. */
  | { readonly kind: "edge"; readonly node: Node; readonly successor: Successor }
  /** More stages from the node, none of them better than this one. */
  | {
      readonly kind: "more";
      readonly node: Node;
      readonly next: Successor;
      readonly successors: Iterator<Successor | null, void>;
    };

/** What is compared: all of the cost, installs and stages alone, or only what is left (for any way at all). */
type Objective = "best" | "short" | "any";

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
  const search = (objective: Objective, left: Budget, ceiling?: Cost) => {
    space.searching(objective);
    return searched(space, classesAtVersionOf, objective, left, ceiling);
  };
  const short = search("short", budget);
  if (short.kind === "none") return short;
  if (short.kind === "undecided") {
    if (!isLast) return { kind: "undecided" };
    const any = search("any", { ...limit });
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
  const best = search("best", budget, spent);
  if (best.kind === "found") return found(best.node, sharpened(best.bound));
  return found(short.node, best.kind === "none" ? spent : sharpened(best.bound));
}

function found(node: Node, bound: Cost): BestFirst {
  const movePlan: (readonly (readonly Move[])[])[] = [];
  for (let one: Node = node; one.parent !== null; one = one.parent) movePlan.push(one.groups);
  const cost = node.spent;
  return { kind: "found", movePlan: movePlan.toReversed(), cost, bound: lesser(bound, cost) };
}

/** `ceiling`: a cost that is known to be reached; nothing that costs as much is looked at. */
function searched(
  space: SearchSpace,
  classesAtVersionOf: ReturnType<typeof classesByVersion>,
  objective: Objective,
  budget: Budget,
  ceiling?: Cost,
): Solved {
  const { moves, start, goal } = space;
  const goalKey = keyOf(moves.symmetryClasses, goal);
  const open = priorityQueue<Entry>();
  const closed = new Set<string>();
  const push = (entry: Entry) => {
    const cost = costThrough(entry);
    if (ceiling !== undefined && compareCosts(cost, ceiling) >= 0) return;
    open.push(rankOf(objective, cost, tieBreaksTo(entry), leftBehind(entry)), entry);
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
    if (objective !== "any") least = boundOf(objective, costThrough(entry));
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
        if (closed.has(node.key)) break;
        closed.add(node.key);
        space.opened(node.state, node.spent, estimate(node));
        const classesAtVersion = classesAtVersionOf(node.state);
        for (const successors of space.successors(node.state, classesAtVersion, budget))
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
function boundOf(objective: Objective, cost: Cost): Cost {
  return objective === "best" ? cost : { ...cost, exposure: 0, groups: cost.stages };
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
    parent: null,
    groups: [],
  };
}

function reached(
  node: Node,
  { state, key, installs, left, stagesLeft, tieBreak }: Successor,
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
    parent: node,
    groups,
  };
}

/** What a way through the node costs at the least. */
function estimate({ spent, left, stagesLeft }: Node): Cost {
  return {
    installs: spent.installs + left,
    stages: spent.stages + stagesLeft,
    exposure: spent.exposure,
    groups: spent.groups + stagesLeft,
  };
}

function throughEdge({ spent }: Node, { installs, left, stagesLeft }: Successor): Cost {
  return {
    installs: spent.installs + installs + left,
    stages: spent.stages + 1 + stagesLeft,
    exposure: spent.exposure,
    groups: spent.groups + 1 + stagesLeft,
  };
}

/** Rests that come later in the same list may need fewer stages, but not fewer than the node does. */
function leastBy({ spent, stagesLeft }: Node, { installs, left }: Successor): Cost {
  const stages = Math.max(1, stagesLeft);
  return {
    installs: spent.installs + installs + left,
    stages: spent.stages + stages,
    exposure: spent.exposure,
    groups: spent.groups + stages,
  };
}

/** Of what costs the same, first what the first choices lead to, then what is nearest to the goal. */
function rankOf(objective: Objective, cost: Cost, tieBreaks: number, left: number): Rank {
  const { installs, stages, exposure, groups } = cost;
  switch (objective) {
    case "best":
      return [installs, stages, exposure, groups, tieBreaks, left];
    case "short":
      return [installs, stages, tieBreaks, left];
    case "any":
      return [left, tieBreaks, installs, stages];
    default:
      return assertNever(objective);
  }
}

/** What every way through the entry costs at the least. */
function costThrough(entry: Entry): Cost {
  switch (entry.kind) {
    case "node":
      return estimate(entry.node);
    case "edge":
      return throughEdge(entry.node, entry.successor);
    case "more":
      return leastBy(entry.node, entry.next);
    default:
      return assertNever(entry);
  }
}

function tieBreaksTo(entry: Entry): number {
  switch (entry.kind) {
    case "node":
      return entry.node.tieBreaks;
    case "edge":
      return entry.node.tieBreaks + entry.successor.tieBreak;
    case "more":
      return entry.node.tieBreaks + entry.next.tieBreak;
    default:
      return assertNever(entry);
  }
}

function leftBehind(entry: Entry): number {
  switch (entry.kind) {
    case "node":
      return entry.node.left;
    case "edge":
      return entry.successor.left;
    case "more":
      return entry.next.left;
    default:
      return assertNever(entry);
  }
}

export function compareCosts(a: Cost, b: Cost): number {
  return compareRanks(
    [a.installs, a.stages, a.exposure, a.groups],
    [b.installs, b.stages, b.exposure, b.groups],
  );
}

export function isEqual(a: Cost, b: Cost): boolean {
  return compareCosts(a, b) === 0;
}

function lesser(a: Cost, b: Cost): Cost {
  return compareCosts(a, b) <= 0 ? a : b;
}

export function greater(a: Cost, b: Cost): Cost {
  return compareCosts(a, b) >= 0 ? a : b;
}
