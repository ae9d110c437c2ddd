import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { scratchDirectory } from "../../support/scratch.ts";

test("a comment that is too wide is told with its place; code, text and long addresses are not", () => {
  const directory = scratchDirectory();
  for (const name of ["src", "test", ".ci"]) mkdirSync(join(directory, name));
  const words = (columns: number) => "word ".repeat(columns).slice(0, columns - 1) + "!";
  const address = `https://example.com/${"a".repeat(120)}`;
  const lines = [
    `// ${words(117)}`,
    `// ${words(118)}`,
    `  * ${words(116)}`,
    `  * ${words(117)}`,
    `/** ${words(114)} */`,
    `const text = "${words(200)}";`,
    `// ${address}`,
  ];
  writeFileSync(join(directory, "src/a.ts"), lines.join("\n"));
  const { stderr, status } = spawnSync(process.execPath, [resolve(".ci/comment-width.mjs")], {
    cwd: directory,
    encoding: "utf8",
  });
  expect({ stderr, status }).toEqual({
    status: 1,
    stderr: [2, 4, 5]
      .map((line) => `src/a.ts:${String(line)}: 121 columns; a comment has at most 120\n`)
      .join(""),
  });
});
