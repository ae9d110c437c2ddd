import type { Rule } from "../manifest/system.ts";
import type { Grid } from "../report/grid.ts";

/**
 * All that is drawn, as plain data; each format is a renderer of it. Texts are as others wrote them: renderers escape.
 */
export interface Picture {
  readonly title: string;
  readonly verdict: { readonly isGood: boolean; readonly text: string };
  /** Null where there is no plan. */
  readonly grid: Grid | null;
  /** The start, and where the System is behind each group; empty where there is no plan. */
  readonly states: readonly PathState[];
  readonly tables: readonly PictureTable[];
  readonly graph: Graph;
  /** What else is told, as lines of text. */
  readonly sections: readonly Section[];
}

/** A state that the System rests in or passes through. */
export interface PathState {
  readonly name: string;
  /** Null where it is no end state. */
  readonly systemVersion: string | null;
  /** Of the group that leads here, counted from 0; null: the start. */
  readonly group: { readonly stage: number; readonly group: number } | null;
  readonly isPointOfNoReturn: boolean;
  /** What is installed to come here, at the same time. */
  readonly moves: readonly PictureMove[];
  /** The rows that allow it. */
  readonly allowedBy: readonly Rule[];
}

export interface PictureMove {
  readonly component: string;
  readonly componentType: string;
  readonly from: string;
  readonly to: string;
}

export interface PictureTable {
  readonly name: string;
  readonly heads: readonly string[];
  readonly hasSystemVersions: boolean;
  readonly rows: readonly PictureRow[];
  /** So many are left out. */
  readonly omitted: number;
}

export interface PictureRow {
  readonly cells: readonly string[];
  readonly verdict: string;
  readonly systemVersion: string | null;
  readonly rule: Rule;
  /** The states on the way that it allows, by their place in `states`. */
  readonly allows: readonly number[];
  /** It is one of those that together forbid every plan. */
  readonly isInConflict: boolean;
}

/** What leads from state to state. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** What is not drawn because there is too much of it; empty: nothing. */
  readonly omissions: readonly string[];
}

export interface GraphNode {
  /** A word that every format takes as it is. */
  readonly id: string;
  readonly lines: readonly string[];
  /** Where the System may rest, what it passes, and where it must not be. */
  readonly kind: "rest" | "passing" | "forbidden";
  /** The place in `states`, where it is one of them. */
  readonly state: number | null;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly lines: readonly string[];
  /** A step of the plan; what a row forbids; what is missing for a plan; what fails. */
  readonly kind: "step" | "forbidden" | "missing" | "fault";
}

export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}
