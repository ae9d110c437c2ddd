import { expect, test } from "vitest";
import { answerInColumns } from "../../../src/cli/output/laid-out.ts";
import { configLines } from "../../../src/report/config.ts";
import { plainStyle } from "../../../src/report/style.ts";

test("columns of an answer stand below each other where a sign takes two of a terminal, too", async () => {
  let written = "";
  const sink = {
    write: (text: string) => {
      written += text;
    },
    ready: () => Promise.resolve(true),
    isTerminal: false,
    isJournal: false,
    width: 80,
    height: 24,
  };
  const output = {
    results: sink,
    json: false,
    resultStyle: plainStyle,
    resultCanvas: { width: 80, isUnicode: true },
  };
  const settings = ["网关", "cafe\u0301", "plain"].map((value) => ({
    name: "Directory",
    value,
    origin: "file",
  }));
  await answerInColumns(
    output,
    (style) => configLines(settings, style),
    () => null,
  );
  expect(written).toBe(`Directory  网关   file
Directory  cafe\u0301   file
Directory  plain  file
`);
});
