import { acquireClaim } from "./claim-lock.ts";
import { acquireFlock } from "./flock-lock.ts";
import type { Locks } from "./types.ts";

/**
 * Where `flock` is looked for, in turn. Fixed places come before the PATH: two callers with different environments must
 * not lock in two ways that know nothing of each other.
 */
const flockPrograms = ["/usr/bin/flock", "/bin/flock", "flock"] as const;

/** Exclusive locks that die with their holder, without native code; `bootId` differs after every boot. */
export function nodeLocks(
  bootId: () => string,
  programs: readonly string[] = flockPrograms,
): Locks {
  return {
    async acquire(path) {
      for (const program of programs) {
        const answer = await acquireFlock(program, path);
        if (answer !== null) return answer;
      }
      return acquireClaim(path, bootId());
    },
  };
}
