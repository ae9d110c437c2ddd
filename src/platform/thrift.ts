import { setFlagsFromString } from "node:v8";

/** With more pipes than these at once memory counts more than speed. */
const many = 8;

let pipes = 0;

/**
 * Waits for a pipe, or fills one, as one of those of this process. What has gone through a pipe is dead memory until V8
 * looks for it, and where there are many it looks too late: fifty streams took 150 MB, and take 114 MB with V8 told to
 * mind the size. Counted for the whole process, because V8's settings are of the whole process.
 */
export async function asOneOfMany<T>(act: () => Promise<T>): Promise<T> {
  pipes += 1;
  if (pipes === many + 1) setFlagsFromString("--optimize-for-size");
  try {
    return await act();
  } finally {
    pipes -= 1;
    if (pipes === many) setFlagsFromString("--no-optimize-for-size");
  }
}
