import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { silenceMs, withHeartbeat } from "../../../src/cli/output/heartbeat.ts";
import type { Event } from "../../../src/core/events.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const name = "bundle.tar";
const done = { count: 5, unit: "bytes" } as const;

function listening() {
  const told: Event[] = [];
  const beating = withHeartbeat((event) => told.push(event), { monotonicMs: () => Date.now() });
  return { told, ...beating };
}

test("what is under way is told after a long silence, and again after another", () => {
  const { told, emit, close } = listening();
  emit({ type: "work-started", work: "verifying", name, total: { count: 9, unit: "bytes" } });
  emit({ type: "work-progress", work: "verifying", name, done });
  vi.advanceTimersByTime(silenceMs - 1);
  expect(told).toHaveLength(2);
  vi.advanceTimersByTime(silenceMs + 1);
  expect(told.slice(2)).toEqual(
    [silenceMs, 2 * silenceMs].map((elapsedMs) => ({
      type: "work-running",
      work: "verifying",
      name,
      elapsedMs,
      howFar: { done },
    })),
  );
  close();
});

test("where no timer fires, because something is computed, each count looks for silence", () => {
  const { told, emit, close } = listening();
  const count = { type: "work-progress", work: "planning", name, done } as const;
  emit({ type: "work-started", work: "planning", name, total: null });
  vi.setSystemTime(Date.now() + silenceMs);
  emit(count);
  emit(count);
  expect(told.map(({ type }) => type)).toEqual([
    "work-started",
    "work-progress",
    "work-running",
    "work-progress",
  ]);
  close();
});

test("what has ended is told no more, and a line in between puts it off", () => {
  const { told, emit, close } = listening();
  emit({ type: "work-started", work: "verifying", name, total: null });
  vi.advanceTimersByTime(silenceMs - 1000);
  emit({ type: "note", message: "the Manifest is not signed" });
  vi.advanceTimersByTime(silenceMs - 1000);
  expect(told).toHaveLength(2);
  emit({ type: "work-ended", work: "verifying", name, elapsedMs: 58_000 });
  vi.advanceTimersByTime(3 * silenceMs);
  expect(told).toHaveLength(3);
  close();
  expect(vi.getTimerCount()).toBe(0);
});
