import type { Cost } from "./plan.ts";
import { compareRanks } from "./priority-queue.ts";

export function compareCosts(a: Cost, b: Cost): number {
  return compareRanks(
    [a.installs, a.stages, a.exposure, a.groups],
    [b.installs, b.stages, b.exposure, b.groups],
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
