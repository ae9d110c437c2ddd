import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ComponentId, ComponentType } from "../../../src/core/ids.ts";
import { datastoreAt } from "../../../src/journal/datastore.ts";
import {
  callOwed,
  oweCleanups,
  readOwed,
  settleOwed,
  takeOwed,
} from "../../../src/journal/owed.ts";
import { nodeFiles } from "../../../src/platform/files.ts";
import { type Check, explore, isNoticed, type Program } from "../../support/power-cut.ts";
import { scratchDirectory } from "../../support/scratch.ts";

const at = "2026-01-01T00:00:00.000Z";
const debt = (component: string, deployment: string) => ({
  component: ComponentId.parse(component),
  componentType: ComponentType.parse("rtos"),
  deployment,
});
const id = (name: string) => ComponentId.parse(name);

function scratch() {
  const files = nodeFiles();
  const store = datastoreAt(join(scratchDirectory(), "datastore"));
  return { files, store };
}

test("what is owed is told until all of it is settled; then there is no file", () => {
  const { files, store } = scratch();
  expect(readOwed(files, store)).toEqual({ ok: true, value: [] });
  oweCleanups(files, store, at, [debt("R456", "d1"), debt("R998", "d1")]);
  callOwed(files, store, at, id("R456"), "run-7");
  expect(readOwed(files, store)).toEqual({
    ok: true,
    value: [
      { ...debt("R456", "d1"), runIds: ["run-7"] },
      { ...debt("R998", "d1"), runIds: [] },
    ],
  });
  settleOwed(files, store, at, id("R456"), "cleaned");
  expect(readOwed(files, store)).toMatchObject({ value: [{ component: "R998" }] });
  settleOwed(files, store, at, id("R998"), "set-aside");
  expect(existsSync(store.owed)).toBe(false);
});

test("a deployment that notes it once more, killed before its journal was moved, owes it once", () => {
  const { files, store } = scratch();
  oweCleanups(files, store, at, [debt("R456", "d1")]);
  const before = readFileSync(store.owed);
  oweCleanups(files, store, at, [debt("R456", "d1")]);
  expect(readFileSync(store.owed)).toEqual(before);
  oweCleanups(files, store, at, [debt("R456", "d2")]);
  expect(readOwed(files, store)).toMatchObject({ value: [{ deployment: "d2" }] });
});

test("a deployment that owes nothing writes nothing", () => {
  const { files, store } = scratch();
  oweCleanups(files, store, at, []);
  expect(existsSync(store.root)).toBe(false);
});

test("a damaged file stands in nobody's way: it is moved aside, told, and further debts are noted", () => {
  const { files, store } = scratch();
  oweCleanups(files, store, at, [debt("R456", "d1"), debt("R998", "d1")]);
  const damaged = readFileSync(store.owed, "utf8").replace("R456", "R465");
  writeFileSync(store.owed, damaged);
  expect(readOwed(files, store)).toMatchObject({ problems: [{ code: "journal-corrupt" }] });
  expect(takeOwed(files, store)).toMatchObject({
    owed: [],
    damaged: [{ code: "journal-corrupt" }],
  });
  expect(readFileSync(`${store.owed}.damaged`, "utf8")).toBe(damaged);
  oweCleanups(files, store, at, [debt("R998", "d2")]);
  expect(readOwed(files, store)).toMatchObject({ value: [{ component: "R998" }] });
});

test("a torn line is cut off", () => {
  const { files, store } = scratch();
  oweCleanups(files, store, at, [debt("R456", "d1")]);
  writeFileSync(store.owed, `${readFileSync(store.owed, "utf8")}4c5ba750\t{"ty`);
  oweCleanups(files, store, at, [debt("R998", "d1")]);
  expect(readOwed(files, store)).toMatchObject({
    value: [{ component: "R456" }, { component: "R998" }],
  });
});

const power = datastoreAt("/datastore");

/** A debt, its call, a second one, and the settlement of the first. */
const owes: Program = (files, promised) => {
  oweCleanups(files, power, at, [debt("A", "d1")]);
  promised["noted"] = 1;
  callOwed(files, power, at, id("A"), "r");
  oweCleanups(files, power, at, [debt("B", "d1")]);
  promised["noted"] = 2;
  settleOwed(files, power, at, id("A"), "cleaned");
  promised["settled"] = 1;
};

const isKept: Check = (files, promised) => {
  const read = readOwed(files, power);
  if (!read.ok) return "it cannot be read";
  const owed = read.value.map(({ component }) => String(component));
  const isSettled = promised["settled"] !== undefined;
  if (isSettled && owed.includes("A")) return "it is owed again";
  // The settlement may be on the disk before it was promised; nothing else takes a debt away.
  const needed = promised["noted"] === 2 ? ["B"] : promised["noted"] === 1 ? ["A"] : [];
  return needed.every((one) => owed.includes(one)) ? null : "a debt is lost";
};

test("a power cut at any moment loses no debt that was noted, and brings none back", () => {
  const { disks, broken } = explore(owes, isKept);
  expect(broken).toEqual([]);
  expect(disks).toBeGreaterThan(50);
});

test("it would without the syncs of files", () => {
  expect(isNoticed(owes, isKept, "files", "a debt is lost")).toBe(true);
});
