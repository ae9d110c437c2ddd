import { isNarrow } from "../../report/columns.ts";
import { jsonText } from "../../report/json-text.ts";
import type { Style } from "../../report/style.ts";
import { type Output, writeLines } from "./output.ts";

/**
 * Lines laid out by the columns that each text takes on a terminal. What knows that of all the scripts of the world is
 * loaded only where there is something to ask it.
 */
export async function laidOut(
  style: Style,
  render: (style: Style) => readonly string[],
): Promise<readonly string[]> {
  const lines = render(style);
  // oxlint-disable-next-line no-control-regex
  if (lines.every((line) => isNarrow(line.replaceAll(/\u001b\[[0-9;]*m/g, "")))) return lines;
  return render(await wide(style));
}

/** The style that measures whatever text there is. */
export async function wide(style: Style): Promise<Style> {
  const { widthOf } = await import("./wide.ts");
  return { ...style, widthOf };
}

/** As `answer`, where names and texts of others stand in columns. */
export async function answerInColumns(
  { results, json, resultStyle }: Pick<Output, "results" | "json" | "resultStyle">,
  lines: (style: Style) => readonly string[],
  document: () => unknown,
): Promise<void> {
  writeLines(results, json ? [jsonText(document())] : await laidOut(resultStyle, lines));
}
