import type { VersionSet } from "../manifest/system.ts";

/** A set of versions for each column, as bits: so many words a column. */
export type Box = Int32Array;

/** How boxes of a table are laid out. */
export interface Layout {
  /** How many versions each column knows. */
  readonly sizes: readonly number[];
  readonly words: number;
}

export function layoutOf(sizes: readonly number[]): Layout {
  return { sizes, words: Math.max(1, Math.ceil(Math.max(0, ...sizes) / 32)) };
}

export function boxOf({ sizes, words }: Layout, cells: readonly VersionSet[]): Box {
  const box = new Int32Array(sizes.length * words);
  for (const [column, size] of sizes.entries()) {
    const cell = cells[column] ?? null;
    const count = cell === null ? size : cell.length;
    for (let at = 0; at < count; at += 1) {
      const version = cell === null ? at : (cell[at] ?? 0);
      const word = column * words + (version >> 5);
      box[word] = (box[word] ?? 0) | (1 << (version & 31));
    }
  }
  return box;
}

/** A box, and its columns, those with the fewest versions first: where it is missed, it is soon told. */
export interface Sieve {
  readonly box: Box;
  readonly columns: readonly number[];
}

export function sieveOf(layout: Layout, cells: readonly VersionSet[]): Sieve {
  const { sizes } = layout;
  const counts = sizes.map((size, column) => cells[column]?.length ?? size);
  const columns = [...sizes.keys()].toSorted((a, b) => (counts[a] ?? 0) - (counts[b] ?? 0));
  return { box: boxOf(layout, cells), columns };
}

/** Whether some combination lies in both. */
function touches({ words }: Layout, { box, columns }: Sieve, other: Box): boolean {
  for (const column of columns) {
    if (!meets(box, other, column, words)) return false;
  }
  return true;
}

function meets(one: Box, other: Box, column: number, words: number): boolean {
  for (let word = column * words; word < (column + 1) * words; word += 1) {
    if (((one[word] ?? 0) & (other[word] ?? 0)) !== 0) return true;
  }
  return false;
}

/** Whether every combination of the inner one lies in the outer one. */
function covers(outer: Box, inner: Box): boolean {
  for (let word = 0; word < inner.length; word += 1) {
    if (((inner[word] ?? 0) & ~(outer[word] ?? 0)) !== 0) return false;
  }
  return true;
}

/** What a table says, box by box. */
export interface Sides {
  readonly layout: Layout;
  readonly yes: readonly Sieve[];
  readonly no: readonly Sieve[];
  readonly allowByDefault: boolean;
}

/** Whether every combination in the box is accepted: in a YES box or by default, and in no NO box. */
export function isAllAccepted(sides: Sides, box: Box): boolean {
  const { layout, yes, no, allowByDefault } = sides;
  // What lies in both is refused, however little it is.
  if (no.some((one) => touches(layout, one, box))) return false;
  if (allowByDefault) return true;
  let first: Box | undefined;
  for (const one of yes) {
    if (!touches(layout, one, box)) continue;
    if (covers(one.box, box)) return true;
    first ??= one.box;
  }
  // Cut the box along one that it is partly in. What lies outside of it is refused the soonest.
  return (
    first !== undefined && halves(layout, box, first).every((half) => isAllAccepted(sides, half))
  );
}

function halves({ sizes, words }: Layout, box: Box, cut: Box): readonly Box[] {
  for (let column = 0; column < sizes.length; column += 1) {
    const inside = Int32Array.from(box);
    const outside = Int32Array.from(box);
    let isCut = false;
    for (let word = column * words; word < (column + 1) * words; word += 1) {
      inside[word] = (box[word] ?? 0) & (cut[word] ?? 0);
      outside[word] = (box[word] ?? 0) & ~(cut[word] ?? 0);
      isCut ||= outside[word] !== 0;
    }
    if (isCut) return [outside, inside];
  }
  return [];
}

/** Whether some combination in the box may be accepted; NO boxes are not asked. */
export function isAnyPossible({ layout, yes, allowByDefault }: Sides, box: Box): boolean {
  return allowByDefault || yes.some((one) => touches(layout, one, box));
}
