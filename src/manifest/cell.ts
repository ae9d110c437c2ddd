import { Version } from "../core/ids.ts";
import type { Place, Problem } from "../core/problem.ts";
import { markupIn } from "./markup.ts";
import { looksLikeRange, type NumberRange, readRange } from "./number-range.ts";
import type { Cell } from "./table.ts";

/** A name as the tables compare it: `gateway-v1.mender` is `gateway-v1`. */
export function withoutSuffix(name: string): string {
  return name.length > ".mender".length && name.endsWith(".mender")
    ? name.slice(0, -".mender".length)
    : name;
}

/** What may stand behind a `!`. */
type PlainTerm =
  /** `?` */
  | { readonly kind: "unknown" }
  /** A version, or a range where `range` is not null and no version has this name. */
  | { readonly kind: "name"; readonly name: Version; readonly range: NumberRange | null };

type SimpleTerm =
  | { readonly kind: "any" }
  /** `*`: every version but the unknown one. */
  | { readonly kind: "known" }
  | PlainTerm
  /** `!x`: every known version that x does not match. */
  | { readonly kind: "not"; readonly term: PlainTerm };

/** What one alternative of a cell says. */
export type Term =
  | SimpleTerm
  /** `!a !b`: what all of them match; the version of this name, if there is one. */
  | { readonly kind: "all"; readonly terms: readonly SimpleTerm[]; readonly name: string };

/** Null: it says nothing that we understand. */
export function readTerm(text: string): Term | null {
  const parts = partsOf(text);
  const [first = ""] = parts;
  if (parts.length === 1) return readSimple(first);
  if (isUnclear(parts)) return null;
  const terms = parts.flatMap((part) => readSimple(part) ?? []);
  return terms.length < parts.length ? null : { kind: "all", terms, name: text };
}

/** Of one alternative; longer ones are no cells of anybody. */
const maxJoined = 1_000;

/** Split at the blanks before each `!`, and behind what it denies where a comparison follows. Names may hold blanks. */
function partsOf(text: string): readonly string[] {
  if (!text.includes("!") || text.length > maxJoined) return [text];
  return text
    .split(/\s+(?=!)/)
    .flatMap((part) =>
      part.startsWith("!") ? part.split(/(?<![!<>=^~\s])\s+(?=[<>=^~])/) : [part],
    )
    .filter((part) => part !== "");
}

/** `!>=2 <3`: is `>=2` denied, or `>=2 <3`? */
function isUnclear(parts: readonly string[]): boolean {
  return parts.some(
    (part, index) => /^![\s]*[<>=^~]/.test(part) && looksLikeRange(parts[index + 1] ?? ""),
  );
}

function readSimple(text: string): SimpleTerm | null {
  if (text === "*") return { kind: "known" };
  if (text === "any") return { kind: "any" };
  if (!text.startsWith("!")) return readPlain(text);
  const term = readPlain(text.slice(1).trim());
  return term === null ? null : { kind: "not", term };
}

function readPlain(text: string): PlainTerm | null {
  if (text === "?") return { kind: "unknown" };
  if (text === "*" || text === "any" || text.startsWith("!")) return null;
  const range = looksLikeRange(text) ? readRange(text) : null;
  const name = Version.safeParse(withoutSuffix(text));
  return name.success ? { kind: "name", name: name.data, range } : null;
}

/** In one cell. */
const maxAlternatives = 1_000;

/** Splits at `|` and checks each alternative; `text` is what stands in the cell, without escapes. */
export function readCell(
  texts: readonly string[],
  at: Place,
): { readonly cell: Cell; readonly problems: readonly Problem[] } {
  const alternatives = texts.flatMap((text) => text.split("|").map((part) => part.trim()));
  if (alternatives.length > maxAlternatives) {
    const problem = tooManyAlternatives(alternatives.length, at);
    return { cell: { alternatives: [], at }, problems: [problem] };
  }
  const read = alternatives.map((text) => ({ text, problem: alternativeProblem(text, at) }));
  // Of what says nothing nothing further is to be said.
  const sound = read.flatMap(({ text, problem }) => (problem === null ? [text] : []));
  const problems = read.flatMap(({ problem }) => problem ?? []);
  if (problems.length === 0 && deniesOnly(sound)) problems.push(matchesAll(sound, at));
  return { cell: { alternatives: sound, at }, problems };
}

function alternativeProblem(text: string, at: Place): Problem | null {
  if (text === "") {
    return {
      code: "table-cell",
      message: "The cell is empty, or one of its alternatives is.",
      at,
      expected: cellForms,
      hint: `Write a version; "*" stands for every known one, "any" for whatever there is.`,
    };
  }
  const markup = markupIn(text);
  if (markup !== null) return isMarkup(text, markup, at);
  if (readTerm(text) !== null) return null;
  if (isUnclear(partsOf(text))) return unclear(text, at);
  return {
    code: "table-cell",
    message: `The cell "${text.slice(0, 60)}" says nothing that can be compared.`,
    at,
    expected: cellForms,
    got: text.length > 256 ? `${text.length} characters` : text,
    hint: `After "!" goes a version, a range or "?"; a name has at most 256 characters.`,
  };
}

/** Several alternatives of which each only denies: at least one of them matches, whatever the version is. */
function deniesOnly(alternatives: readonly string[]): boolean {
  const denies = (text: string) => partsOf(text).every((part) => part.startsWith("!"));
  return alternatives.length > 1 && alternatives.every(denies);
}

function matchesAll(alternatives: readonly string[], at: Place): Problem {
  const written = alternatives.join(" | ").slice(0, 60);
  return {
    code: "table-cell",
    message: `The cell "${written}" matches every version: whichever it is, it is not one of the others.`,
    at,
    expected: "alternatives that do not cancel each other",
    got: written,
    hint: `"Neither of them" is written with a blank in between: "${alternatives.join(" ").slice(0, 60)}".`,
  };
}

function unclear(text: string, at: Place): Problem {
  return {
    code: "table-cell",
    message: `In the cell "${text.slice(0, 60)}" it is not clear how far the "!" reaches.`,
    at,
    expected: `"!" before one comparison, or before a version`,
    got: text.slice(0, 60),
    hint: `Write what is meant as alternatives, such as "<2 | >=3", or each with its own "!".`,
  };
}

function isMarkup(text: string, markup: string, at: Place): Problem {
  return {
    code: "table-cell",
    message: `The cell "${text.slice(0, 60)}" holds "${markup.slice(0, 60)}": this is markup, and no version.`,
    at,
    expected: cellForms,
    got: text.slice(0, 60),
    hint: `Write the version alone, without Markdown or HTML; a comparison is written ">=", "<=", ">" or "<".`,
  };
}

function tooManyAlternatives(count: number, at: Place): Problem {
  return {
    code: "table-cell",
    message: `The cell has ${count} alternatives.`,
    at,
    expected: `at most ${maxAlternatives}`,
    hint: `Use "*", "!x" or a range.`,
  };
}

const cellForms = `a version, "a | b", "*", "?", "any", a range such as ">=4.0" or "2.x", "!" and one of these, or "!a !b"`;
