import { type ComponentType, unknownVersion } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { type KnownVersions, versionsOf, worstOf } from "./cell-versions.ts";
import type { EdgeTable } from "./edges.ts";
import { type Facts, matchesFact, mayMatchFact } from "./fact-cells.ts";
import type { Rule } from "./system.ts";
import type { Cell } from "./table.ts";
import { maxTableSize } from "./table-checks.ts";

/** The versions over which a version may be installed on a Component with these facts; indices. */
export type EdgeRelation = (facts: Facts, to: number) => readonly number[];

/** What the edges say against an install; null: nothing. */
export interface EdgeVerdict {
  /** The NO rows that forbid it. */
  readonly no: readonly Rule[];
  /** Whether no row allows it, where one has to. */
  readonly isUnlisted: boolean;
}

/** The rows of a type's edges, looked up once. */
export interface MatchedEdges {
  readonly table: EdgeTable;
  readonly relation: EdgeRelation;
  readonly against: (facts: Facts, from: number, to: number) => EdgeVerdict;
}

/**
 * NO wins, and what no row says follows the default. What is unknown is taken as the worst: a NO row matches it but
 * where it excludes it, a YES row only where it names it.
 */
export function matchEdges(table: EdgeTable, versions: KnownVersions): MatchedEdges {
  const { rows, allowByDefault } = table;
  const all = [...versions.names.keys()];
  const said = rows
    .filter(({ verdict }) => verdict !== "n/a")
    .map(({ from, to, facts, verdict, rule }) => {
      const isNo = verdict === "no";
      const setOf = (cell: typeof from) =>
        new Set(isNo ? worstOf(cell, versions) : (versionsOf(cell, versions).set ?? all));
      const matches = isNo ? mayMatchFact : matchesFact;
      return {
        isNo,
        rule,
        from: setOf(from),
        to: setOf(to),
        speaksOf: (known: Facts) => facts.every(({ key, cell }) => matches(cell, known.get(key))),
      };
    });
  const rowsTo = (facts: Facts, to: number) =>
    said.filter((row) => row.to.has(to) && row.speaksOf(facts));
  return {
    table,
    relation: (facts, target) => {
      const own = rowsTo(facts, target);
      const isIn = (from: number, isNo: boolean) =>
        own.some((row) => row.isNo === isNo && row.from.has(from));
      return all.filter((from) => !isIn(from, true) && (allowByDefault || isIn(from, false)));
    },
    against: (facts, from, to) => {
      const own = rowsTo(facts, to).filter((row) => row.from.has(from));
      return {
        no: own.filter(({ isNo }) => isNo).map(({ rule }) => rule),
        isUnlisted: !allowByDefault && own.every(({ isNo }) => isNo),
      };
    },
  };
}

/** The NO rows that close a way from some of these versions to some of those, on a Component with these facts. */
export function closingRows(
  { rows }: EdgeTable,
  versions: KnownVersions,
  facts: Facts,
  from: ReadonlySet<number>,
  to: ReadonlySet<number>,
): readonly Rule[] {
  const isAmong = (cell: Cell, set: ReadonlySet<number>) =>
    worstOf(cell, versions).some((version) => set.has(version));
  return rows
    .filter(
      (row) =>
        row.verdict === "no" &&
        isAmong(row.from, from) &&
        isAmong(row.to, to) &&
        row.facts.every(({ key, cell }) => mayMatchFact(cell, facts.get(key))),
    )
    .map(({ rule }) => rule);
}

/** What is wrong with the cells, and whether they leave a way to the target at all; null: that is not asked. */
export function edgeProblems(
  edges: EdgeTable,
  type: ComponentType,
  versions: KnownVersions,
  target: number | null,
): readonly Problem[] {
  if (edges.rows.length * versions.names.length * 2 > maxTableSize)
    return [tooLarge(edges, type, versions.names.length)];
  const problems = edges.rows.flatMap(({ from, to }) =>
    [from, to].flatMap((cell) => versionsOf(cell, versions).problems),
  );
  if (problems.length > 0 || target === null) return problems;
  return noWayTo(edges, type, versions, target);
}

function noWayTo(
  edges: EdgeTable,
  type: ComponentType,
  versions: KnownVersions,
  target: number,
): readonly Problem[] {
  // What facts decide nobody knows here.
  const rows = edges.rows
    .filter(({ facts, verdict }) => facts.length === 0 || verdict !== "no")
    .map((row) => ({ ...row, facts: [] }));
  const from = matchEdges({ ...edges, rows }, versions).relation(new Map(), target);
  const name = versions.names[target];
  const known = versions.names.filter((one) => one !== unknownVersion && one !== name);
  const isOpen = from.some((one) => one !== target) || (known.length === 0 && edges.allowByDefault);
  if (isOpen || name === undefined) return [];
  return [
    {
      code: "edges-invalid",
      message: `The edges of "${type}" leave no way to "${name}": it may be installed over no version that the Manifest knows.`,
      at: edges.at,
      expected: `a version over which "${name}" may be installed`,
      got: "none",
      hint: `Correct the rows whose "to" matches it, or say default: allow.`,
    },
  ];
}

function tooLarge({ at, rows }: EdgeTable, type: ComponentType, versions: number): Problem {
  return {
    code: "edges-invalid",
    message: `The edges of "${type}" are too many: ${rows.length} rows, and ${versions} versions.`,
    at,
    expected: `at most ${maxTableSize} rows times versions`,
    hint: "Write fewer rows, with ranges and wildcards.",
  };
}

/** What both let be installed over; null: anything. */
export function inBoth(
  one: readonly number[] | null,
  other: readonly number[] | null,
): readonly number[] | null {
  if (one === null || other === null) return one ?? other;
  const among = new Set(other);
  return one.filter((index) => among.has(index));
}
