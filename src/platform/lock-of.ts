import type { Lock } from "./types.ts";

/** A lock that is released once, however often it is asked to be: later it may be another's. */
export function lockOf(release: () => void): Lock {
  let isReleased = false;
  return {
    release() {
      if (isReleased) return;
      isReleased = true;
      release();
    },
  };
}
