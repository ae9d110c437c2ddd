import type { VersionSet } from "../../manifest/system.ts";

/** What a small table says: for each combination of versions the number of the rule that decides. */
export interface DenseRelation {
  /** How many versions each column knows. */
  readonly sizes: readonly number[];
  /** Of many canvases behind each other. */
  readonly ruleNumbers: Uint16Array | Uint32Array;
  /** Where this one begins. */
  readonly begin: number;
}

/** All of rule number 0, for numbers up to this one. */
export type DenseRelations = (sizes: readonly number[], highest: number) => DenseRelation;

/** Tables with up to so many combinations are written out at once; of larger ones each is asked when needed. */
const denseLimit = 4096;

/** Up to so many combinations are asked one by one; more are looked at box by box. */
const fewCombinations = 64;

export function isDenseSize(sizes: readonly number[]): boolean {
  return product(sizes) <= denseLimit;
}

export function isFew(lists: readonly (readonly number[])[]): boolean {
  let count = 1;
  for (const { length } of lists) count *= length;
  return count <= fewCombinations;
}

/** Small canvases share their memory: a typed array of its own costs more than what it holds. */
export function newDenseRelations(): DenseRelations {
  let ruleNumbers = new Uint16Array(0);
  let used = 0;
  return (sizes, highest) => {
    const count = product(sizes);
    if (highest > 0xffff) return { sizes, ruleNumbers: new Uint32Array(count), begin: 0 };
    if (used + count > ruleNumbers.length) {
      ruleNumbers = new Uint16Array(
        Math.max(count, Math.min(denseLimit, 2 * ruleNumbers.length + 256)),
      );
      used = 0;
    }
    used += count;
    return { sizes, ruleNumbers, begin: used - count };
  };
}

/** Every combination of the cells' versions. */
export function setBox(dense: DenseRelation, cells: readonly VersionSet[], ruleNumber: number) {
  const [rows, columns] = dense.sizes;
  if (rows !== undefined && columns !== undefined && dense.sizes.length === 2) {
    setPair(dense, cells[0] ?? null, cells[1] ?? null, ruleNumber, rows, columns);
  } else fill(dense, cells, ruleNumber, 0, 0);
}

/** Most tables have two columns. */
function setPair(
  { ruleNumbers, begin }: DenseRelation,
  first: VersionSet,
  second: VersionSet,
  ruleNumber: number,
  rows: number,
  columns: number,
) {
  const rowCount = first === null ? rows : first.length;
  const columnCount = second === null ? columns : second.length;
  for (let i = 0; i < rowCount; i += 1) {
    const row = begin + (first === null ? i : (first[i] ?? 0)) * columns;
    for (let j = 0; j < columnCount; j += 1) {
      ruleNumbers[row + (second === null ? j : (second[j] ?? 0))] = ruleNumber;
    }
  }
}

function fill(
  dense: DenseRelation,
  cells: readonly VersionSet[],
  ruleNumber: number,
  column: number,
  index: number,
) {
  const { sizes, ruleNumbers, begin } = dense;
  const size = sizes[column];
  if (size === undefined) {
    ruleNumbers[begin + index] = ruleNumber;
    return;
  }
  const cell = cells[column] ?? null;
  const count = cell === null ? size : cell.length;
  for (let at = 0; at < count; at += 1) {
    fill(
      dense,
      cells,
      ruleNumber,
      column + 1,
      index * size + (cell === null ? at : (cell[at] ?? 0)),
    );
  }
}

export function ruleNumberAt(
  { sizes, ruleNumbers, begin }: DenseRelation,
  versions: readonly number[],
): number {
  let index = 0;
  for (let at = 0; at < sizes.length; at += 1) {
    index = index * (sizes[at] ?? 0) + (versions[at] ?? 0);
  }
  return ruleNumbers[begin + index] ?? 0;
}

/** Whether the test holds for every combination. */
export function isEvery(
  lists: readonly (readonly number[])[],
  test: (versions: readonly number[]) => boolean,
): boolean {
  const versions: number[] = [];
  const fill = (column: number): boolean => {
    const list = lists[column];
    if (list === undefined) return test(versions);
    return list.every((version) => {
      versions[column] = version;
      return fill(column + 1);
    });
  };
  return fill(0);
}

function product(sizes: readonly number[]): number {
  let all = 1;
  for (const size of sizes) all *= size;
  return all;
}
