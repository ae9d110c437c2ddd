import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as z from "zod";
import { programVersion } from "../../../src/core/program-version.ts";

test("the program tells the version of its package", () => {
  const file = new URL("../../../package.json", import.meta.url);
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(file, "utf8")));
  expect(programVersion).toBe(version);
});
