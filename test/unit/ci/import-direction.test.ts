import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";
import { scratchDirectory } from "../../support/scratch.ts";

interface Row {
  readonly rooms: readonly string[];
  readonly node: readonly string[];
  readonly packages: readonly string[];
}

const row: Row = { rooms: [], node: [], packages: [] };
const rooms: Readonly<Record<string, Row>> = {
  core: row,
  plan: { ...row, rooms: ["table"], packages: ["zod"] },
  "plan/model": row,
  "plan/search": { ...row, rooms: ["plan/model"] },
  table: row,
};

/** What the lint says of these files of src/. */
function saidOf(
  files: Readonly<Record<string, string>>,
  rows: Readonly<Record<string, Row>> = rooms,
): readonly string[] {
  const directory = scratchDirectory();
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  };
  write(".ci/rooms.json", JSON.stringify(rows));
  for (const [name, text] of Object.entries(files)) write(`src/${name}`, text);
  const { stderr } = spawnSync(process.execPath, [resolve(".ci/import-direction.mjs")], {
    cwd: directory,
    encoding: "utf8",
  });
  return stderr.split("\n").filter((line) => line !== "");
}

test("a part of a room imports the parts that its row names, and what its room may import", () => {
  const said = saidOf({
    "plan/find.ts": 'import "./search/search.ts";\nimport "zod";\n',
    "plan/search/search.ts":
      'import "../model/plan.ts";\nimport type { T } from "../../table/t.ts";\n',
    "plan/model/plan.ts": 'import "./moves.ts";\nimport "../../core/result.ts";\n',
  });
  expect(said).toEqual([]);
});

test("a part of a room imports nothing else of it, be it a type, and no package of its room", () => {
  const said = saidOf({
    "plan/model/plan.ts": 'import type { Search } from "../search/search.ts";\nimport "zod";\n',
    "plan/search/search.ts":
      'export type { Found } from "../find.ts";\nimport "../../other/x.ts";\n',
  });
  expect(said).toEqual([
    "src/plan/model/plan.ts:1: plan/model may not import plan/search: src/plan/search/search.ts",
    "src/plan/model/plan.ts:2: plan/model may not use the package zod",
    "src/plan/search/search.ts:1: plan/search may not import plan: src/plan/find.ts",
    "src/plan/search/search.ts:2: plan/search may not import other: src/other/x.ts",
  ]);
});

test("rooms do not name each other in a circle, nor do parts of a room", () => {
  const files = { "plan/find.ts": "" };
  expect(saidOf(files, { ...rooms, table: { ...row, rooms: ["plan"] } })).toEqual([
    ".ci/rooms.json: rooms in a circle: plan > table > plan",
  ]);
  expect(saidOf(files, { ...rooms, "plan/model": { ...row, rooms: ["plan/search"] } })).toEqual([
    ".ci/rooms.json: rooms in a circle: plan/model > plan/search > plan/model",
  ]);
});
