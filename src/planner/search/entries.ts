import { assertNever } from "../../core/assert-never.ts";
import type { SystemState } from "../../manifest/system.ts";
import type { Move } from "../model/moves.ts";
import type { Cost } from "../model/plan.ts";
import type { Successor } from "./successors.ts";

/** Where a stage may end, and a way to it. */
export interface Node {
  readonly state: SystemState;
  readonly key: string;
  readonly spent: Cost;
  readonly left: number;
  readonly stagesLeft: number;
  /** How far from the first choices it was reached. */
  readonly tieBreaks: number;
  /** The sum of the ranks of all ends of stages up to here, this one among them. */
  readonly preference: number;
  readonly parent: Node | null;
  readonly groups: readonly (readonly Move[])[];
}

/** What a best-first search looks at next. */
export type Entry =
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

/** What every way through the entry costs at the least. */
export function costThrough(entry: Entry): Cost {
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

/** What a way through the node costs at the least. */
export function estimate({ spent, left, stagesLeft }: Node): Cost {
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

export function tieBreaksTo(entry: Entry): number {
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

export function leftBehind(entry: Entry): number {
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
