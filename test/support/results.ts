import type { Result } from "../../src/core/result.ts";

/** What a result holds; throws its problems where it has failed. */
export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}
