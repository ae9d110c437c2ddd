import { assertNever } from "../core/assert-never.ts";
import { unknownVersion, type Version } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { readTerm, type Term } from "./cell.ts";
import { inRange, looksLikeRange, namesPreRelease, type NumberRange } from "./number-range.ts";
import type { VersionSet } from "./system.ts";
import type { Cell } from "./table.ts";
import { noNumberReasons, type NumberForm, numberOf, plainNumbers } from "./version-number.ts";

/** The versions of a type, or values of a fact, and what was found out about cells that speak of them. */
export interface KnownVersions {
  /** In the System's order. */
  readonly names: readonly Version[];
  readonly indices: ReadonlyMap<Version, number>;
  /** Those that nobody but a Component speaks of: what a range cannot read of them, it does not match. */
  readonly reported: ReadonlySet<Version>;
  /** How their numbers are told. */
  readonly numbers: NumberForm;
  /** By the alternatives of the cell: the same text stands in many cells. */
  readonly met: Map<string, Meaning>;
}

interface Meaning {
  readonly set: VersionSet;
  /** Texts that look like ranges and are none. */
  readonly noRanges: readonly string[];
  /** The first version that a range of the cell cannot be compared with. */
  readonly odd: { readonly name: Version; readonly reason: keyof typeof noNumberReasons } | null;
}

export function knownVersions(
  names: readonly Version[],
  reported: ReadonlySet<Version> = new Set(),
  numbers: NumberForm = plainNumbers,
): KnownVersions {
  const indices = new Map(names.map((name, index) => [name, index]));
  return { names, indices, reported, numbers, met: new Map() };
}

/** The versions that a cell names, ranges left out: they are versions of the type even if nobody has them. */
export function namesIn(cell: Cell): readonly Version[] {
  return plainTermsOf(cell).flatMap((term) =>
    term.kind === "name" && !looksLikeRange(term.name) ? [term.name] : [],
  );
}

/** Whether any version is compared with a range. */
export function hasRange(cell: Cell): boolean {
  return plainTermsOf(cell).some((term) => term.kind === "name" && term.range !== null);
}

/** The terms without what denies and joins them. */
function plainTermsOf(cell: Cell) {
  return termsOf(cell)
    .flatMap((term) => (term.kind === "all" ? term.terms : [term]))
    .map((term) => (term.kind === "not" ? term.term : term));
}

/** The cell without what stands for anything, or for anything but something. */
export function namingCell(cell: Cell | undefined): Cell {
  const alternatives =
    cell?.alternatives.filter((text) => !/^(?:\*|any|!.*)(?:\s+!.*)?$/.test(text)) ?? [];
  return { alternatives, at: cell?.at ?? { file: "" } };
}

/** The indices of the versions that the cell matches; problems where a range meets a name without a number. */
export function versionsOf(
  cell: Cell,
  versions: KnownVersions,
): { readonly set: VersionSet; readonly problems: readonly Problem[] } {
  const text = cell.alternatives.join("|");
  const meaning = versions.met.get(text) ?? meaningOf(cell, versions);
  versions.met.set(text, meaning);
  const { set, noRanges, odd } = meaning;
  const problems = noRanges.map((range) => noRange(range, cell));
  return { set, problems: odd === null ? problems : [...problems, noNumber(odd, cell)] };
}

/**
 * The versions for which it cannot be ruled out that the cell matches: what is unknown, or cannot be read by a range,
 * is taken to match but where the cell excludes it.
 */
export function worstOf(cell: Cell, versions: KnownVersions): readonly number[] {
  const matched = new Set(termsOf(cell).flatMap((term) => worstOfTerm(term, versions)));
  return [...matched].sort((a, b) => a - b);
}

function worstOfTerm(term: Term, versions: KnownVersions): readonly number[] {
  if (term.kind === "all" && versionNamed(term.name, versions).length === 0) {
    const [first, ...others] = term.terms.map((one) => new Set(worstOfTerm(one, versions)));
    return [...(first ?? [])].filter((index) => others.every((set) => set.has(index)));
  }
  const { indices, unread } = matchesOf(term, versions);
  if (term.kind === "not") {
    const isExcluded = term.term.kind === "unknown";
    return isExcluded ? indices : [...indices, ...indexOf(unknownVersion, versions)];
  }
  return [...indices, ...unread, ...indexOf(unknownVersion, versions)];
}

function meaningOf(cell: Cell, versions: KnownVersions): Meaning {
  const terms = termsOf(cell);
  const matches = terms.map((term) => matchesOf(term, versions));
  const isAny = terms.some(({ kind }) => kind === "any");
  const matched = new Set(matches.flatMap(({ indices }) => indices));
  return {
    set: isAny ? null : [...matched].sort((a, b) => a - b),
    noRanges: matches.flatMap(({ noRanges }) => noRanges),
    odd: matches.find(({ odd }) => odd !== null)?.odd ?? null,
  };
}

interface Matches extends Omit<Meaning, "set"> {
  readonly indices: readonly number[];
  /** Those that a range can say nothing of, and neither can its opposite. */
  readonly unread: readonly number[];
}

function matchesOf(term: Term, versions: KnownVersions): Matches {
  switch (term.kind) {
    case "any":
      return plainly([...versions.names.keys()]);
    case "known":
      return plainly(knownOf(versions));
    case "unknown":
      return plainly(indexOf(unknownVersion, versions));
    case "name": {
      const indices = indexOf(term.name, versions);
      // A name always wins over a range.
      if (indices.length > 0 || !looksLikeRange(term.name)) return plainly(indices);
      const isComparable =
        term.range !== null &&
        (versions.numbers.scheme === "semver" || !namesPreRelease(term.range));
      if (term.range !== null && isComparable) return matchesInRange(term.range, versions);
      return { ...plainly(indices), noRanges: [term.name] };
    }
    case "not": {
      const inner = matchesOf(term.term, versions);
      const out = new Set([...inner.indices, ...inner.unread]);
      return { ...inner, indices: knownOf(versions).filter((index) => !out.has(index)) };
    }
    case "all": {
      const literal = versionNamed(term.name, versions);
      if (literal.length > 0) return plainly(literal);
      const inner = term.terms.map((one) => matchesOf(one, versions));
      const [first, ...others] = inner.map(({ indices }) => new Set(indices));
      return {
        ...plainly([...(first ?? [])].filter((index) => others.every((set) => set.has(index)))),
        noRanges: inner.flatMap(({ noRanges }) => noRanges),
        odd: inner.find(({ odd }) => odd !== null)?.odd ?? null,
      };
    }
    default:
      return assertNever(term);
  }
}

function matchesInRange(range: NumberRange, versions: KnownVersions): Matches {
  let odd: Meaning["odd"] = null;
  const unread: number[] = [];
  const indices = knownOf(versions).filter((index) => {
    const name = versions.names[index] ?? unknownVersion;
    const found = numberOf(name, versions.numbers);
    if (found.kind === "number") return inRange(range, found.number);
    if (versions.reported.has(name)) unread.push(index);
    else odd ??= { name, reason: found.kind };
    return false;
  });
  return { indices, unread, noRanges: [], odd };
}

function plainly(indices: readonly number[]): Matches {
  return { indices, unread: [], noRanges: [], odd: null };
}

function termsOf({ alternatives }: Cell): readonly Term[] {
  return alternatives.flatMap((alternative) => readTerm(alternative) ?? []);
}

function knownOf({ names }: KnownVersions): readonly number[] {
  return names.flatMap((version, index) => (version === unknownVersion ? [] : [index]));
}

function versionNamed(text: string, { names }: KnownVersions): readonly number[] {
  const index = names.findIndex((name) => name === text);
  return index === -1 ? [] : [index];
}

function indexOf(name: Version, { indices }: KnownVersions): readonly number[] {
  const index = indices.get(name);
  return index === undefined ? [] : [index];
}

function noRange(text: string, { at }: Cell): Problem {
  return {
    code: "table-range",
    message: `"${text}" is neither a range nor the name of a version.`,
    at,
    expected: `comparisons such as ">=4.0" or ">=2.1 <3", each with a number, or a partial number such as "2.x"`,
    got: text,
    hint: `Write the number alone behind the sign, and "|" between alternatives.`,
  };
}

function noNumber(
  { name, reason }: NonNullable<Meaning["odd"]>,
  { alternatives, at }: Cell,
): Problem {
  return {
    code: "table-range",
    message: `The version "${name}" cannot be compared with the range "${alternatives.join(" | ")}": it ${noNumberReasons[reason]}.`,
    at,
    expected: `versions with one number such as "app-1.2.3"`,
    got: name,
    hint: `List the versions by name in place of the range: "a | b".`,
  };
}
