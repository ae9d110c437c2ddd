import type { AlikeClass } from "./alike.ts";

/** What each Component is in, as numbers: of alike ones how many are in which condition, in no order. */
export class AlikeConditions {
  readonly #places: AlikeClass;
  readonly #sorted: Int32Array;
  /** Condition, count, condition, count... */
  readonly counts: Int32Array;
  length = 0;

  constructor(places: AlikeClass) {
    this.#places = places;
    this.#sorted = new Int32Array(places.length);
    this.counts = new Int32Array(2 * places.length);
  }

  count(conditions: Int32Array, cap: number): void {
    const sorted = this.#sorted;
    for (let at = 0; at < sorted.length; at += 1) {
      sorted[at] = conditions[this.#places[at] ?? 0] ?? 0;
    }
    sorted.sort();
    this.length = 0;
    for (let at = 0; at < sorted.length;) {
      const condition = sorted[at] ?? 0;
      let end = at + 1;
      while (end < sorted.length && sorted[end] === condition) end += 1;
      this.counts[this.length] = condition;
      this.counts[this.length + 1] = Math.min(end - at, cap);
      this.length += 2;
      at = end;
    }
  }
}
