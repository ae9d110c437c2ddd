import type * as z from "zod";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { checkShape } from "./shape.ts";
import type { Source, TextFile } from "./source.ts";
import { readYaml } from "./yaml-document.ts";
import { inOrder } from "./yaml-problems.ts";
import type { YamlDocument, YamlNode } from "./yaml-node.ts";

export interface ShapedFile<T> {
  readonly document: YamlDocument;
  readonly shape: T;
}

/** Tells a file that is of another kind than the one wanted; null: nothing says that it is. */
export interface Mistaken {
  readonly document: (source: Source, root: YamlNode) => Problem | null;
  /** Of a file that is no YAML. */
  readonly text: (file: TextFile) => Problem | null;
}

/** Reads a YAML file as `readYaml` does. Of a file of another kind (`mistaken`) nothing else is told. */
export function readYamlOf(file: TextFile, mistaken: Mistaken | null): ReturnType<typeof readYaml> {
  const read = readYaml(file);
  const other = read.ok
    ? mistaken?.document(read.value.document.source, read.value.document.root)
    : mistaken?.text(file);
  return other === null || other === undefined ? read : fail(other);
}

/** Reads a YAML file of one shape; the problems of YAML and of the shape come together. */
export function readShaped<T>(
  file: TextFile,
  schema: z.ZodType<T>,
  mistaken: Mistaken | null = null,
): Result<ShapedFile<T>> {
  const read = readYamlOf(file, mistaken);
  if (!read.ok) return read;
  const { document, problems } = read.value;
  const shape = checkShape(schema, document.source, document.root);
  if (!shape.ok) return fail(...inOrder([...problems, ...shape.problems]));
  return problems.length > 0 ? fail(...inOrder(problems)) : ok({ document, shape: shape.value });
}
