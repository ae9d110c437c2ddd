import { assertNever } from "../../core/assert-never.ts";
import type { SystemState } from "../../manifest/system.ts";
import type { Arrangement } from "../stage/arrange.ts";
import { type Budget, type Effort, spend } from "../model/budget.ts";
import { at, type Draft, type Move } from "../model/draft.ts";
import type { EndStates } from "../constraints/end-states.ts";
import { compareRanks, heap, type Rank } from "../model/heap.ts";
import type { Cost } from "../model/plan.ts";
import { clusterer, keyOf, type Moves, type Rest, restsIn } from "./rests.ts";

/** The way over end states, stage by stage. */
export type Route =
  /** `bound` is the cost itself where no route costs less. */
  | { readonly kind: "found"; readonly draft: Draft; readonly cost: Cost; readonly bound: Cost }
  | { readonly kind: "none" }
  | { readonly kind: "undecided" };

export interface Journey {
  readonly moves: Moves;
  readonly ends: EndStates;
  readonly start: SystemState;
  readonly goal: SystemState;
  /** The fewest groups of any way that needs no more installs than the distances say. */
  readonly leastGroups: () => number;
  /** The best groups of one stage. */
  readonly arrange: (before: SystemState, behind: SystemState, budget: Budget) => Arrangement;
}

/** Where a stage may end, and the cheapest known way to it. */
interface Node {
  readonly state: SystemState;
  readonly key: string;
  readonly spent: Cost;
  readonly left: number;
  readonly stagesLeft: number;
  /** How far from the first choices it was reached. */
  readonly turns: number;
  readonly parent: Node | null;
  readonly groups: readonly (readonly Move[])[];
}

type Entry =
  | { readonly kind: "node"; readonly node: Node }
  /** A stage not yet arranged. */
  | { readonly kind: "edge"; readonly node: Node; readonly rest: Rest }
  /** More stages from the node, none of them better than this one. */
  | {
      readonly kind: "more";
      readonly node: Node;
      readonly next: Rest;
      readonly rests: Iterator<Rest, void>;
    };

/** What is compared: all of the cost, installs and stages alone, or only what is left (for any way at all). */
type Aim = "best" | "short" | "any";

type Searched =
  | { readonly kind: "found"; readonly node: Node; readonly bound: Cost }
  | { readonly kind: "none" }
  /** No way costs less than this. */
  | { readonly kind: "undecided"; readonly bound: Cost };

/**
 * Installs and stages first, whose bounds are sharp; then, if something is left to be gained, all of the
 * cost; and where the budget ends before there is a way, any way.
 */
export function route(journey: Journey, limit: number, effort: Effort): Route {
  const budget = { left: limit };
  const clustersOf = clusterer(journey.moves);
  const search = (aim: Aim, left: Budget, ceiling?: Cost) =>
    searched(journey, clustersOf, aim, left, ceiling);
  const short = search("short", budget);
  if (short.kind === "none") return short;
  if (short.kind === "undecided") {
    const any = search("any", { left: limit });
    if (any.kind !== "found") return any.kind === "none" ? any : { kind: "undecided" };
    return found(any.node, short.bound);
  }
  if (effort === "any") return found(short.node, short.bound);
  const { spent } = short.node;
  const sharpened = (bound: Cost): Cost =>
    bound.installs > firstNode(journey.moves, journey.start).left
      ? bound
      : { ...bound, groups: Math.max(bound.groups, journey.leastGroups()) };
  const least = sharpened(short.bound);
  if (isEqual(least, spent)) return found(short.node, spent);
  const best = search("best", budget, spent);
  if (best.kind === "found") return found(best.node, sharpened(best.bound));
  return found(short.node, best.kind === "none" ? spent : sharpened(best.bound));
}

function found(node: Node, bound: Cost): Route {
  const draft: (readonly (readonly Move[])[])[] = [];
  for (let one: Node = node; one.parent !== null; one = one.parent) draft.push(one.groups);
  const cost = node.spent;
  return { kind: "found", draft: draft.toReversed(), cost, bound: lesser(bound, cost) };
}

/** `ceiling`: a cost that is known to be reached; nothing that costs as much is looked at. */
function searched(
  journey: Journey,
  clustersOf: ReturnType<typeof clusterer>,
  aim: Aim,
  budget: Budget,
  ceiling?: Cost,
): Searched {
  const { moves, ends, start, goal } = journey;
  const goalKey = keyOf(moves.cohorts, goal);
  const open = heap<Entry>();
  const closed = new Set<string>();
  const push = (entry: Entry) => {
    const cost = costThrough(entry);
    if (ceiling !== undefined && compareCosts(cost, ceiling) >= 0) return;
    open.push(rankOf(aim, cost, turnsTo(entry), leftBehind(entry)), entry);
  };
  const pushMore = (node: Node, rests: Iterator<Rest, void>) => {
    const next = rests.next();
    if (next.done !== true) push({ kind: "more", node, next: next.value, rests });
  };
  // Entries come in the order of their cost, so this is what is left costs at the least.
  let least = boundOf(aim, estimate(firstNode(moves, start)));
  // The same for ways through a stage whose best groups were not found.
  let unproved: Cost | null = null;
  push({ kind: "node", node: firstNode(moves, start) });
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    if (aim !== "any") least = boundOf(aim, costThrough(entry));
    if (budget.left < 0) break;
    switch (entry.kind) {
      case "node": {
        const { node } = entry;
        if (node.key === goalKey) {
          const bound = boundOf(aim, node.spent);
          return {
            kind: "found",
            node,
            bound: unproved === null ? bound : lesser(unproved, bound),
          };
        }
        if (closed.has(node.key)) break;
        closed.add(node.key);
        const clusters = clustersOf(node.state);
        for (const box of ends.boxes) {
          spend(budget, 1);
          pushMore(node, restsIn(moves, ends, box, node.state, clusters, budget));
        }
        break;
      }
      case "more": {
        const { node, next, rests } = entry;
        if (!closed.has(next.key)) push({ kind: "edge", node, rest: next });
        pushMore(node, rests);
        break;
      }
      case "edge": {
        const { node, rest } = entry;
        if (closed.has(rest.key)) break;
        spend(budget, 1 + rest.installs);
        const arranged = journey.arrange(node.state, rest.state, budget);
        if (arranged.kind === "none") break;
        if (!isProved(arranged)) {
          const through = boundOf(aim, costThrough(entry));
          unproved = unproved === null ? through : lesser(unproved, through);
        }
        if (arranged.kind === "arranged")
          push({ kind: "node", node: reached(node, rest, arranged) });
        break;
      }
    }
  }
  if (budget.left >= 0 && unproved === null) return { kind: "none" };
  if (budget.left >= 0) return { kind: "undecided", bound: unproved ?? least };
  return { kind: "undecided", bound: unproved === null ? least : lesser(unproved, least) };
}

/** What the search says of the whole cost: of exposure and groups next to nothing unless they are aimed at. */
function boundOf(aim: Aim, cost: Cost): Cost {
  return aim === "best" ? cost : { ...cost, exposure: 0, groups: cost.stages };
}

function isProved(arranged: Arrangement): boolean {
  return (
    arranged.kind === "arranged" &&
    arranged.bound.exposure === arranged.exposure &&
    arranged.bound.groups === arranged.groups.length
  );
}

function firstNode({ cohorts, distances }: Moves, state: SystemState): Node {
  const distance = state.map((version, component) =>
    at(at(distances, at(cohorts.of, component)), version),
  );
  return {
    state,
    key: keyOf(cohorts, state),
    spent: { installs: 0, stages: 0, exposure: 0, groups: 0 },
    left: distance.reduce((sum, one) => sum + one, 0),
    stagesLeft: distance.reduce((most, one) => Math.max(most, one), 0),
    turns: 0,
    parent: null,
    groups: [],
  };
}

function reached(
  node: Node,
  { state, key, installs, left, stagesLeft, turn }: Rest,
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
    turns: node.turns + turn,
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

function throughEdge({ spent }: Node, { installs, left, stagesLeft }: Rest): Cost {
  return {
    installs: spent.installs + installs + left,
    stages: spent.stages + 1 + stagesLeft,
    exposure: spent.exposure,
    groups: spent.groups + 1 + stagesLeft,
  };
}

/** Rests that come later in the same list may need fewer stages, but not fewer than the node does. */
function leastBy({ spent, stagesLeft }: Node, { installs, left }: Rest): Cost {
  const stages = Math.max(1, stagesLeft);
  return {
    installs: spent.installs + installs + left,
    stages: spent.stages + stages,
    exposure: spent.exposure,
    groups: spent.groups + stages,
  };
}

/** Of what costs the same, first what the first choices lead to, then what is nearest to the goal. */
function rankOf(aim: Aim, cost: Cost, turns: number, left: number): Rank {
  const { installs, stages, exposure, groups } = cost;
  switch (aim) {
    case "best":
      return [installs, stages, exposure, groups, turns, left];
    case "short":
      return [installs, stages, turns, left];
    case "any":
      return [left, turns, installs, stages];
    default:
      return assertNever(aim);
  }
}

/** What every way through the entry costs at the least. */
function costThrough(entry: Entry): Cost {
  switch (entry.kind) {
    case "node":
      return estimate(entry.node);
    case "edge":
      return throughEdge(entry.node, entry.rest);
    case "more":
      return leastBy(entry.node, entry.next);
    default:
      return assertNever(entry);
  }
}

function turnsTo(entry: Entry): number {
  switch (entry.kind) {
    case "node":
      return entry.node.turns;
    case "edge":
      return entry.node.turns + entry.rest.turn;
    case "more":
      return entry.node.turns + entry.next.turn;
    default:
      return assertNever(entry);
  }
}

function leftBehind(entry: Entry): number {
  switch (entry.kind) {
    case "node":
      return entry.node.left;
    case "edge":
      return entry.rest.left;
    case "more":
      return entry.next.left;
    default:
      return assertNever(entry);
  }
}

function compareCosts(a: Cost, b: Cost): number {
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
