import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { needs } from "../support/needs.ts";
import { programPath, runProgram } from "../support/program.ts";

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "orchestrator-fixtures-"));
});
afterEach(() => rmSync(scratch, { recursive: true }));

test("the committed bundle is what bundle create makes of the seed's System", () => {
  const made = join(scratch, "seed-v2.tar");
  const manifest = resolve("fixtures/systems/seed/manifest-v2.yaml");
  const { exit } = runProgram(["bundle", "create", "--manifest", manifest, "--output", made]);
  expect(exit).toBe(0);
  expect(readFileSync(made).equals(readFileSync("fixtures/bundles/seed-v2.tar"))).toBe(true);
});

describe.skipIf(!needs("mender-artifact"))("fixtures/make-artifacts.sh", () => {
  /** All that mender-artifact tells, but when the payload was written. */
  const told = (file: string) =>
    spawnSync("mender-artifact", ["read", file], { encoding: "utf8" })
      .stdout.split("\n")
      .filter((line) => !line.includes("modified:"));

  test("writes the committed Artifacts", () => {
    cpSync("fixtures/make-artifacts.sh", join(scratch, "make-artifacts.sh"));
    cpSync("fixtures/systems/seed/topology.yaml", join(scratch, "systems/seed/topology.yaml"));
    const { status } = spawnSync(join(scratch, "make-artifacts.sh"), { stdio: "ignore" });
    expect(status).toBe(0);
    const committed = "fixtures/systems/seed/artifacts";
    const written = join(scratch, "systems/seed/artifacts");
    expect(readdirSync(written)).toEqual(readdirSync(committed));
    for (const name of readdirSync(written)) {
      expect(told(join(written, name))).toEqual(told(join(committed, name)));
    }
  });
});

describe("bin/orchestrator", () => {
  test("says what to do where the program has not been built", () => {
    cpSync("bin", join(scratch, "bin"), { recursive: true });
    cpSync("package.json", join(scratch, "package.json"));
    for (const name of ["orchestrator", "mender-orchestrator"]) {
      const { status, stderr } = spawnSync(join(scratch, "bin", name), { encoding: "utf8" });
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: 'orchestrator is not built yet; run "npm ci && npm run build" first\n',
      });
    }
  });

  test.each([
    ["missing", (file: string) => rmSync(file)],
    ["cut off", (file: string) => truncateSync(file, statSync(file).size - 1000)],
    ["empty", (file: string) => writeFileSync(file, "")],
  ])("says that it is not installed whole where its program is %s", (_, damage) => {
    cpSync("bin", join(scratch, "bin"), { recursive: true });
    cpSync("dist", join(scratch, "dist"), { recursive: true });
    cpSync("package.json", join(scratch, "package.json"));
    const main = join(scratch, "dist/main.cjs");
    damage(main);
    const { status, stderr } = spawnSync(join(scratch, "bin/orchestrator"), ["status"], {
      encoding: "utf8",
    });
    expect({ status, lines: stderr.trimEnd().split("\n").length }).toEqual({ status: 1, lines: 1 });
    expect(stderr).toContain(`orchestrator is not installed whole: ${main} cannot be loaded (`);
  });

  test("runs through a link, under both names", () => {
    const printed = ["orchestrator", "mender-orchestrator"].map((name) => {
      const link = join(scratch, name);
      symlinkSync(resolve(programPath, "..", name), link);
      return spawnSync(link, ["--version"], { encoding: "utf8" }).stdout;
    });
    const version = runProgram(["--version"]).stdout;
    expect(version).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(printed).toEqual([version, version]);
  });
});
