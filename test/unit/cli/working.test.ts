import { describe, expect, test } from "vitest";
import { showingWork } from "../../../src/cli/output/working.ts";
import type { Event } from "../../../src/core/events.ts";

/** What is shown, on a clock that goes on by hand. */
function showing() {
  let nowMs = 0;
  const told: (Event | "opened" | "closed")[] = [];
  let loads = 0;
  const load = () => {
    loads += 1;
    return Promise.resolve(() => {
      told.push("opened");
      return {
        emit: (event: Event) => void told.push(event),
        close: () => void told.push("closed"),
      };
    });
  };
  const clock = { monotonicMs: () => nowMs };
  const shown = showingWork(load, clock, (work) => Promise.resolve(work()));
  return { told, ...shown, loads: () => loads, after: (ms: number) => (nowMs += ms) };
}

const planning = { work: "planning", name: "system-core-v2", most: 1000 } as const;
const unit = "search nodes";

describe("a computation", () => {
  test("shows how far it is while it holds the event loop", async () => {
    const { told, compute, after } = showing();
    const answer = await compute(planning, (heard) => {
      heard(3);
      after(600);
      heard(4);
      expect(told.at(-1)).toMatchObject({ type: "work-progress", done: { count: 7, unit } });
      after(200);
      heard(5);
      return "found";
    });
    expect(answer).toBe("found");
    const { work, name } = planning;
    expect(told).toEqual([
      "opened",
      { type: "work-started", work, name, total: { count: 1000, unit } },
      { type: "work-progress", work, name, done: { count: 7, unit } },
      { type: "work-progress", work, name, done: { count: 12, unit } },
      { type: "work-ended", work, name, elapsedMs: 800 },
      "closed",
    ]);
  });

  test("is begun anew where it takes longer than a moment, for only then is loaded what shows it", async () => {
    const { compute, loads, after } = showing();
    let begun = 0;
    const within = (ms: number) =>
      compute(planning, (heard) => {
        begun += 1;
        after(ms);
        heard(1);
        return begun;
      });
    expect(await within(50)).toBe(1);
    expect(loads()).toBe(0);
    expect(await within(150)).toBe(3);
    expect(await within(150)).toBe(4);
    expect(loads()).toBe(1);
  });

  test("is not shown where it is over soon", async () => {
    const { told, compute, after } = showing();
    await compute(planning, (heard) => {
      after(400);
      heard(1);
    });
    expect(told).toEqual([]);
  });

  test("is gone where it fails", async () => {
    const { told, compute, after } = showing();
    const failing = compute(planning, (heard) => {
      after(600);
      heard(1);
      throw new Error("broken");
    });
    await expect(failing).rejects.toThrow("broken");
    expect(told.at(-1)).toBe("closed");
  });

  test("stands beside the work that it is part of", async () => {
    const { told, working, compute, after } = showing();
    const total = { count: 2, unit: "starting states" } as const;
    await working({ work: "simulating", name: "system-core-v2", total }, async (count) => {
      count(1);
      await compute(planning, (heard) => {
        after(600);
        heard(1);
      });
    });
    expect(
      told.map((one) =>
        typeof one === "string" ? one : `${one.type} ${"work" in one ? one.work : ""}`,
      ),
    ).toEqual([
      "opened",
      "work-started simulating",
      "work-progress simulating",
      "work-started planning",
      "work-progress planning",
      "work-ended planning",
      "work-ended simulating",
      "closed",
    ]);
  });
});

test("a piece of work within a run is shown by the run, which stays open behind it", async () => {
  const { told, compute, joined, after } = showing();
  const run: (Event | "closed")[] = [];
  const shown = joined({
    emit: (event) => void run.push(event),
    close: () => void run.push("closed"),
  });
  const planned = () =>
    compute(planning, (heard) => {
      after(600);
      heard(4);
    });
  await planned();
  const { work, name } = planning;
  expect(run).toEqual([
    { type: "work-started", work, name, total: { count: 1000, unit } },
    { type: "work-progress", work, name, done: { count: 4, unit } },
    { type: "work-ended", work, name, elapsedMs: 600 },
  ]);
  expect(told).toEqual([]);

  shown.close();
  expect(run.at(-1)).toBe("closed");
  await planned();
  expect(told).toMatchObject(["opened", ...run.slice(0, 3), "closed"]);
});
