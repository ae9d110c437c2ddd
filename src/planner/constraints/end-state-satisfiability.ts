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

/**
 * How much may be done in one question to find the end states that NO rows leave. Whoever asks looks at it afterwards.
 */
export interface EndStateBudget {
  /** NO rows that may still be looked at. */
  left: number;
  /**
   * How often boxes may still be cut along such NO rows, to find out whether all combinations in them are part of an
   * end state.
   */
  cutsLeft: number;
  /** It did not suffice, so that something may count as refused that is not. */
  isExceeded: boolean;
}

export function endStateBudget(): EndStateBudget {
  return { left: 5_000_000, cutsLeft: 200_000, isExceeded: false };
}

/** NO rows that may be looked at to find one end state. */
const limitOfOne = 500_000;

/** What came of a search for one end state, and how many NO rows it has looked at. */
export interface EndStateSearch {
  readonly said: "yes" | "no" | "given-up";
  readonly looked: number;
}

/** Takes a search from the budget as if it were made now; `made`: what is known of it. */
export function within(
  budget: EndStateBudget,
  made: EndStateSearch | undefined,
  make: (limit: number) => EndStateSearch,
): EndStateSearch {
  const search = made ?? make(Math.min(limitOfOne, budget.left));
  const looked = Math.min(search.looked, budget.left);
  budget.left -= looked;
  return looked < search.looked ? { said: "given-up", looked } : search;
}

/** Whether another search for the same end state, with a larger budget, may find more. */
export function isCutShort({ said, looked }: EndStateSearch): boolean {
  return said === "given-up" && looked < limitOfOne;
}

/**
 * Whether the others can have versions so that no nogood holds. `domains`: the versions that all of these table class
 * may have, whatever is given; table class of whom some are given need nobody else, for the others may have the same.
 * `limit`: so many nogoods may be looked at.
 */
export function searchEndState(
  domains: (tableClass: number) => readonly number[],
  nogoods: readonly EndNogood[],
  given: Given,
  limit: number,
): EndStateSearch {
  let left = limit;
  const solve = (clauses: readonly Clause[]): EndStateSearch["said"] => {
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
  return { said, looked: limit - Math.max(0, left) };
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
