import type { Memory } from "./types.ts";

/** V8 needs some room for collecting what is not used any more. */
const nearlyFull = 0.8;

export function nodeMemory(): Memory {
  return {
    residentBytes: () => process.memoryUsage.rss(),
    isHeapNearlyFull() {
      // Most commands never ask, and loading this module takes time.
      const { getHeapStatistics } = process.getBuiltinModule("node:v8");
      const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
      return used > nearlyFull * limit;
    },
  };
}
