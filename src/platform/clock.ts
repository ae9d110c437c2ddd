import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "./types.ts";

/** Bytes; published as 128 bits. */
const idLength = 16;

export function nodeClock(): Clock {
  return {
    now: () => new Date(),
    monotonicMs: () => Number(process.hrtime.bigint()) / 1e6,
    sleep: (ms, signal) => wait(ms, undefined, signal === undefined ? {} : { signal }),
    randomId: () => randomBytes(idLength).toString("hex"),
  };
}
