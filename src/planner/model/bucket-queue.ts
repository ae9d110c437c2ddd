/** Entries by a small whole number, the least first; of equal ones the first pushed. */
export interface BucketQueue<T> {
  push(rank: number, value: T): void;
  pop(): T | undefined;
}

/** A list for each rank: where ranks are few, sooner than the heap of a priority queue. */
export function bucketQueue<T>(): BucketQueue<T> {
  const lists: { values: T[]; taken: number }[] = [];
  let least = 0;
  return {
    push: (rank, value) => {
      while (lists.length <= rank) lists.push({ values: [], taken: 0 });
      lists[rank]?.values.push(value);
      if (rank < least) least = rank;
    },
    pop: () => {
      for (; least < lists.length; least += 1) {
        const list = lists[least];
        if (list === undefined || list.values.length === 0) continue;
        const value = list.values[list.taken];
        list.taken += 1;
        if (list.taken === list.values.length) {
          list.values = [];
          list.taken = 0;
        }
        return value;
      }
      return undefined;
    },
  };
}
