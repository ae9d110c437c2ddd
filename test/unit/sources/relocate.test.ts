import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nodePlatform } from "../../../src/platform/node.ts";
import { relocated } from "../../../src/sources/relocate.ts";
import { scratchDirectory } from "../../support/scratch.ts";

const { files } = nodePlatform();
const bundle = { kind: "bundle", bundle: "/media/a/release.tar", entry: "gateway.mender" } as const;
const file = { kind: "file", path: "/media/a/artifacts/gateway.mender" } as const;

/** A medium that holds what both were on. */
function medium(): string {
  const directory = scratchDirectory();
  mkdirSync(join(directory, "artifacts"));
  writeFileSync(join(directory, "release.tar"), "");
  writeFileSync(join(directory, "artifacts/gateway.mender"), "");
  return directory;
}

describe("an Artifact whose medium has another place now", () => {
  test("is where the same path is found below that place, or the file itself", () => {
    const stick = medium();
    const [tar, mender] = [join(stick, "release.tar"), join(stick, "artifacts/gateway.mender")];
    expect(relocated(files, bundle, stick)).toEqual({ ...bundle, bundle: tar });
    expect(relocated(files, bundle, tar)).toEqual({ ...bundle, bundle: tar });
    expect(relocated(files, file, stick)).toEqual({ kind: "file", path: mender });
    expect(relocated(files, file, mender)).toEqual({ kind: "file", path: mender });
  });

  test("stays where it was if nothing of it is at that place", () => {
    const empty = scratchDirectory();
    for (const from of [
      empty,
      join(empty, "release.tar"),
      join(empty, "gateway.mender"),
      "/dev/null",
    ]) {
      expect(relocated(files, bundle, from)).toEqual(bundle);
      expect(relocated(files, file, from)).toEqual(file);
    }
  });
});
