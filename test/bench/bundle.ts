import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readSigningKey } from "../../src/artifact/keys.ts";
import { openBundle } from "../../src/bundle/bundle.ts";
import { partOf } from "../../src/bundle/entry-content.ts";
import { type Part, sourceOf, writeBundle } from "../../src/bundle/write.ts";
import { Sha256 } from "../../src/core/ids.ts";
import { nodeFiles } from "../../src/platform/files.ts";
import { sha256 } from "../support/artifacts.ts";
import { makeKeys } from "../support/signing-keys.ts";
import { writeArtifact } from "./artifact.ts";
import { byTurns, inScratch, megabytes, milliseconds, program, type Run } from "./measure.ts";
import { prepareSystem } from "./mender-client.ts";
import type { Bench, BenchRow } from "./row.ts";
import { valueOf } from "../support/results.ts";

/**
 * A signed bundle of one Artifact of 256 MiB is installed, once as `bundle create` makes it, whose Artifacts are summed
 * as they lie before anything is changed, and once as another program might, which are unpacked then.
 */
export const bundle: Bench = () =>
  inScratch(async (directory) => {
    const artifact = await writeArtifact(directory);
    const system = prepareSystem(directory, join(directory, "b.tar"));
    makeKeys(directory, "mine");
    execFileSync("mender-artifact", ["sign", "-k", join(directory, "mine.ec.pem"), artifact]);
    mkdirSync(join(directory, "conf"), { mode: 0o755 });
    const settings = { ArtifactVerifyKey: join(directory, "mine.pub") };
    writeFileSync(join(directory, "conf/mender-orchestrator.conf"), JSON.stringify(settings));
    const args = ["--manifest", "manifest.yaml", "--key", "mine.pem", "-o", "b.tar"];
    execFileSync(process.execPath, [program, "bundle", "create", ...args], { cwd: directory });
    await packElsewhere(directory);
    const { vouched, unpacked } = await byTurns(3, {
      vouched: system,
      unpacked: prepareSystem(directory, join(directory, "elsewhere.tar")),
    });
    const row = (
      name: string,
      limit: number | null,
      show: (of: Run) => string,
      value: (of: Run) => number,
    ): BenchRow => ({
      name,
      measured: show(vouched),
      reference: `with its Artifacts unpacked first: ${show(unpacked)}`,
      ratio: value(vouched) / value(unpacked),
      limit,
    });
    return [
      row(
        "install a signed bundle of 256 MiB",
        0.8,
        ({ ms }) => milliseconds(ms),
        ({ ms }) => ms,
      ),
      row(
        "processor time of it",
        0.8,
        ({ cpuMs }) => milliseconds(cpuMs),
        ({ cpuMs }) => cpuMs,
      ),
      row(
        "peak memory of it",
        null,
        ({ peakBytes }) => megabytes(peakBytes),
        ({ peakBytes }) => peakBytes,
      ),
    ];
  });

/** The same bundle, signed by the same key, without a word that anybody has verified what is in it. */
async function packElsewhere(directory: string): Promise<void> {
  const files = nodeFiles();
  const source = files.openSource(join(directory, "b.tar"));
  const { manifest, entries } = valueOf(await openBundle(source, []));
  const first = sourceOf(manifest.entry, manifest.bytes);
  const parts = entries.map((entry): Part => ({
    name: entry.name,
    sha256: Sha256.parse(entry.sha256),
    whole: null,
    source: partOf(source, entry),
  }));
  const sum = Sha256.parse(sha256(manifest.bytes));
  const pem = files.read(join(directory, "mine.pem"), 10_000);
  const { chunks } = writeBundle(
    [{ name: manifest.entry, sha256: sum, whole: null, source: first }, ...parts],
    valueOf(readSigningKey({ name: "mine.pem", pem })),
  );
  await files.writeStream(join(directory, "elsewhere.tar"), chunks);
  source.close();
}
