import type { VersionSet } from "../../manifest/system.ts";

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
export interface SelectiveBox {
  readonly box: Box;
  readonly columns: readonly number[];
}

export function selectiveBoxOf(layout: Layout, cells: readonly VersionSet[]): SelectiveBox {
  const { sizes } = layout;
  const counts = sizes.map((size, column) => cells[column]?.length ?? size);
  const columns = [...sizes.keys()].toSorted((a, b) => (counts[a] ?? 0) - (counts[b] ?? 0));
  return { box: boxOf(layout, cells), columns };
}

/** The versions of each column. */
export function listsOf({ sizes, words }: Layout, box: Box): readonly (readonly number[])[] {
  return sizes.map((size, column) =>
    Array.from({ length: size }, (_, version) => version).filter(
      (version) => ((box[column * words + (version >> 5)] ?? 0) & (1 << (version & 31))) !== 0,
    ),
  );
}

/** Whether some combination lies in both. */
function touches({ words }: Layout, { box, columns }: SelectiveBox, other: Box): boolean {
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
export interface BoxRelation {
  readonly layout: Layout;
  readonly yes: readonly SelectiveBox[];
  readonly no: readonly SelectiveBox[];
  readonly allowByDefault: boolean;
  /** Set where NO rows overlap the end states. */
  readonly granted?: Granted;
}

/** End states that are no whole boxes: what NO rows leave of them. */
export interface Granted {
  readonly ends: readonly SelectiveBox[];
  /** What the NO rows say of these columns. */
  readonly nogoods: readonly Box[];
  /**
   * Whether each combination in the box is part of one; false also where that is not plain, and the box is to be cut.
   */
  readonly hasAll: (box: Box) => boolean;
  /** False: no combination in the box is part of one. */
  readonly hasAny: (box: Box) => boolean;
  /** False where too much was cut already. */
  readonly mayCut: () => boolean;
}

/** Whether every combination in the box is accepted: in a YES box or by default, and in no NO box. */
export function isAllAccepted(boxRelation: BoxRelation, box: Box): boolean {
  const { layout, yes, no, allowByDefault, granted } = boxRelation;
  // What lies in both is refused, however little it is.
  if (no.some((one) => touches(layout, one, box))) return false;
  if (allowByDefault) return true;
  let first: Box | undefined;
  for (const one of yes) {
    if (!touches(layout, one, box)) continue;
    if (covers(one.box, box)) return true;
    first ??= one.box;
  }
  let isWithin = false;
  for (const one of granted?.ends ?? []) {
    if (!touches(layout, one, box)) continue;
    if (covers(one.box, box)) isWithin = true;
    else first ??= one.box;
  }
  if (isWithin && granted?.hasAll(box) === true) return true;
  if (first === undefined && !isWithin) return false;
  // Cut the box along one that it is partly in. What lies outside of it is refused the soonest.
  for (const one of first === undefined ? (granted?.nogoods ?? []) : [first]) {
    const parts = halves(layout, box, one);
    if (parts.length === 0) continue;
    if (granted?.mayCut() === false) return false;
    return parts.every((part) => isAllAccepted(boxRelation, part));
  }
  return false;
}

/**
 * What of the box lies outside of the other one in the first column that it is partly in, and the rest; nothing without
 * one.
 */
function halves({ sizes, words }: Layout, box: Box, cut: Box): readonly Box[] {
  for (let column = 0; column < sizes.length; column += 1) {
    const inside = Int32Array.from(box);
    const outside = Int32Array.from(box);
    let isOut = false;
    let isIn = false;
    for (let word = column * words; word < (column + 1) * words; word += 1) {
      inside[word] = (box[word] ?? 0) & (cut[word] ?? 0);
      outside[word] = (box[word] ?? 0) & ~(cut[word] ?? 0);
      isIn ||= inside[word] !== 0;
      isOut ||= outside[word] !== 0;
    }
    if (isOut && isIn) return [outside, inside];
  }
  return [];
}

/**
 * False: no combination in the box is accepted. True tells little: what several NO boxes refuse together is not seen.
 */
export function isAnyPossible(boxRelation: BoxRelation, box: Box): boolean {
  const { layout, yes, no, granted, allowByDefault } = boxRelation;
  if (no.some((one) => covers(one.box, box))) return false;
  const isTouched = (one: SelectiveBox) => touches(layout, one, box);
  return allowByDefault || yes.some(isTouched) || granted?.hasAny(box) === true;
}
