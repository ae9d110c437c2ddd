import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type SeedProgram, seedProgram, v1, v2 } from "../support/seed-program.ts";
import { oneOfEachKind } from "../support/tier.ts";

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
  copyFileSync("fixtures/bundles/seed-v2.tar", system.path("v2.tar"));
});
afterEach(() => {
  system.remove();
});

/** A copy of a file, in directories of its own. */
function copied(from: string, ...to: readonly string[]): string {
  const path = system.path(...to);
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(system.path(from), path);
  return path;
}

describe("what somebody has put where the program keeps and removes things of its own", () => {
  const places = [
    "datastore/bundles/mine.tar",
    "datastore/bundles/0123456789ab.tar",
    "datastore/payloads/R456/mine.tar",
  ];

  test.each(oneOfEachKind(places, (file) => file.split("/")[1] ?? ""))(
    "is not installed from %s, and not removed",
    (file) => {
      const given = copied("v2.tar", file);
      const ran = system.run(["install", file]);
      expect(ran.exit).toBe(10);
      expect(ran.stderr).toBe(
        `error: "${file}" lies in "${system.path("datastore", file.split("/")[1] ?? "")}", which is emptied by the program itself. [input-in-datastore]
  expected: a file outside of it
  hint: Move the file to another directory, then call this command again.
`,
      );
      expect(existsSync(given)).toBe(true);
      expect(system.versions()).toEqual(v1);
    },
  );

  test("is known through links, from either side", () => {
    const given = copied("v2.tar", "datastore/bundles/mine.tar");
    symlinkSync(given, system.path("from-outside.tar"));
    symlinkSync(system.path("v2.tar"), system.path("datastore/bundles/to-outside.tar"));
    symlinkSync(system.path("datastore"), system.path("store"));
    for (const file of [
      "from-outside.tar",
      "datastore/bundles/to-outside.tar",
      "store/bundles/mine.tar",
    ]) {
      const ran = system.run(["install", file]);
      expect(ran.exit).toBe(10);
      expect(ran.stderr).toContain("[input-in-datastore]");
    }
    expect(existsSync(given)).toBe(true);
    expect(existsSync(system.path("datastore/bundles/to-outside.tar"))).toBe(true);
  });

  test.each(["datastore/bundles", "datastore/payloads"])(
    "is no Artifact of a Manifest, either: %s",
    (directory) => {
      const given = copied("artifacts/rtos-v2.mender", directory, "rtos-v2.mender");
      const manifest = readFileSync(system.path("manifest-v2.yaml"), "utf8");
      const other = manifest.replace("artifacts/rtos-v2.mender", given);
      expect(other).not.toBe(manifest);
      writeFileSync(system.path("other.yaml"), other);
      const ran = system.run(["install", "other.yaml"]);
      expect(ran.exit).toBe(10);
      expect(ran.stderr).toContain(`error: "${given}" lies in "${system.path(directory)}"`);
      expect(existsSync(given)).toBe(true);
      expect(system.versions()).toEqual(v1);
    },
  );

  test("stays there through an install of something else", () => {
    const given = copied("v2.tar", "datastore/bundles/mine.tar");
    expect(system.run(["install", "v2.tar"]).exit).toBe(0);
    expect(system.versions()).toEqual(v2);
    expect(existsSync(given)).toBe(true);
  });
});
