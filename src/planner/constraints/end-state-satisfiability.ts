import type { VersionSet } from "../../manifest/system.ts";
import { at } from "../model/moves.ts";

/** A NO row of an end table: what stands in all of its columns at the same time is no end state. */
export interface EndNogood {
  /** The table class that may stand in each column; of two columns never the same. */
  readonly columns: readonly (readonly number[])[];
  readonly cells: readonly VersionSet[];
}

/** Part of an end state: the versions that are there already, by the table class that have them. */
export type Given = ReadonlyMap<number, readonly number[]>;

/** How much may be looked at; what is left of it is kept. */
export interface SearchLimit {
  /** Nogoods, for one question. */
  readonly ofOne: number;
  /** Nogoods, for all of them. */
  left: number;
}

/**
 * Whether the others can have versions so that no nogood holds. `domains`: the versions that all of these table class may have,
 * whatever is given; table class of whom some are given need nobody else, for the others may have the same.
 */
export function isSatisfiable(
  domains: (tableClass: number) => readonly number[],
  nogoods: readonly EndNogood[],
  given: Given,
  searchLimit: SearchLimit,
): "yes" | "no" | "given-up" {
  let left = Math.min(searchLimit.ofOne, searchLimit.left);
  const limit = left;
  const solve = (clauses: readonly Clause[]): ReturnType<typeof isSatisfiable> => {
    const tightest = tightestOf(clauses);
    if (tightest === null) return "yes";
    if (tightest.length === 0) return "no";
    const { tableClass } = at(at(tightest, 0), 0);
    let isGivenUp = false;
    for (const version of worthTrying(domains(tableClass), clauses, tableClass)) {
      const said = solve(assigned(clauses, tableClass, version));
      if (said === "yes") return said;
      if (said === "given-up") isGivenUp = true;
      // What leads straight to an end is not counted, it does not take long.
      left -= clauses.length;
      if (left < 0) return "given-up";
    }
    return isGivenUp ? "given-up" : "no";
  };
  const said = solve(nogoods.flatMap((nogood) => clauseOf(nogood, domains, given) ?? []));
  searchLimit.left -= limit - Math.max(0, left);
  return said;
}

/** A nogood holds where each of these columns is matched by one of its literals. */
type Clause = readonly (readonly Literal[])[];

/** These table class match where they have one of these versions. */
interface Literal {
  readonly tableClass: number;
  readonly versions: readonly number[];
}

/** What is still open of a nogood: null where it cannot hold, empty where it does. */
function clauseOf(
  { columns, cells }: EndNogood,
  domains: (tableClass: number) => readonly number[],
  given: Given,
): readonly [Clause] | null {
  const open: Literal[][] = [];
  for (const [column, all] of columns.entries()) {
    const cell = cells[column] ?? null;
    const literals: Literal[] = [];
    let isMatched = false;
    for (const tableClass of all) {
      const has = given.get(tableClass);
      if (has !== undefined) {
        isMatched ||= cell === null || has.some((version) => cell.includes(version));
        continue;
      }
      const domain = domains(tableClass);
      const versions = cell === null ? domain : domain.filter((version) => cell.includes(version));
      if (versions.length === domain.length) isMatched = true;
      else if (versions.length > 0) literals.push({ tableClass, versions });
    }
    if (isMatched) continue;
    if (literals.length === 0) return null;
    open.push(literals);
  }
  return [open];
}

/** The nogood with the fewest columns to go: what must be, is told by it. Null: there is none. */
function tightestOf(clauses: readonly Clause[]): Clause | null {
  let tightest: Clause | null = null;
  for (const clause of clauses) {
    if (tightest === null || clause.length < tightest.length) tightest = clause;
  }
  return tightest;
}

/** Of the versions those that match as little as any other: what matches all that another one does is no better. */
function worthTrying(
  domain: readonly number[],
  clauses: readonly Clause[],
  tableClass: number,
): readonly number[] {
  const literals = clauses.flatMap((clause) =>
    clause.flatMap((column) => column.filter((literal) => literal.tableClass === tableClass)),
  );
  const matched = domain.map((version) => ({
    version,
    places: literals.flatMap(({ versions }, place) => (versions.includes(version) ? [place] : [])),
  }));
  const least: typeof matched = [];
  for (const one of matched.toSorted((a, b) => a.places.length - b.places.length)) {
    const isNoBetter = least.some(({ places }) =>
      places.every((place) => one.places.includes(place)),
    );
    if (!isNoBetter) least.push(one);
    if (one.places.length === 0) break;
  }
  return least.map(({ version }) => version);
}

function assigned(
  clauses: readonly Clause[],
  tableClass: number,
  version: number,
): readonly Clause[] {
  return clauses.flatMap((clause) => {
    if (!clause.some((column) => column.some((literal) => literal.tableClass === tableClass))) {
      return [clause];
    }
    const open: (readonly Literal[])[] = [];
    for (const column of clause) {
      const own = column.find((literal) => literal.tableClass === tableClass);
      if (own?.versions.includes(version) === true) continue;
      const others = own === undefined ? column : column.filter((literal) => literal !== own);
      if (others.length === 0) return [];
      open.push(others);
    }
    return [open];
  });
}
