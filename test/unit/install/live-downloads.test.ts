import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Event } from "../../../src/core/events.ts";
import { ComponentId, ComponentType } from "../../../src/core/ids.ts";
import { datastoreOf } from "../../../src/install/machine.ts";
import { toldToOthers } from "../../../src/install/live-downloads.ts";
import { readLiveDownloads } from "../../../src/journal/live-downloads.ts";
import { machineAt } from "../../support/machine.ts";
import { scratchDirectory } from "../../support/scratch.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const component = ComponentId.parse("R456");
const read = (bytes: number): Event => ({
  type: "download-progress",
  component,
  bytes,
  totalBytes: 5120,
});
const ended: Event = {
  type: "state-ended",
  state: "Download",
  component,
  componentType: ComponentType.parse("rtos"),
  failure: null,
  elapsedMs: 1,
};

/** A datastore, a clock that is set by hand, and what is told of the downloads of deployment `d1`. */
function begun(root = scratchDirectory()) {
  const machine = machineAt(root);
  const { files } = machine.platform;
  const store = datastoreOf(machine);
  mkdirSync(store.deployment, { recursive: true });
  const seen: Event[] = [];
  const begin = () =>
    toldToOthers(machine, "d1", {
      emit: (event) => seen.push(event),
      close: () => {},
    });
  return {
    begin,
    seen,
    path: join(store.deployment, "downloads"),
    left: () => readdirSync(store.deployment),
    told: (deployment = "d1") =>
      readLiveDownloads(files, store, deployment).map(({ bytes }) => bytes),
  };
}

test("others are told at most once a second, of the last by then, and everything is passed on", () => {
  const { begin, seen, told } = begun();
  const progress = begin();
  progress.emit(read(1));
  progress.emit(read(2));
  progress.emit(read(3));
  expect(told()).toEqual([1]);
  vi.advanceTimersByTime(1000);
  expect(told()).toEqual([3]);
  expect(told("another")).toEqual([]);
  expect(seen).toEqual([read(1), read(2), read(3)]);
  progress.close();
  vi.advanceTimersByTime(10_000);
  expect(told()).toEqual([]);
});

test("nothing is left once the downloads have ended, nor once the run has", () => {
  const { begin, left } = begun();
  const progress = begin();
  progress.emit(read(1));
  expect(left()).toEqual(["downloads"]);
  progress.emit(ended);
  expect(left()).toEqual([]);
  const next = begin();
  next.emit(read(1));
  next.close();
  expect(left()).toEqual([]);
});

test("what a killed run has left is removed by the next one, whatever it is", () => {
  const { begin, path, left, told } = begun();
  for (const text of ["", "{", "[]", '{"deployment":"d1","downloads":[{}]}']) {
    writeFileSync(path, text);
    expect(told()).toEqual([]);
  }
  writeFileSync(`${path}.unfinished`, "half");
  begin();
  expect(left()).toEqual([]);
});

test("where it cannot be written nothing fails", () => {
  const { begin, seen, path } = begun();
  mkdirSync(`${path}.unfinished`);
  mkdirSync(join(path, "in-the-way"), { recursive: true });
  const progress = begin();
  mkdirSync(path);
  progress.emit(read(1));
  progress.close();
  expect(seen).toEqual([read(1)]);
  expect(existsSync(path)).toBe(false);
});
