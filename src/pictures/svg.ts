import { instance } from "@viz-js/viz";
import { dotLines } from "./dot.ts";
import type { Graph } from "./picture.ts";

/** A file of its own, with the title in it. */
export async function svgFile(graph: Graph, title: string): Promise<string> {
  return await drawn(dotLines(graph, title).join("\n"));
}

/** A part of a page, whose states are links into it. */
export async function svgInPage(graph: Graph, title: string): Promise<string> {
  const dot = dotLines({ ...graph, omissions: [] }, "", (state) => `#state-${state}`).join("\n");
  const svg = await drawn(dot);
  const label = title.replaceAll(/[^\p{L}\p{N} .,:-]/gu, " ");
  return svg
    .slice(svg.indexOf("<svg"))
    .replace("<svg ", `<svg role="group" aria-label="${label}" `);
}

/** Graphviz, compiled to WebAssembly: by far the largest part of this program, and loaded here only. */
async function drawn(dot: string): Promise<string> {
  const viz = await instance();
  return viz.renderString(dot, { format: "svg" });
}
