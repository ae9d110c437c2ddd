import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { readArtifact } from "../../src/artifact/artifact.ts";
import { download } from "../../src/interface/download.ts";
import { nodePlatform } from "../../src/platform/node.ts";
import { downloadSpec } from "../support/interfaces.ts";

/**
 * A process of its own, so that its memory can be measured: as many Downloads of one Artifact at once as it is told.
 * Arguments: the Artifact, the Interface, a directory for the work dirs, the number.
 */
const [artifactFile = "", executable = "", directory = "", count = "1"] = process.argv.slice(2);
const platform = nodePlatform();

async function one(index: number): Promise<void> {
  const source = platform.files.openSource(artifactFile);
  const artifact = await readArtifact(source, []);
  if (!artifact.ok) throw new Error(JSON.stringify(artifact.problems));
  const workDir = join(directory, `work-${process.pid}-${index}`);
  mkdirSync(workDir);
  const { failure } = await download(
    platform,
    downloadSpec({
      executable,
      workDir,
      timeoutMs: 600_000,
      source,
      artifact: artifact.value,
      atOnce: Number(count),
    }),
  );
  source.close();
  if (failure !== null) throw new Error(JSON.stringify(failure));
}

await Promise.all(Array.from({ length: Number(count) }, (_, index) => one(index)));
