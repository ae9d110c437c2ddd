import { setTimeout as wait } from "node:timers/promises";
import { acquireClaim } from "./claim-lock.ts";
import { acquireFlock } from "./flock-lock.ts";
import { isBeingKilled, readProcess } from "./process-table.ts";
import type { LockAnswer, Locks } from "./types.ts";

/**
 * Where `flock` is looked for, in turn. Fixed places come before the PATH: two callers with different environments must
 * not lock in two ways that know nothing of each other.
 */
const flockPrograms = ["/usr/bin/flock", "/bin/flock", "flock"] as const;

/** Milliseconds between two looks at a holder that was killed, and how many times it is looked at: 10 s in all. */
const lookMs = 10;
const looks = 1000;

/** Exclusive locks that die with their holder, without native code; `bootId` differs after every boot. */
export function nodeLocks(
  bootId: () => string,
  programs: readonly string[] = flockPrograms,
): Locks {
  async function tryToAcquire(path: string): Promise<LockAnswer> {
    for (const program of programs) {
      const answer = await acquireFlock(program, path);
      if (answer !== null) return answer;
    }
    return acquireClaim(path, bootId());
  }
  return {
    // Whoever kills this program and calls it again comes while the system still ends the first one.
    async acquire(path) {
      for (let look = 1; look <= looks; look += 1) {
        const answer = await tryToAcquire(path);
        if ("lock" in answer || answer.heldBy === null) return answer;
        if (isBeingKilled(answer.heldBy)) await wait(lookMs);
        // It may have become free since it was tried, or another's, who has not written its pid yet.
        else if (readProcess(answer.heldBy) === null) break;
        else return answer;
      }
      return await tryToAcquire(path);
    },
  };
}
