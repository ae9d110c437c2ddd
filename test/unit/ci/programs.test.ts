import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

test(".ci/run installs every program that a test asks for", () => {
  const [, list = ""] = /^needed=\(\n(.*?)^\)$/ms.exec(readFileSync(".ci/run", "utf8")) ?? [];
  const installed = list.split("\n").map((line) => line.trim().split(":")[0]);
  const askedFor = readdirSync("test", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => [
      ...readFileSync(join("test", name), "utf8").matchAll(/\bneeds\("([^"]+)"\)/g),
    ])
    .map(([, program]) => program);

  expect(askedFor).toContain("mender-artifact");
  expect(askedFor.filter((program) => !installed.includes(program))).toEqual([]);
});
