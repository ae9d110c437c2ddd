import { assertNever } from "../core/assert-never.ts";
import { dotLines } from "./dot.ts";
import { htmlPage } from "./html.ts";
import { markdownLines } from "./markdown.ts";
import { mermaidLines } from "./mermaid.ts";
import type { Picture } from "./picture.ts";
import type { PictureFormat } from "./picture-formats.ts";

/** The picture as lines of a file. Graphviz is loaded where it has to draw, and nowhere else. */
export async function pictureLines(
  picture: Picture,
  format: PictureFormat,
): Promise<readonly string[]> {
  const { graph, title } = picture;
  switch (format) {
    case "markdown":
      return markdownLines(picture);
    case "mermaid":
      return mermaidLines(graph);
    case "dot":
      return dotLines(graph, title);
    case "svg": {
      const { svgFile } = await import("./svg.ts");
      return [(await svgFile(graph, title)).trimEnd()];
    }
    case "html": {
      if (graph.nodes.length === 0) return [htmlPage(picture, null).trimEnd()];
      const { svgInPage } = await import("./svg.ts");
      return [htmlPage(picture, await svgInPage(graph, title)).trimEnd()];
    }
    default:
      return assertNever(format);
  }
}
