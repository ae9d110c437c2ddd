import { Composer, type CST, Parser } from "yaml";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { convert } from "./yaml-convert.ts";
import { isRecoverable, syntaxProblem } from "./yaml-problems.ts";
import type { YamlDocument } from "./yaml-node.ts";
import { placeAt, readSource, type Source, type TextFile } from "./source.ts";

/** How many problems of one file are told. */
export const maxProblems = 100;

/**
 * Reads one YAML document. Problems that leave no doubt about what was meant (a bare `*`, a key given
 * twice) do not stop the reading: they come back beside the document, which is then good for finding
 * further problems and for nothing else.
 */
export function readYaml(
  file: TextFile,
): Result<{ readonly document: YamlDocument; readonly problems: readonly Problem[] }> {
  const read = readSource(file);
  if (!read.ok) return read;
  const source = read.value;
  const { tokens, refused } = tokensOf(source);
  const composer = new Composer({
    schema: "failsafe",
    // Its own check compares every key with every other one.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
  });
  const [parsed] = composer.compose(tokens, true, source.text.length);
  if (parsed === undefined) return fail(...inOrder(refused));
  const tooDeep = parsed.errors.find((error) => error.code === "RESOURCE_EXHAUSTION");
  if (tooDeep !== undefined) return fail(syntaxProblem(source, tooDeep));
  // Tags that it does not know are refused in the tree, together with those that it knows.
  const errors = [...parsed.errors, ...parsed.warnings].filter(
    (error) => error.code !== "TAG_RESOLVE_FAILED",
  );
  const problems = [...refused, ...errors.map((error) => syntaxProblem(source, error))];
  if (refused.length > 0 || !errors.every(isRecoverable)) return fail(...inOrder(problems));
  const { root, problems: more } = convert(source, parsed.contents);
  problems.push(...more);
  if (root === null) return fail(...inOrder(problems));
  return ok({ document: { source, root }, problems });
}

/** In the order of the file; those after the first hundred are only counted. */
export function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const sorted = problems.toSorted(
    (a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0),
  );
  const last = sorted[maxProblems - 1];
  if (sorted.length <= maxProblems || last === undefined) return sorted;
  const left = sorted.length - maxProblems;
  return [
    ...sorted.slice(0, maxProblems),
    {
      code: last.code,
      message: `There are ${left} more problems.`,
      at: { file: last.at?.file ?? "" },
      hint: "Repair the first ones, then check again.",
    },
  ];
}

/** The tokens of the first document; a flood of errors is cut off, directives and further documents are refused. */
function tokensOf(source: Source): { tokens: CST.Token[]; refused: Problem[] } {
  const tokens: CST.Token[] = [];
  const refused: Problem[] = [];
  let documents = 0;
  let errors = 0;
  for (const token of new Parser().parse(source.text)) {
    if (token.type === "directive") {
      refused.push({
        code: "yaml-forbidden",
        message: `The directive "${token.source}" is not allowed.`,
        at: placeAt(source, token.offset),
        hint: "Remove the line.",
      });
      continue;
    }
    if (token.type === "document" && (documents += 1) > 1) {
      refused.push({
        code: "yaml-forbidden",
        message: "The file holds more than one document.",
        at: placeAt(source, token.offset),
        expected: "one document",
        hint: 'Put each into a file of its own, and remove the lines "---".',
      });
      break;
    }
    if (token.type === "error" && (errors += 1) > maxProblems) break;
    tokens.push(token);
  }
  return { tokens, refused };
}
