import { Composer } from "yaml";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { readSource, type TextFile } from "./source.ts";
import { convert } from "./yaml-convert.ts";
import type { YamlDocument } from "./yaml-node.ts";
import { inOrder, isRecoverable, maxProblems, syntaxProblem } from "./yaml-problems.ts";
import { nameProblems } from "./yaml-names.ts";
import { tokensOf } from "./yaml-tokens.ts";

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
  if (refused.length > 0) return fail(...inOrder(refused));
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
  const told = errors.slice(0, maxProblems + 1).map((error) => syntaxProblem(source, error));
  if (!errors.every(isRecoverable)) return fail(...inOrder(told));
  const { root, problems } = convert(source, parsed.contents);
  const all = [...told, ...problems, ...(root === null ? [] : nameProblems(source, root))];
  return root === null ? fail(...inOrder(all)) : ok({ document: { source, root }, problems: all });
}
