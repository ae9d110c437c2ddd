import { assertNever } from "../../core/assert-never.ts";
import type { TransitionTable } from "../../manifest/system.ts";
import { boxOf, isAllAccepted, isAnyPossible, type BoxRelation } from "./relation-by-boxes.ts";
import { boxRelationFrom, type DenseRules, type Ruling, rulingOf } from "./ruling.ts";
import type { EndStates } from "./end-states.ts";
import { type DenseRelation, ruleNumberAt, isEvery, isFew } from "./relation-dense.ts";

/**
 * One transition table for one choice of table class, one for each column. There are very many, and each is asked again
 * and again: it is plain data, and what is asked most lies in the constraint itself.
 */
export interface GroundConstraint extends DenseRelation {
  readonly table: TransitionTable;
  readonly classes: readonly number[];
  /** Rule numbers from this one up to `refused` accept. */
  readonly accepted: number;
  readonly refused: number;
  /** Tells of a constraint that is not dense whether it accepts; null: the rule numbers tell. */
  readonly ask: ((versions: readonly number[]) => boolean) | null;
  readonly source: RulingSource;
  /** Kept once it was asked for. */
  boxRelation: BoxRelation | null;
  /** The same; null: there is none. */
  hopSupport: HopSupport | null | undefined;
}

/** Where a constraint has from what it says. */
export type RulingSource =
  | DenseRules
  /** A large table. */
  | {
      readonly kind: "by-rows";
      readonly ends: EndStates;
      readonly ruling: (versions: readonly number[]) => Ruling;
    }
  /** Another constraint, of which some nogoods alone are kept. */
  | {
      readonly kind: "relaxed";
      readonly constraint: GroundConstraint;
      readonly boxRelation: BoxRelation;
    };

/** For a table class. */
export type VersionsOf = (tableClass: number) => readonly number[];

/** For a column: may a Component that started at `start` go from one version to another in some context? */
export type HopSupport = (
  column: number,
  allowed: VersionsOf,
  starts: VersionsOf,
) => (from: number, to: number, start: number) => boolean;

/** Whether it accepts these versions, one for each column; what stands since the start is not asked for. */
export function accepts(constraint: GroundConstraint, versions: readonly number[]): boolean {
  if (constraint.ask !== null) return constraint.ask(versions);
  const ruleNumber = ruleNumberAt(constraint, versions);
  return ruleNumber >= constraint.accepted && ruleNumber < constraint.refused;
}

export function ruling(constraint: GroundConstraint, versions: readonly number[]): Ruling {
  const { source } = constraint;
  switch (source.kind) {
    case "dense":
      return rulingOf(source, constraint.table, ruleNumberAt(constraint, versions));
    case "by-rows":
      return source.ruling(versions);
    case "relaxed":
      return ruling(source.constraint, versions);
    default:
      return assertNever(source);
  }
}

/**
 * Whether it accepts every combination of these versions, a list for each column: one by one where they are few, else
 * box by box.
 */
export function acceptsAll(
  constraint: GroundConstraint,
  lists: readonly (readonly number[])[],
): boolean {
  if (isFew(lists)) return isEvery(lists, (versions) => accepts(constraint, versions));
  const boxRelation = boxRelationOf(constraint);
  return isAllAccepted(boxRelation, boxOf(boxRelation.layout, lists));
}

/** False: it accepts no combination of these versions. */
export function mayAccept(
  constraint: GroundConstraint,
  lists: readonly (readonly number[])[],
): boolean {
  // Of nogoods alone it is not asked: they refuse single combinations.
  if (constraint.source.kind === "relaxed") return true;
  const boxRelation = boxRelationOf(constraint);
  return isAnyPossible(boxRelation, boxOf(boxRelation.layout, lists));
}

function boxRelationOf(constraint: GroundConstraint): BoxRelation {
  const { source, table, sizes, classes } = constraint;
  return (constraint.boxRelation ??=
    source.kind === "relaxed"
      ? source.boxRelation
      : boxRelationFrom(table, sizes, source.ends, classes));
}
