import { lineAt, type Source } from "./source.ts";
import type { Rule } from "./system.ts";
import { entriesOf, type YamlNode } from "./yaml-node.ts";

/** A row or a rule as written; one that takes several lines is put on one, behind the prefix. */
export function writtenRule(
  source: Source,
  first: YamlNode,
  whole: YamlNode,
  prefix: string,
): Rule {
  const written = source.text.slice(first.start, whole.end).trim();
  const isOneLine = !written.includes("\n");
  return {
    file: source.file,
    line: lineAt(source, first.start),
    row: isOneLine ? written : `${prefix}${flow(whole)}`,
  };
}

function flow(node: YamlNode): string {
  if (node.kind === "text") return node.style === "plain" ? node.text : JSON.stringify(node.text);
  if (node.kind === "list") return `[${node.items.map(flow).join(", ")}]`;
  const entries = entriesOf(node).map(({ key, value }) => `${flow(key)}: ${flow(value)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}
