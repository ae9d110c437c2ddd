import { printableExactly } from "../report/printable.ts";
import type { Graph, GraphEdge, GraphNode } from "./picture.ts";

/** The graph as Mermaid draws it, on GitHub and GitLab among others. */
export function mermaidLines({ nodes, edges, omissions }: Graph): readonly string[] {
  const numbers = (kind: GraphEdge["kind"]) =>
    edges.flatMap((edge, index) => (edge.kind === kind ? [index] : [])).join(",");
  const bad = [numbers("forbidden"), numbers("missing"), numbers("fault")].filter(
    (list) => list !== "",
  );
  return [
    // A long way from the left to the right is too small to be read.
    `flowchart ${nodes.length > 6 ? "TB" : "LR"}`,
    ...omissions.map((line) => `  %% ${plainComment(line)}`),
    ...(nodes.length === 0 ? [`  none["nothing to draw"]`] : []),
    ...nodes.map((node) => `  ${node.id}${shapeOf(node)}:::${node.kind}`),
    ...edges.map((edge) => `  ${edge.from} ${arrowOf(edge)}${labelOf(edge)} ${edge.to}`),
    "  classDef rest fill:#d9f2e0,stroke:#1a7f37,color:#10381d",
    "  classDef passing fill:#eef1f5,stroke:#59636e,color:#1f2328",
    "  classDef forbidden fill:#ffebe9,stroke:#b3261e,color:#66120d,stroke-dasharray:4 3",
    ...bad.map((list) => `  linkStyle ${list} stroke:#b3261e,color:#b3261e`),
  ];
}

function shapeOf({ kind, lines }: GraphNode): string {
  const text = `"${escapedLines(lines)}"`;
  return kind === "rest" ? `(${text})` : `[${text}]`;
}

function arrowOf({ kind }: GraphEdge): string {
  switch (kind) {
    case "step":
      return "-->";
    case "forbidden":
    case "missing":
      return "-.-x";
    default:
      return "-.->";
  }
}

function labelOf({ lines }: GraphEdge): string {
  return lines.length === 0 ? "" : `|"${escapedLines(lines)}"|`;
}

function escapedLines(lines: readonly string[]): string {
  return lines.map(escapedMermaid).join("<br/>");
}

/**
 * Every character that could mean something to Mermaid, to Markdown or to HTML stands as a number, which Mermaid turns
 * back into a character of text.
 */
function escapedMermaid(text: string): string {
  return withoutLateMeaning(printableExactly(text)).replaceAll(
    /(?![.-]\S)[^\p{L}\p{N}\p{M} ,:\u2192]/gu,
    (character) => `#${String(character.codePointAt(0))};`,
  );
}

/**
 * Mermaid breaks lines at `\\n` and sets what stands between `$$` as a formula after it has turned the numbers back.
 */
function withoutLateMeaning(text: string): string {
  return text.replaceAll("\\n", "\u2216n").replaceAll(/\$(?=\$)/g, "$ ");
}

/** In a comment nothing can be written as a number. It ends with its line, and `{` would begin a directive. */
function plainComment(text: string): string {
  return printableExactly(text).replaceAll(/[^\p{L}\p{N}\p{M} ,:.-]/gu, " ");
}
