import { assertNever } from "../core/assert-never.ts";
import { unknownVersion, type Version } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { readTerm, type Term } from "./cell.ts";
import { looksLikeRange, numberIn, rangeTest } from "./number-range.ts";
import type { VersionSet } from "./system.ts";
import type { Cell } from "./table.ts";

/** The versions of a type, and what was found out about cells that speak of them. */
export interface KnownVersions {
  /** In the System's order. */
  readonly names: readonly Version[];
  readonly indices: ReadonlyMap<Version, number>;
  /** By the alternatives of the cell: the same text stands in many cells. */
  readonly met: Map<string, Meaning>;
}

interface Meaning {
  readonly set: VersionSet;
  /** Texts that look like ranges and are none. */
  readonly noRanges: readonly string[];
  /** The first version that a range of the cell cannot be compared with. */
  readonly odd: { readonly name: Version; readonly reason: keyof typeof reasons } | null;
}

export function knownVersions(names: readonly Version[]): KnownVersions {
  return { names, indices: new Map(names.map((name, index) => [name, index])), met: new Map() };
}

/** The versions that a cell names, ranges left out: they are versions of the type even if nobody has them. */
export function namesIn(cell: Cell): readonly Version[] {
  return termsOf(cell).flatMap((term) => {
    const plain = term.kind === "not" ? term.term : term;
    return plain.kind === "name" && !looksLikeRange(plain.name) ? [plain.name] : [];
  });
}

/** The cell without what stands for anything, or for anything but something. */
export function namingCell(cell: Cell | undefined): Cell {
  const alternatives = cell?.alternatives.filter((text) => !/^(?:\*|any|!.*)$/.test(text)) ?? [];
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
}

function matchesOf(term: Term, versions: KnownVersions): Matches {
  switch (term.kind) {
    case "any":
      return plainly([]);
    case "known":
      return plainly(knownOf(versions));
    case "unknown":
      return plainly(indexOf(unknownVersion, versions));
    case "name": {
      const indices = indexOf(term.name, versions);
      // A name always wins over a range.
      if (indices.length > 0 || !looksLikeRange(term.name)) return plainly(indices);
      if (term.range !== null) return inRange(term.range, versions);
      return { indices, noRanges: [term.name], odd: null };
    }
    case "not": {
      const inner = matchesOf(term.term, versions);
      const out = new Set(inner.indices);
      return { ...inner, indices: knownOf(versions).filter((index) => !out.has(index)) };
    }
    default:
      return assertNever(term);
  }
}

function inRange(range: string, versions: KnownVersions): Matches {
  const isInRange = rangeTest(range);
  let odd: Meaning["odd"] = null;
  const indices = knownOf(versions).filter((index) => {
    const name = versions.names[index] ?? unknownVersion;
    const found = numberIn(name);
    if (found.kind === "number") return isInRange(found.number);
    odd ??= { name, reason: found.kind };
    return false;
  });
  return { indices, noRanges: [], odd };
}

function plainly(indices: readonly number[]): Matches {
  return { indices, noRanges: [], odd: null };
}

function termsOf({ alternatives }: Cell): readonly Term[] {
  return alternatives.flatMap((alternative) => readTerm(alternative) ?? []);
}

function knownOf({ names }: KnownVersions): readonly number[] {
  return names.flatMap((version, index) => (version === unknownVersion ? [] : [index]));
}

function indexOf(name: Version, { indices }: KnownVersions): readonly number[] {
  const index = indices.get(name);
  return index === undefined ? [] : [index];
}

const reasons = {
  none: "has no number with a dot in it",
  several: "has several numbers with dots in them",
  odd: "has a number of more than three parts, or too large a one",
} as const;

function noRange(text: string, { at }: Cell): Problem {
  return {
    code: "table-range",
    message: `"${text}" is neither a range nor the name of a version.`,
    at,
    expected: `comparisons such as ">=4.0" or ">=2.1 <3", each with a number of up to three parts`,
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
    message: `The version "${name}" cannot be compared with the range "${alternatives.join(" | ")}": it ${reasons[reason]}.`,
    at,
    expected: `versions with one number such as "app-1.2.3"`,
    got: name,
    hint: `List the versions by name in place of the range: "a | b".`,
  };
}
