import type { VersionSet } from "../manifest/system.ts";

/** Rows as bit sets, one for each column and version: those whose cell admits it. */
export interface RowMasks {
  /** How many rows. */
  readonly count: number;
  /** [column][version]: bit r & 31 of word r >> 5 stands for row r; null where the column admits everything. */
  readonly admitting: readonly (readonly Uint32Array[] | null)[];
}

/** `cells`: [row][column]; `sizes`: how many versions each column knows. */
export function rowMasks(
  cells: readonly (readonly VersionSet[])[],
  sizes: readonly number[],
): RowMasks {
  const words = (cells.length + 31) >> 5;
  const admitting = sizes.map((size, column) => {
    if (cells.every((row) => (row[column] ?? null) === null)) return null;
    const masks = Array.from({ length: size }, () => new Uint32Array(words));
    for (const [row, rowCells] of cells.entries()) {
      for (const version of rowCells[column] ?? masks.keys()) addRow(masks[version], row);
    }
    return masks;
  });
  return { count: cells.length, admitting };
}

function addRow(mask: Uint32Array | undefined, row: number) {
  if (mask === undefined) return;
  mask[row >> 5] = (mask[row >> 5] ?? 0) | (1 << (row & 31));
}

/**
 * The first row that admits version `versions[i]` in column `columns[i]`, for every i; -1 where there is
 * none. Nothing is asked of columns that are not named.
 */
export function firstRow(
  { count, admitting }: RowMasks,
  columns: readonly number[],
  versions: readonly number[],
): number {
  for (let base = 0; base < count; base += 32) {
    let bits = count - base >= 32 ? -1 : (1 << (count - base)) - 1;
    for (let i = 0; i < columns.length && bits !== 0; i += 1) {
      const masks = admitting[columns[i] ?? -1];
      if (masks === null || masks === undefined) continue;
      bits &= masks[versions[i] ?? -1]?.[base >> 5] ?? 0;
    }
    if (bits !== 0) return base + 31 - Math.clz32(bits & -bits);
  }
  return -1;
}
