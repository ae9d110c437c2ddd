import type { VersionSet } from "../manifest/system.ts";

/** What a small table says, a colour for each combination of versions. */
export interface Canvas {
  /** How many versions each column knows. */
  readonly sizes: readonly number[];
  readonly colours: Uint8Array | Uint16Array | Uint32Array;
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

/** All of colour 0, for colours up to this one. */
export function canvasOf(sizes: readonly number[], highest: number): Canvas {
  const count = product(sizes);
  if (highest <= 0xff) return { sizes, colours: new Uint8Array(count) };
  return { sizes, colours: highest <= 0xffff ? new Uint16Array(count) : new Uint32Array(count) };
}

/** Every combination of the cells' versions. */
export function paint(canvas: Canvas, cells: readonly VersionSet[], colour: number) {
  fill(canvas, cells, colour, 0, 0);
}

function fill(
  canvas: Canvas,
  cells: readonly VersionSet[],
  colour: number,
  column: number,
  index: number,
) {
  const { sizes, colours } = canvas;
  const size = sizes[column];
  if (size === undefined) {
    colours[index] = colour;
    return;
  }
  const cell = cells[column] ?? null;
  const count = cell === null ? size : cell.length;
  for (let at = 0; at < count; at += 1) {
    fill(canvas, cells, colour, column + 1, index * size + (cell === null ? at : (cell[at] ?? 0)));
  }
}

export function colourOf({ sizes, colours }: Canvas, versions: readonly number[]): number {
  let index = 0;
  for (let at = 0; at < sizes.length; at += 1) {
    index = index * (sizes[at] ?? 0) + (versions[at] ?? 0);
  }
  return colours[index] ?? 0;
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
