import { readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { keptCodeOf, loadProgram } from "../../../src/platform/kept-code.ts";
import { scratchDirectory } from "../../support/scratch.ts";

function programOf(text: string): string {
  const path = join(scratchDirectory(), "program.cjs");
  writeFileSync(path, text, { mode: 0o644 });
  return path;
}

const greeting = `exports.greeting = (() => "good " + require("node:path").basename("/a/day"))();`;

test("a program is loaded with nothing kept", () => {
  const path = programOf(greeting);
  expect(loadProgram(path, "plan")).toMatchObject({
    exports: { greeting: "good day" },
    isFromKept: false,
  });
});

test("a program with signs in it that are not ASCII has them as they are written", () => {
  const path = programOf("exports.isLine = /^\u2500$/.test('─'); exports.sign = '●';");
  expect(loadProgram(path, "plan").exports).toEqual({ isLine: true, sign: "●" });
});

test("what was kept is used the next time, and can be read by whoever reads the program", () => {
  const path = programOf(greeting);
  loadProgram(path, "plan").keep();
  expect(loadProgram(path, "plan")).toMatchObject({
    exports: { greeting: "good day" },
    isFromKept: true,
  });
  expect(statSync(keptCodeOf(path, "plan")).mode & 0o777).toBe(0o644);
});

test("a file beside it is loaded once, and what was kept of it is used", () => {
  const both = `[require("./words.cjs"), require("./words.cjs")]`;
  const path = programOf(`exports.greetings = ${both}.map((words) => words.greeting());`);
  const words = join(dirname(path), "words.cjs");
  writeFileSync(words, `let count = 0; exports.greeting = () => "good day " + ++count;`);
  const exports = { greetings: ["good day 1", "good day 2"] };
  const first = loadProgram(path, "plan");
  expect(first.exports).toEqual(exports);
  first.keep();
  expect(loadProgram(path, "plan")).toMatchObject({ exports, isFromKept: true });
  expect(loadProgram(words, "plan").isFromKept).toBe(true);
});

test("what was kept for another use is not used", () => {
  const path = programOf(greeting);
  loadProgram(path, "plan").keep();
  expect(loadProgram(path, "install").isFromKept).toBe(false);
});

test("what was kept of another program of the same length is not used", () => {
  const path = programOf(greeting);
  loadProgram(path, "plan").keep();
  writeFileSync(path, greeting.replace("good ", "fine "));
  expect(loadProgram(path, "plan")).toMatchObject({
    exports: { greeting: "fine day" },
    isFromKept: false,
  });
});

test.each([
  ["a flipped byte", (path: string) => writeFileSync(path, flipped(readFileSync(path), 400))],
  [
    "a flipped byte in its head",
    (path: string) => writeFileSync(path, flipped(readFileSync(path), 1)),
  ],
  ["its end missing", (path: string) => truncateSync(path, statSync(path).size - 1)],
  ["nothing but its head", (path: string) => truncateSync(path, 8)],
  ["nothing in it", (path: string) => truncateSync(path, 0)],
])("kept code with %s is not used", (_, damage) => {
  const path = programOf(greeting);
  loadProgram(path, "plan").keep();
  damage(keptCodeOf(path, "plan"));
  expect(loadProgram(path, "plan")).toMatchObject({
    exports: { greeting: "good day" },
    isFromKept: false,
  });
});

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
}
