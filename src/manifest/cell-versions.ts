import { unknownVersion, type Version } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { readTerm, type Term } from "./cell.ts";
import { isInRange, looksLikeRange, numberIn } from "./number-range.ts";
import type { VersionSet } from "./system.ts";
import type { Cell } from "./table.ts";

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
  versions: readonly Version[],
): { readonly set: VersionSet; readonly problems: readonly Problem[] } {
  const matched = new Set<number>();
  const problems: Problem[] = [];
  for (const term of termsOf(cell)) {
    if (term.kind === "any") return { set: null, problems: [] };
    const found = matchesOf(term, versions, cell);
    problems.push(...found.problems);
    for (const index of found.indices) matched.add(index);
  }
  return { set: [...matched].sort((a, b) => a - b), problems };
}

interface Matches {
  readonly indices: readonly number[];
  readonly problems: readonly Problem[];
}

function matchesOf(
  term: Exclude<Term, { kind: "any" }>,
  versions: readonly Version[],
  cell: Cell,
): Matches {
  switch (term.kind) {
    case "known":
      return { indices: knownOf(versions), problems: [] };
    case "unknown":
      return { indices: indexOf(unknownVersion, versions), problems: [] };
    case "name": {
      const indices = indexOf(term.name, versions);
      // A name always wins over a range.
      if (indices.length > 0) return { indices, problems: [] };
      if (term.range !== null) return inRange(term.range, versions, cell);
      return { indices, problems: looksLikeRange(term.name) ? [noRange(term.name, cell)] : [] };
    }
    case "range":
      return inRange(term.range, versions, cell);
    case "not": {
      const inner = matchesOf(term.term, versions, cell);
      const left = knownOf(versions).filter((index) => !inner.indices.includes(index));
      return { indices: left, problems: inner.problems };
    }
  }
}

function inRange(range: string, versions: readonly Version[], cell: Cell): Matches {
  const problems: Problem[] = [];
  const indices = knownOf(versions).filter((index) => {
    const name = versions[index] ?? unknownVersion;
    const found = numberIn(name);
    if (found.kind === "number") return isInRange(found.number, range);
    problems.push(noNumber(name, found.kind, cell));
    return false;
  });
  return { indices, problems };
}

function termsOf({ alternatives }: Cell): readonly Term[] {
  return alternatives.flatMap((alternative) => readTerm(alternative) ?? []);
}

function knownOf(versions: readonly Version[]): readonly number[] {
  return versions.flatMap((version, index) => (version === unknownVersion ? [] : [index]));
}

function indexOf(name: Version, versions: readonly Version[]): readonly number[] {
  const index = versions.indexOf(name);
  return index === -1 ? [] : [index];
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
  name: Version,
  reason: keyof typeof reasons,
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
