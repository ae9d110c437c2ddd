import { expect, test } from "vitest";
import { readArtifact } from "../../src/artifact/artifact.ts";
import { ComponentType } from "../../src/core/ids.ts";
import { prepareWorkDir } from "../../src/interface/work-dir.ts";
import { nodeFiles } from "../../src/platform/files.ts";
import type { Files } from "../../src/platform/types.ts";
import { buildArtifact } from "../support/artifacts.ts";
import { memorySource } from "../support/byte-sources.ts";
import { type Check, explore, isNoticed, type Program } from "../support/power-cut.ts";
import { simDisk } from "../support/sim-fs.ts";

const read = await readArtifact(memorySource("a.mender", await buildArtifact()), []);
if (!read.ok) throw new Error(JSON.stringify(read.problems));
const artifact = read.value;

const workDir = "/payloads/G13";

const prepares: Program = (files, promised) => {
  prepareWorkDir(files, workDir, {
    componentType: ComponentType.parse("gateway"),
    provides: new Map([["artifact_name", "gateway-v1"]]),
    artifact,
    deploymentId: "d1-1",
  });
  promised["prepared"] = 1;
};

/** Every name below the work dir with its content. */
function contentOf(files: Files): string {
  const all = [workDir, `${workDir}/header`].flatMap((directory) =>
    files.status(directory) === null
      ? []
      : files.list(directory).map((name) => {
          const path = `${directory}/${name}`;
          if (files.status(path)?.kind === "directory") return `${path}/`;
          return `${path}: ${new TextDecoder().decode(files.read(path, 10_000))}`;
        }),
  );
  return all.join("\n");
}

const whole = simDisk();
prepares(nodeFiles(whole.io), {});
const prepared = contentOf(nodeFiles(whole.io));

const isThere: Check = (files, promised) =>
  promised["prepared"] === undefined || contentOf(files) === prepared ? null : "it is not whole";

test("a work dir that was prepared is whole after a power cut", () => {
  expect(prepared.split("\n").length).toBeGreaterThan(12);
  expect(explore(prepares, isThere).broken).toEqual([]);
});

/** So few that the disk can be looked at in every state that they leave without syncs. */
const fewFiles: Program = (files, promised) => {
  files.makeDirectory(workDir);
  for (const name of ["version", "tmp"]) files.writeNew(`${workDir}/${name}`, Buffer.from(name));
  files.syncDirectory(workDir);
  promised["written"] = 1;
};
const areThere: Check = (files, promised) => {
  const expected = `${workDir}/tmp: tmp\n${workDir}/version: version`;
  return promised["written"] === undefined || contentOf(files) === expected
    ? null
    : "a file is lost";
};

test("new files are whole after a power cut once their directory is synced", () => {
  expect(explore(fewFiles, areThere).broken).toEqual([]);
});

test.each(["files", "directories"] as const)("they would not be without syncs of %s", (without) => {
  expect(isNoticed(fewFiles, areThere, without, "a file is lost")).toBe(true);
});
