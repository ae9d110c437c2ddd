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

/**
 * Reads a YAML file of one shape; the problems of YAML and of the shape come together. `mistaken` tells a file of
 * another kind, of which nothing else is told.
 */
export function readShaped<T>(
  file: TextFile,
  schema: z.ZodType<T>,
  mistaken: (source: Source, root: YamlNode) => Problem | null = () => null,
): Result<ShapedFile<T>> {
  const read = readYaml(file);
  if (!read.ok) return read;
  const { document, problems } = read.value;
  const other = mistaken(document.source, document.root);
  if (other !== null) return fail(other);
  const shape = checkShape(schema, document.source, document.root);
  if (!shape.ok) return fail(...inOrder([...problems, ...shape.problems]));
  return problems.length > 0 ? fail(...inOrder(problems)) : ok({ document, shape: shape.value });
}
