import type { VersionSet } from "../manifest/system.ts";

/** What a small table says, one byte for each combination of versions: 1 where it is accepted. */
export interface Canvas {
  /** How many versions each column knows. */
  readonly sizes: readonly number[];
  readonly bytes: Uint8Array;
}

/** Tables with up to so many combinations are painted at once; of larger ones each is asked when needed. */
const smallPage = 4096;

/** Up to so many combinations are asked one by one; more are looked at box by box. */
const fewCombinations = 64;

export function isSmall(sizes: readonly number[]): boolean {
  return product(sizes) <= smallPage;
}

export function isFew(lists: readonly (readonly number[])[]): boolean {
  return product(lists.map(({ length }) => length)) <= fewCombinations;
}

export function canvasOf(sizes: readonly number[], isAccepted: boolean): Canvas {
  const bytes = new Uint8Array(product(sizes));
  if (isAccepted) bytes.fill(1);
  return { sizes, bytes };
}

/** Every combination of the cells' versions. */
export function paint({ sizes, bytes }: Canvas, cells: readonly VersionSet[], colour: 0 | 1) {
  const fill = (column: number, index: number) => {
    const size = sizes[column];
    if (size === undefined) {
      bytes[index] = colour;
      return;
    }
    const cell = cells[column] ?? null;
    const count = cell === null ? size : cell.length;
    for (let at = 0; at < count; at += 1) {
      fill(column + 1, index * size + (cell === null ? at : (cell[at] ?? 0)));
    }
  };
  fill(0, 0);
}

export function isPainted({ sizes, bytes }: Canvas, versions: readonly number[]): boolean {
  let index = 0;
  for (let at = 0; at < sizes.length; at += 1) {
    index = index * (sizes[at] ?? 0) + (versions[at] ?? 0);
  }
  return bytes[index] === 1;
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
  return sizes.reduce((all, size) => all * size, 1);
}
