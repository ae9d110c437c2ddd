import { expect, test } from "vitest";
import { charactersOf } from "../../../src/report/columns.ts";
import { wrapped } from "../../../src/report/wrapped.ts";

const at = (width: number, line: string, mark = "") => wrapped(line, width, charactersOf, mark);

test("a line that fits stays as it is", () => {
  expect(at(20, "  G13   done, gone  ")).toEqual(["  G13   done, gone  "]);
});

test("one that is wider is broken between words, and goes on further in", () => {
  expect(at(20, "  It waits before ArtifactCommit: so it does.")).toEqual([
    "  It waits before",
    "    ArtifactCommit:",
    "    so it does.",
  ]);
});

test("a word that is wider than the line stands on one of its own, whole", () => {
  expect(at(20, "It lies below /media/of-another-day/system. Remove it.")).toEqual([
    "It lies below",
    "  /media/of-another-day/system.",
    "  Remove it.",
  ]);
});

test("the gap of a column is none where a line is broken", () => {
  expect(at(20, "  R456  rtos          not begun")).toEqual(["  R456  rtos", "    not begun"]);
});

test("colours take no room", () => {
  const strong = "\u001b[1mR456\u001b[22m  rtos  done";
  expect(at(16, strong)).toEqual([strong]);
});

test("the gap of a coloured column is none where a line is broken, whatever it ends in", () => {
  const strong = "  \u001b[1mR456              \u001b[22m  rtos  not begun";
  expect(at(20, strong)).toEqual(["  \u001b[1mR456\u001b[22m", "    rtos  not begun"]);
});

test("a command goes on behind a mark that a shell knows", () => {
  expect(at(24, "  sh /tmp/orchestrator status --watch", " \\")).toEqual([
    "  sh /tmp/orchestrator \\",
    "    status --watch",
  ]);
});
