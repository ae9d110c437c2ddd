import type { VersionSet } from "../manifest/system.ts";

/** The rows of a table as bit sets, one for each column and version: those whose cell admits it. */
export interface RowMasks {
  /** How many rows. */
  readonly count: number;
  /** [column][version]: bit r & 31 of word r >> 5 stands for row r. */
  readonly admitting: readonly (readonly Uint32Array[])[];
}

/** `cells`: [row][column]; `sizes`: how many versions each column knows. */
export function rowMasks(
  cells: readonly (readonly VersionSet[])[],
  sizes: readonly number[],
): RowMasks {
  const words = (cells.length + 31) >> 5;
  const admitting = sizes.map((size) => Array.from({ length: size }, () => new Uint32Array(words)));
  for (const [row, rowCells] of cells.entries()) {
    for (const [column, masks] of admitting.entries()) {
      const cell = rowCells[column] ?? null;
      const versions = cell === null ? masks.keys() : cell;
      for (const version of versions) addRow(masks[version], row);
    }
  }
  return { count: cells.length, admitting };
}

function addRow(mask: Uint32Array | undefined, row: number) {
  if (mask === undefined) return;
  mask[row >> 5] = (mask[row >> 5] ?? 0) | (1 << (row & 31));
}

/** The first row whose every cell admits the version of its column; -1 where there is none. */
export function firstRow(masks: RowMasks, versions: readonly number[]): number {
  if (masks.count === 0) return -1;
  if (masks.admitting.length === 0) return 0;
  const chosen = masks.admitting.map((column, at) => column[versions[at] ?? -1]);
  const words = (masks.count + 31) >> 5;
  for (let word = 0; word < words; word += 1) {
    let bits = -1;
    for (const mask of chosen) bits &= mask?.[word] ?? 0;
    if (bits !== 0) return word * 32 + (31 - Math.clz32(bits & -bits));
  }
  return -1;
}
