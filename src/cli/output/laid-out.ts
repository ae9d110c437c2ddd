import { isNarrow, type WidthOf } from "../../report/columns.ts";
import { jsonText } from "../../report/json-text.ts";
import type { Canvas, Style } from "../../report/style.ts";
import { type Output, writeLines } from "./output.ts";

/**
 * Lines laid out by the columns that each text takes on a terminal. What knows that of all the scripts of the world is
 * loaded only where there is something to ask it.
 */
export async function laidOut(
  canvas: Canvas,
  render: (canvas: Canvas) => readonly string[],
): Promise<readonly string[]> {
  const lines = render(canvas);
  // oxlint-disable-next-line no-control-regex
  if (lines.every((line) => isNarrow(line.replaceAll(/\u001b\[[0-9;]*m/g, "")))) return lines;
  const { widthOf } = await import("./wide.ts");
  return render({ ...canvas, widthOf });
}

/** As `answer`, where names and texts of others stand in columns. */
export async function answerInColumns(
  {
    results,
    json,
    resultStyle,
    resultCanvas,
  }: Pick<Output, "results" | "json" | "resultStyle" | "resultCanvas">,
  lines: (style: Style, widthOf: WidthOf) => readonly string[],
  document: () => unknown,
): Promise<void> {
  writeLines(
    results,
    json
      ? [jsonText(document())]
      : await laidOut(resultCanvas, ({ widthOf }) => lines(resultStyle, widthOf)),
  );
}
