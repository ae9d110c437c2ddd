/** What is over sooner is not shown. Milliseconds. */
export const showAfterMs = 500;

/** How often it is told how far a computation is. Milliseconds. */
const tellMs = 100;

/** Sums what is heard, and tells the sum: not before a moment has passed, and then in a pace that eyes can follow. */
export function paced(nowMs: () => number, tell: (sum: number) => void): (more: number) => void {
  let sum = 0;
  let nextMs = nowMs() + showAfterMs;
  return (more) => {
    sum += more;
    const now = nowMs();
    if (now < nextMs) return;
    nextMs = now + tellMs;
    tell(sum);
  };
}
