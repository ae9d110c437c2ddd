import type { Cost } from "./plan.ts";

export function compareCosts(a: Cost, b: Cost): number {
  return (
    a.installs - b.installs || a.stages - b.stages || a.exposure - b.exposure || a.groups - b.groups
  );
}

export function isEqual(a: Cost, b: Cost): boolean {
  return compareCosts(a, b) === 0;
}

export function lesser(a: Cost, b: Cost): Cost {
  return compareCosts(a, b) <= 0 ? a : b;
}

export function greater(a: Cost, b: Cost): Cost {
  return compareCosts(a, b) >= 0 ? a : b;
}
