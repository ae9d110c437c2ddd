import { SystemVersion } from "../core/ids.ts";
import { lineAt, lineText, placeAt, type Source } from "./source.ts";
import type { ConstraintTable } from "./table.ts";
import type { YamlNode, YamlText } from "./yaml-node.ts";

/** The word that stands in the place of a table. */
export function isAny(node: YamlNode | undefined): node is YamlText {
  return node?.kind === "text" && node.style !== "literal" && node.text.trim() === "any";
}

/** What stands where a state that the rules allow at rest has no System version. No row can have it for its name. */
export const unnamedState = SystemVersion.parse("(unnamed)");

/** A table without columns whose only row is matched by every state. */
export function anyEndState(source: Source, node: YamlText): ConstraintTable {
  const line = lineAt(source, node.start);
  const rule = { file: source.file, line, row: lineText(source, line).trim() };
  return {
    name: "end_states",
    columns: [],
    allowByDefault: false,
    sharing: null,
    rows: [{ cells: [], verdict: "yes", systemVersion: unnamedState, rule }],
    at: placeAt(source, node.start),
  };
}
