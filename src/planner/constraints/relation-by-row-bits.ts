import type { VersionSet } from "../../manifest/system.ts";

/** Whether every cell of a row admits these versions, one for each column. */
export function admits(cells: readonly VersionSet[], versions: readonly number[]): boolean {
  return cells.every((cell, column) => cell === null || cell.includes(versions[column] ?? -1));
}

/** Rows as bit sets, one for each column and version: those whose cell admits it. */
export interface RowBitSets {
  /** How many rows. */
  readonly count: number;
  /** Words of one bit set: bit r & 31 of word r >> 5 stands for row r. */
  readonly words: number;
  /** Where the bit sets of a column begin; -1: it admits everything. */
  readonly begins: readonly number[];
  readonly bits: Int32Array;
}

/** `cells`: [row][column]; `sizes`: how many versions each column knows. */
export function rowBitSets(
  cells: readonly (readonly VersionSet[])[],
  sizes: readonly number[],
): RowBitSets {
  const words = (cells.length + 31) >> 5;
  let length = 0;
  const begins = sizes.map((size, column) => {
    if (cells.every((row) => (row[column] ?? null) === null)) return -1;
    length += size * words;
    return length - size * words;
  });
  const bits = new Int32Array(length);
  for (const [column, begin] of begins.entries()) {
    if (begin < 0) continue;
    const size = sizes[column] ?? 0;
    for (const [row, rowCells] of cells.entries()) {
      const cell = rowCells[column] ?? null;
      const count = cell === null ? size : cell.length;
      for (let at = 0; at < count; at += 1) {
        const word = begin + (cell === null ? at : (cell[at] ?? 0)) * words + (row >> 5);
        bits[word] = (bits[word] ?? 0) | (1 << (row & 31));
      }
    }
  }
  return { count: cells.length, words, begins, bits };
}

/**
 * The first row that admits version `versions[i]` in column `columns[i]`, for every i; -1 where there is
 * none. Nothing is asked of columns that are not named.
 */
export function firstRow(
  { count, words, begins, bits }: RowBitSets,
  columns: readonly number[],
  versions: readonly number[],
): number {
  for (let word = 0; word < words; word += 1) {
    const rest = count - word * 32;
    let left = rest >= 32 ? -1 : (1 << rest) - 1;
    for (let i = 0; i < columns.length && left !== 0; i += 1) {
      const begin = begins[columns[i] ?? 0] ?? -1;
      if (begin >= 0) left &= bits[begin + (versions[i] ?? 0) * words + word] ?? 0;
    }
    if (left !== 0) return word * 32 + 31 - Math.clz32(left & -left);
  }
  return -1;
}
