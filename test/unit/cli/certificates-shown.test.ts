import { readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exitCode } from "../../../src/core/exit-code.ts";
import type { Platform } from "../../../src/platform/types.ts";
import { runHere } from "../../support/program-here.ts";
import { copySeedSystem } from "../../support/seed-system.ts";

/** What is seen of the work on certificates, on a machine on which nothing is over soon. */

const system = copySeedSystem();
afterAll(() => system.remove());

/** Whoever looks at the clock finds it later by so much. Milliseconds. */
const lookTakesMs = 60;

function slow(platform: Platform): Platform {
  let nowMs = 0;
  return { ...platform, clock: { ...platform.clock, monotonicMs: () => (nowMs += lookTakesMs) } };
}

const run = async (args: readonly string[], isTerminal = true) =>
  await runHere(system.directory, args, { isTerminal, on: slow });

const certified = ["plan", "manifest-v2.yaml", "--certificate", "c.json"];
let id = "";
beforeAll(async () => {
  await runHere(system.directory, certified);
  await runHere(system.directory, ["install", "manifest-v2.yaml"]);
  const [name = ""] = readdirSync(system.path("datastore/history"));
  id = name.slice("000001-".length);
  await runHere(system.directory, ["install", "manifest-v1.yaml"]);
});

test("plan --certificate shows how many statements it has looked at", async () => {
  const { exit, written } = await run(certified);
  expect(exit).toBe(exitCode.done);
  expect(written).toMatch(/Writing c\.json {2}\d+ statements, (\d+\/s, )?[\d.]+ s/);
});

test("verify-plan shows how many statements it has checked", async () => {
  const { exit, written } = await run(["verify-plan", "c.json"]);
  expect(exit).toBe(exitCode.done);
  expect(written).toMatch(/Checking c\.json {2}\d+ statements, (\d+\/s, )?[\d.]+ s/);
});

test.each(["c.json", "the machine"])(
  "verify-plan --history shows how many records it has held against %s",
  async (against) => {
    const { exit, written } = await run(["verify-plan", "c.json", "--history", id]);
    expect(exit).toBe(exitCode.done);
    const checking = new RegExp(
      String.raw`Checking deployment ${id} against ${against} {2}\d+ of \d+ records, \d+ %, `,
    );
    expect(written).toMatch(checking);
  },
);

test("in a log each of them is told to be under way where it takes long", async () => {
  const { exit, written } = await run(
    ["verify-plan", "c.json", "--history", id, "--log-level", "debug"],
    false,
  );
  expect(exit).toBe(exitCode.done);
  expect(written.replaceAll(/\([\d.]+ s\)/g, "(T)")).toContain(
    `Checking deployment ${id} against c.json: started
Checking deployment ${id} against c.json: done (T)
Checking deployment ${id} against the machine: started
Checking deployment ${id} against the machine: done (T)
`,
  );
});
