import { isNarrow } from "../../report/columns.ts";
import type { Canvas } from "../../report/style.ts";

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
