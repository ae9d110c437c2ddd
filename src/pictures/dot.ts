import { printableExactly } from "../report/printable.ts";
import type { Graph, GraphEdge, GraphNode } from "./picture.ts";

/** The graph as Graphviz draws it. Classes and links stand in the SVG that it makes. */
export function dotLines(
  { nodes, edges, omissions }: Graph,
  title: string,
  hrefOf: (state: number) => string | null = () => null,
): readonly string[] {
  const isLong = nodes.length > 6 || edges.some(({ kind }) => kind === "missing");
  return [
    "digraph plan {",
    `  graph [rankdir=${isLong ? "TB" : "LR"}, label=${quotedDot([title, ...omissions])}, labelloc=t, fontname="Courier", fontsize=13, bgcolor="transparent", nodesep=0.35, ranksep=0.5];`,
    `  node [shape=box, fontname="Courier", fontsize=12, margin="0.2,0.1", style="filled,rounded", fillcolor="#eef1f5", color="#59636e"];`,
    `  edge [fontname="Courier", fontsize=11, color="#59636e"];`,
    ...nodes.map((node) => `  ${node.id} [${attributes(nodeAttributes(node, hrefOf))}];`),
    ...edges.map((edge) => `  ${edge.from} -> ${edge.to} [${attributes(edgeAttributes(edge))}];`),
    "}",
  ];
}

type Attributes = Readonly<Record<string, string | null>>;

function nodeAttributes(
  { kind, lines, state }: GraphNode,
  hrefOf: (state: number) => string | null,
): Attributes {
  const href = state === null ? null : hrefOf(state);
  return {
    label: quotedDot(lines),
    class: `"${kind}"`,
    ...(kind === "rest" && { fillcolor: `"#d9f2e0"`, color: `"#1a7f37"`, penwidth: "2" }),
    ...(kind === "forbidden" && {
      fillcolor: `"#ffebe9"`,
      color: `"#b3261e"`,
      fontcolor: `"#66120d"`,
      style: `"filled,rounded,dashed"`,
    }),
    URL: href === null ? null : quotedDot([href]),
    tooltip: quotedDot(lines),
  };
}

function edgeAttributes({ kind, lines }: GraphEdge): Attributes {
  // Blanks keep the lines of the graph off the text.
  const told = { label: quotedDot(lines.map((line) => ` ${line} `)), tooltip: quotedDot(lines) };
  const label = { ...(lines.length > 0 && told), class: `"${kind}"` };
  // The steps of the plan are a straight line.
  if (kind === "step") return { ...label, penwidth: "2", weight: "20" };
  return {
    ...label,
    style: `"dashed"`,
    color: `"#b3261e"`,
    fontcolor: `"#b3261e"`,
    ...(kind !== "fault" && { arrowhead: "tee" }),
  };
}

function attributes(all: Attributes): string {
  return Object.entries(all)
    .flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}`]))
    .join(", ");
}

function quotedDot(lines: readonly string[]): string {
  return `"${lines.map(escapedDot).join("\\n")}"`;
}

/** In a quoted string a backslash begins an escape, of its own or of labels, and `&` an entity as in HTML. */
function escapedDot(text: string): string {
  return printableExactly(text)
    .replaceAll("&", "&amp;")
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"');
}
