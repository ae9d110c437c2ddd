import { inTier } from "./tier.ts";

/**
 * How long a property is tried: an eighth of `runs` times as a rule, for FUZZ_SECONDS where the environment says so. A
 * failure shows its seed; `FUZZ_SEED` runs it again.
 */
export function fuzzing(runs: number): {
  readonly numRuns: number;
  readonly interruptAfterTimeLimit?: number;
  readonly seed?: number;
} {
  const seconds = Number(process.env["FUZZ_SECONDS"] ?? 0);
  const seed = process.env["FUZZ_SEED"];
  return {
    ...(seconds > 0
      ? { numRuns: 2 ** 31 - 1, interruptAfterTimeLimit: seconds * 1000 }
      : { numRuns: inTier(Math.ceil(runs / 8), runs) }),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
  };
}

/** The time limit of a test that runs such a property; milliseconds. */
export function fuzzingTimeout(): number {
  return inTier(60_000, 600_000) + Number(process.env["FUZZ_SECONDS"] ?? 0) * 2000;
}
