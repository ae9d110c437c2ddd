import * as fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import type { Problem } from "../../../src/core/problem.ts";
import type { ValidatedFile } from "../../../src/report/validation.ts";
import { validationSarif } from "../../../src/report/validation-sarif.ts";
import { sarifMistakes } from "../../support/sarif-schema.ts";

const uriOf = (file: string) => encodeURIComponent(file);
const about = { version: "1.2.3", strict: false, exit: 11, uriOf };

const problem: Problem = {
  code: "table-column",
  message: `The column "x" names no Component type of the Manifest.`,
  at: { file: "m.yaml", line: 3, column: 5, text: "| x |" },
  expected: "gateway or rtos",
  got: "x",
  hint: "Write one of them.",
};

const told = z.looseObject({
  runs: z.tuple([
    z.looseObject({
      results: z.array(
        z.looseObject({ level: z.string(), message: z.strictObject({ text: z.string() }) }),
      ),
    }),
  ]),
});

function messageOf(message: string): string {
  const file: ValidatedFile = {
    file: "m.yaml",
    kind: "Manifest",
    problems: [{ code: "yaml-syntax", message, hint: "h" }],
    notes: [],
  };
  const [{ results }] = told.parse(validationSarif([file], about)).runs;
  return results[0]?.message.text.replace(/\nhint: h$/, "") ?? "";
}

test("a problem and a warning are results with rule, level and place", () => {
  const file = { file: "m.yaml", kind: "Manifest", problems: [problem], notes: [] };
  const other: ValidatedFile = {
    file: "r.tar",
    kind: "bundle",
    problems: [],
    notes: [
      { ...problem, code: "row-without-effect", at: { file: "r.tar:manifest.yaml", line: 7 } },
    ],
  };
  const log = validationSarif([file, other], about);
  expect(sarifMistakes(log)).toEqual([]);
  expect(log).toMatchObject({
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            version: "1.2.3",
            rules: [{ id: "row-without-effect" }, { id: "table-column" }],
          },
        },
        invocations: [{ executionSuccessful: true, exitCode: 11 }],
        results: [
          {
            ruleId: "table-column",
            ruleIndex: 1,
            level: "error",
            message: {
              text: `The column "x" names no Component type of the Manifest.
expected: gateway or rtos
got: x
hint: Write one of them.`,
            },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: "m.yaml" },
                  region: { startLine: 3, startColumn: 5 },
                },
              },
            ],
          },
          {
            ruleId: "row-without-effect",
            ruleIndex: 0,
            level: "warning",
            message: {
              text: `manifest.yaml:7: The column "x" names no Component type of the Manifest.
expected: gateway or rtos
got: x
hint: Write one of them.`,
            },
            locations: [{ physicalLocation: { artifactLocation: { uri: "r.tar" } } }],
          },
        ],
      },
    ],
  });
});

test("with --strict a warning is an error", () => {
  const file = { file: "m.yaml", kind: "Manifest", problems: [], notes: [problem] };
  const log = validationSarif([file], { ...about, strict: true });
  expect(told.parse(log).runs[0].results.map(({ level }) => level)).toEqual(["error"]);
});

test("nothing wrong is a log without results", () => {
  const log = validationSarif([{ file: "m", kind: "Manifest", problems: [], notes: [] }], about);
  expect(sarifMistakes(log)).toEqual([]);
  expect(told.parse(log).runs[0].results).toEqual([]);
});

test("hostile text makes no link, no argument, and moves no cursor", () => {
  expect(messageOf("<script>alert(1)</script>")).toBe("<script>alert(1)</script>");
  expect(messageOf("[x](javascript:alert(1))")).toBe(String.raw`\[x\](javascript:alert(1))`);
  expect(messageOf(String.raw`\[x\](javascript:1)`)).toBe(String.raw`\\\[x\\\](javascript:1)`);
  expect(messageOf("{0} of {1}")).toBe("{{0}} of {{1}}");
  expect(messageOf("\u001B[31mred")).toBe(String.raw`\x1b\[31mred`);
  expect(messageOf("a\u202Eb\u200Bc")).toBe(
    String.raw`a\u202eb\u{{200b}}c`.replace("\\u202e", "\\u{{202e}}"),
  );
});

test("whatever the texts hold, the schema holds, and no bracket or brace is bare", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.nat(), (text, line) => {
      const at = { file: text, line: line + 1 };
      const file = {
        file: text,
        kind: null,
        problems: [{ ...problem, message: text, at }],
        notes: [],
      };

      const log = validationSarif([file], about);
      expect(sarifMistakes(log)).toEqual([]);
      const message = told.parse(log).runs[0].results[0]?.message.text ?? "";
      expect(message.replaceAll(/\\[[\]\\]|\{\{|\}\}/g, "")).not.toMatch(/[[\]{}]/);
    }),
    { numRuns: 50 },
  );
});
