import { expect, test } from "vitest";
import { openFrame } from "../../../src/cli/output/frame.ts";

/** A terminal as far as frames use one. */
function terminal(width: number) {
  let rows: string[] = [""];
  let [row, column] = [0, 0];
  const put = (text: string) => {
    const before = (rows[row] ?? "").padEnd(column);
    rows[row] = before.slice(0, column) + text + before.slice(column + text.length);
    column += text.length;
  };
  // oxlint-disable-next-line no-control-regex
  const parts = /\u001b\[(?<number>[?\d]*)(?<code>[A-Za-z])|\n|[^\u001b\n]+/g;
  const write = (text: string) => {
    for (const { 0: part, groups } of text.matchAll(parts)) {
      const count = Number(groups?.["number"] === "" ? 1 : groups?.["number"]);
      if (part === "\n") [row, column] = [row + 1, 0];
      else if (groups?.["code"] === undefined) put(part);
      else if (groups["code"] === "A") row = Math.max(0, row - count);
      else if (groups["code"] === "B") row += count;
      else if (groups["code"] === "G") column = 0;
      else if (groups["code"] === "K")
        rows[row] = count === 2 ? "" : (rows[row] ?? "").slice(0, column);
      else if (groups["code"] === "J") rows = rows.slice(0, row + 1);
      while (rows.length <= row) rows.push("");
    }
  };
  const sink = {
    write,
    ready: () => Promise.resolve(true),
    isTerminal: true,
    isJournal: false,
    width,
    height: 24,
  };
  return { sink, screen: () => rows.join("\n").trimEnd() };
}

const before = ["To v.2", "G13 waits", "R456 waits", "R998 waits"];

test.each([
  ["more", ["To v.2", "G13 installs,", "  since noon", "R456 waits", "R998 waits"]],
  ["fewer", ["To v.2", "R456 waits", "R998 waits"]],
  ["as many", ["To v.2", "G13 is done", "R456 waits", "R998 waits"]],
])("a frame that has %s lines in its middle stands there whole", (_, after) => {
  const { sink, screen } = terminal(40);
  const frame = openFrame(sink);
  frame.draw(before);
  frame.draw(after);
  expect(screen()).toBe(after.join("\n"));
  frame.draw(before);
  expect(screen()).toBe(before.join("\n"));
});

test("a frame whose line in the middle does not fit stands there whole", () => {
  const { sink, screen } = terminal(12);
  const frame = openFrame(sink);
  frame.draw(before);
  frame.draw(["To v.2", "G13 installs now", "R456 waits", "R998 waits"]);
  expect(screen()).toBe("To v.2\nG13 installs\n now\nR456 waits\nR998 waits");
});

test("what is kept stands above the frame, broken between words, and a long word whole", () => {
  const { sink, screen } = terminal(14);
  const frame = openFrame(sink);
  frame.draw(["To v.2"]);
  frame.keep(["next: orchestrator install /media/v2.tar"]);
  expect(screen()).toBe("next:\n  orchestrator\n  install\n  /media/v2.tar\nTo v.2");
});
