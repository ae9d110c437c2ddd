/** How many columns of a terminal a text takes. */
export type WidthOf = (text: string) => number;

/** A column for each character: only where all that is shown `isNarrow`. */
export const charactersOf: WidthOf = (text) => Array.from(text).length;

/** Nothing but ASCII and the signs that this program draws with, `─●│║→…`: each character takes one column. */
export function isNarrow(text: string): boolean {
  return /^[ -~\u2500\u25cf\u2502\u2551\u2192\u2026]*$/.test(text);
}

/**
 * Pads the cells of each row to the width of their column. The last cell of a row is left as it is,
 * and rows may be of different lengths.
 */
export function aligned(
  rows: readonly (readonly string[])[],
  widthOf: WidthOf,
): readonly (readonly string[])[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    }
  }
  return rows.map((row) =>
    row.map((cell, column) =>
      column === row.length - 1 ? cell : padded(cell, widths[column] ?? 0, widthOf),
    ),
  );
}

export function padded(text: string, width: number, widthOf: WidthOf): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

/** At most `width` columns; what is cut away is marked. */
export function shortened(text: string, width: number, widthOf: WidthOf): string {
  if (widthOf(text) <= width) return text;
  const mark = ".".repeat(Math.max(0, Math.min(3, width)));
  const characters = Array.from(text);
  // Joined to others a character may take less than alone, never more.
  let room = width - mark.length;
  let kept = 0;
  for (const character of characters) {
    room -= widthOf(character);
    if (room < 0) break;
    kept += 1;
  }
  return `${characters.slice(0, kept).join("")}${mark}`;
}
