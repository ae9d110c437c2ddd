import type { VersionSet } from "../../manifest/system.ts";

/** What a small table says, a colour for each combination of versions. */
export interface Canvas {
  /** How many versions each column knows. */
  readonly sizes: readonly number[];
  /** Of many canvases behind each other. */
  readonly colours: Uint16Array | Uint32Array;
  /** Where this one begins. */
  readonly begin: number;
}

/** All of colour 0, for colours up to this one. */
export type Canvases = (sizes: readonly number[], highest: number) => Canvas;

/** Tables with up to so many combinations are painted at once; of larger ones each is asked when needed. */
const smallPage = 4096;

/** Up to so many combinations are asked one by one; more are looked at box by box. */
const fewCombinations = 64;

export function isSmall(sizes: readonly number[]): boolean {
  return product(sizes) <= smallPage;
}

export function isFew(lists: readonly (readonly number[])[]): boolean {
  let count = 1;
  for (const { length } of lists) count *= length;
  return count <= fewCombinations;
}

/** Small canvases share their memory: a typed array of its own costs more than what it holds. */
export function newCanvases(): Canvases {
  let colours = new Uint16Array(0);
  let used = 0;
  return (sizes, highest) => {
    const count = product(sizes);
    if (highest > 0xffff) return { sizes, colours: new Uint32Array(count), begin: 0 };
    if (used + count > colours.length) {
      colours = new Uint16Array(Math.max(count, Math.min(smallPage, 2 * colours.length + 256)));
      used = 0;
    }
    used += count;
    return { sizes, colours, begin: used - count };
  };
}

/** Every combination of the cells' versions. */
export function paint(canvas: Canvas, cells: readonly VersionSet[], colour: number) {
  const [rows, columns] = canvas.sizes;
  if (rows !== undefined && columns !== undefined && canvas.sizes.length === 2) {
    paintPair(canvas, cells[0] ?? null, cells[1] ?? null, colour, rows, columns);
  } else fill(canvas, cells, colour, 0, 0);
}

/** Most tables have two columns. */
function paintPair(
  { colours, begin }: Canvas,
  first: VersionSet,
  second: VersionSet,
  colour: number,
  rows: number,
  columns: number,
) {
  const rowCount = first === null ? rows : first.length;
  const columnCount = second === null ? columns : second.length;
  for (let i = 0; i < rowCount; i += 1) {
    const row = begin + (first === null ? i : (first[i] ?? 0)) * columns;
    for (let j = 0; j < columnCount; j += 1) {
      colours[row + (second === null ? j : (second[j] ?? 0))] = colour;
    }
  }
}

function fill(
  canvas: Canvas,
  cells: readonly VersionSet[],
  colour: number,
  column: number,
  index: number,
) {
  const { sizes, colours, begin } = canvas;
  const size = sizes[column];
  if (size === undefined) {
    colours[begin + index] = colour;
    return;
  }
  const cell = cells[column] ?? null;
  const count = cell === null ? size : cell.length;
  for (let at = 0; at < count; at += 1) {
    fill(canvas, cells, colour, column + 1, index * size + (cell === null ? at : (cell[at] ?? 0)));
  }
}

export function colourOf({ sizes, colours, begin }: Canvas, versions: readonly number[]): number {
  let index = 0;
  for (let at = 0; at < sizes.length; at += 1) {
    index = index * (sizes[at] ?? 0) + (versions[at] ?? 0);
  }
  return colours[begin + index] ?? 0;
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
