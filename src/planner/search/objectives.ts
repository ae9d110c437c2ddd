import { assertNever } from "../../core/assert-never.ts";
import { compareCosts } from "../model/costs.ts";
import type { Cost } from "../model/plan.ts";
import type { Rank } from "../model/priority-queue.ts";
import {
  costThrough,
  type Entry,
  estimate,
  leftBehind,
  type Node,
  tieBreaksTo,
} from "./entries.ts";
import { type HopKind, preferenceBound } from "./preference-bound.ts";
import type { Moves, Weigh } from "./successors.ts";

/** What a best-first search is after. */
export interface Objective {
  readonly kind: "short" | "best" | "any" | "preferred";
  /** The least is looked at first; null: not looked at, and of a list nothing that comes later. */
  readonly rank: (entry: Entry) => Rank | null;
  /** Of nodes with the same key only the first is opened. */
  readonly keyOf: (node: Node) => string;
  /** What the options of the next stage weigh; null: their detour. */
  readonly weigh: (node: Node) => Weigh | null;
}

/**
 * All of the cost, installs and stages alone, or only what is left (for any way at all). `ceiling`: a cost that is
 * known to be reached; nothing that costs as much is looked at.
 */
export function byCost(kind: "short" | "best" | "any", ceiling?: Cost): Objective {
  return {
    kind,
    rank: (entry) => {
      const cost = costThrough(entry);
      if (ceiling !== undefined && compareCosts(cost, ceiling) >= 0) return null;
      return rankOf(kind, cost, tieBreaksTo(entry), leftBehind(entry));
    },
    keyOf: ({ key }) => key,
    weigh: () => null,
  };
}

/** Of what costs the same, first what the first choices lead to, then what is nearest to the goal. */
function rankOf(
  kind: "short" | "best" | "any",
  { installs, stages, exposure, groups }: Cost,
  tieBreaks: number,
  left: number,
): Rank {
  switch (kind) {
    case "best":
      return [installs, stages, exposure, groups, tieBreaks, left];
    case "short":
      return [installs, stages, tieBreaks, left];
    case "any":
      return [left, tieBreaks, installs, stages];
    default:
      return assertNever(kind);
  }
}

/** A way that costs least, and the sum of the ranks in which its stages end. */
export interface KnownWay {
  readonly cost: Cost;
  readonly preference: number;
}

/**
 * What is preferred to the known way of those that cost as much. One state may be reached at several costs, of which
 * any may be the one that leads on to just this one.
 */
export function byPreference(moves: Moves, known: KnownWay): Objective {
  const { cost, preference } = known;
  const bound = preferenceBound(moves);
  const isOver = (through: Cost) => compareCosts(through, cost) > 0;
  const slackOf = (through: Cost) => cost.installs - through.installs;
  const hopsWithin = (slack: number): HopKind => (slack > 0 ? "all" : "straight");
  const preferenceThrough = (entry: Entry): number => {
    const stages = cost.stages - entry.node.spent.stages;
    const least = bound.least;
    switch (entry.kind) {
      case "node": {
        const { node } = entry;
        if (isOver(estimate(node))) return Infinity;
        return node.preference + least(node.state, stages, hopsWithin(slackOf(estimate(node))));
      }
      case "edge": {
        const { node, successor } = entry;
        const through = costThrough(entry);
        if (isOver(through)) return Infinity;
        const rest = least(successor.state, stages - 1, hopsWithin(slackOf(through)));
        return node.preference + successor.preference + rest;
      }
      case "more": {
        // By what the list is ordered by.
        const { node, next } = entry;
        const rest = least(next.state, stages - 1, hopsWithin(slackOf(estimate(node))));
        return node.preference + next.preference + rest;
      }
      default:
        return assertNever(entry);
    }
  };
  return {
    kind: "preferred",
    rank: (entry) => {
      const through = preferenceThrough(entry);
      return through >= preference ? null : [through, leftBehind(entry), tieBreaksTo(entry)];
    },
    keyOf: ({ key, spent }) => [key, ...Object.values(spent)].join(),
    weigh: (node) => {
      const slack = slackOf(estimate(node));
      const stages = cost.stages - node.spent.stages - 1;
      return ({ symmetryClass }, { version, detour, rank }) =>
        detour > slack
          ? Infinity
          : rank + bound.of(symmetryClass, version, stages, hopsWithin(slack));
    },
  };
}
