import { Composer, type ParsedNode, type YAMLError } from "yaml";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { readSource, type Source, type TextFile } from "./source.ts";
import { firstBreak, withoutSpoilt } from "./yaml-breaks.ts";
import { convert } from "./yaml-convert.ts";
import type { YamlDocument } from "./yaml-node.ts";
import { inOrder, maxProblems, syntaxProblem, type YamlBreak } from "./yaml-problems.ts";
import { nameProblems } from "./yaml-names.ts";
import { tokensOf } from "./yaml-tokens.ts";

/** How many broken places of one file are told, and how many characters are read anew for that. */
const maxBreaks = 10;
const maxReadAnew = 256 * 1024;

/**
 * Reads one YAML document. Problems that leave no doubt about what was meant (a bare `*`, a key given
 * twice) do not stop the reading: they come back beside the document, which is then good for finding
 * further problems and for nothing else. Where the YAML is broken the first problem is told, what lies around it is
 * left out, and the rest is read anew: so one mistake is one problem, and another one elsewhere is told as well.
 */
export function readYaml(
  file: TextFile,
): Result<{ readonly document: YamlDocument; readonly problems: readonly Problem[] }> {
  const read = readSource(file);
  if (!read.ok) return read;
  const source = read.value;
  const breaks: Problem[] = [];
  let parsed = parse(source);
  for (let rest = source; parsed.broken !== null; parsed = parse(rest)) {
    breaks.push(parsed.broken.problem);
    const isEnough = breaks.length * source.text.length > maxReadAnew;
    if (isEnough || breaks.length === maxBreaks) return fail(...inOrder(breaks));
    rest = withoutSpoilt(rest, parsed.broken);
  }
  if (parsed.refused.length > 0) return fail(...inOrder([...breaks, ...parsed.refused]));
  const told = parsed.errors.slice(0, maxProblems + 1).map((error) => syntaxProblem(source, error));
  const { root, problems } = convert(source, parsed.contents);
  const names = root === null ? [] : nameProblems(source, root);
  // An alias may stand for something in what is left out.
  const found = breaks.length > 0 ? problems.filter(isDuplicate) : problems;
  const all = [...breaks, ...told, ...found, ...names];
  if (breaks.length > 0 || root === null) return fail(...inOrder(all));
  return ok({ document: { source, root }, problems: all });
}

function isDuplicate({ code }: Problem): boolean {
  return code === "yaml-duplicate-key";
}

interface Parsed {
  readonly contents: ParsedNode | null;
  readonly errors: readonly YAMLError[];
  readonly refused: readonly Problem[];
  readonly broken: YamlBreak | null;
}

function parse(source: Source): Parsed {
  const { tokens, refused, brackets } = tokensOf(source);
  const nothing = { contents: null, errors: [] };
  if (refused.length > 0) return { ...nothing, refused, broken: null };
  if (brackets.broken !== null) return { ...nothing, refused, broken: brackets.broken };
  const composer = new Composer({
    schema: "failsafe",
    // Its own check compares every key with every other one.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
  });
  const [parsed] = composer.compose(tokens, true, source.text.length);
  if (parsed === undefined) throw new Error("the composer made no document");
  // Tags that it does not know are refused in the tree, together with those that it knows.
  const errors = [...parsed.errors, ...parsed.warnings].filter(
    (error) => error.code !== "TAG_RESOLVE_FAILED",
  );
  return {
    contents: parsed.contents,
    errors,
    refused,
    broken: firstBreak(source, errors, brackets),
  };
}
