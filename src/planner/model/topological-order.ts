import { at } from "./moves.ts";

/**
 * Each before its followers, the first that wait for nobody first; without those in a circle, and behind one.
 * `followers`: for each who comes behind it.
 */
export function topologicalOrder(followers: readonly (readonly number[])[]): readonly number[] {
  const waiting = new Int32Array(followers.length);
  for (const list of followers) for (const one of list) waiting[one] = (waiting[one] ?? 0) + 1;
  const order: number[] = [];
  for (const [one, count] of waiting.entries()) if (count === 0) order.push(one);
  for (const one of order) {
    for (const follower of at(followers, one)) {
      const left = (waiting[follower] ?? 0) - 1;
      waiting[follower] = left;
      if (left === 0) order.push(follower);
    }
  }
  return order;
}
