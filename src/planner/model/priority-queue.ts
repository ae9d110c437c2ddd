/** A list of whole numbers, compared from the left. */
export type Rank = readonly number[];

function compareRanks(a: Rank, b: Rank): number {
  for (let at = 0; at < a.length; at += 1) {
    const [value, other] = [a[at] ?? 0, b[at] ?? 0];
    if (value !== other) return value - other;
  }
  return 0;
}

/** Entries by rank, the least first; of equal ones the first pushed. */
export interface PriorityQueue<T> {
  push(rank: Rank, value: T): void;
  pop(): T | undefined;
}

export function priorityQueue<T>(): PriorityQueue<T> {
  const entries: { readonly rank: Rank; readonly order: number; readonly value: T }[] = [];
  let pushed = 0;
  const isBefore = (a: number, b: number) => {
    const [left, right] = [entries[a], entries[b]];
    if (left === undefined || right === undefined) return false;
    const order = compareRanks(left.rank, right.rank);
    return order < 0 || (order === 0 && left.order < right.order);
  };
  const swap = (a: number, b: number) => {
    const [left, right] = [entries[a], entries[b]];
    if (left === undefined || right === undefined) return;
    entries[a] = right;
    entries[b] = left;
  };
  return {
    push: (rank, value) => {
      entries.push({ rank, order: pushed, value });
      pushed += 1;
      for (let at = entries.length - 1; at > 0;) {
        const parent = (at - 1) >> 1;
        if (!isBefore(at, parent)) return;
        swap(at, parent);
        at = parent;
      }
    },
    pop: () => {
      const first = entries[0];
      const last = entries.pop();
      if (first === undefined || last === undefined) return undefined;
      if (entries.length === 0) return first.value;
      entries[0] = last;
      for (let at = 0; ;) {
        let least = at;
        if (isBefore(2 * at + 1, least)) least = 2 * at + 1;
        if (isBefore(2 * at + 2, least)) least = 2 * at + 2;
        if (least === at) return first.value;
        swap(at, least);
        at = least;
      }
    },
  };
}
