/**
 * Pads the cells of each row to the width of their column. The last cell of a row is left as it is,
 * and rows may be of different lengths.
 */
export function aligned(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    }
  }
  return rows.map((row) =>
    row.map((cell, column) =>
      column === row.length - 1 ? cell : padded(cell, widths[column] ?? 0),
    ),
  );
}

export function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

/** In characters, not in bytes or UTF-16 units. */
function widthOf(text: string): number {
  return Array.from(text).length;
}

/** At most `width` characters; what is cut away is marked. */
export function shortened(text: string, width: number): string {
  const characters = Array.from(text);
  if (characters.length <= width) return text;
  return `${characters.slice(0, Math.max(0, width - 3)).join("")}...`;
}
