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
import { isClientThere, prepareClient, prepareSystem } from "./mender-client.ts";
import type { Bench, BenchRow } from "./row.ts";
import { valueOf } from "../support/results.ts";

/**
 * A signed bundle of one Artifact of 256 MiB is installed, once as `bundle create` makes it, whose Artifacts are summed
 * as they lie before anything is changed, and once as another program might, which are unpacked then. Debian's Mender
 * Client, where it is there, installs and commits the same Artifact, whose signature it verifies as well.
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
    const keyFile = join(directory, "mine.pub");
    const client = isClientThere() ? prepareClient(directory, artifact, keyFile) : null;
    if (client === null) console.error("bundle: not compared with Debian's mender-client");
    const { vouched, unpacked, theirs } = await byTurns(3, {
      vouched: system,
      unpacked: prepareSystem(directory, join(directory, "elsewhere.tar")),
      theirs: client ?? (() => Promise.resolve(nothingRun)),
    });
    const unpackedFirst = { name: "with its Artifacts unpacked first", run: unpacked, limit: 0.8 };
    const ofClient = { name: "mender install, commit", run: theirs, limit: 1 };
    return [
      ...rowsAgainst(vouched, unpackedFirst),
      ...(client === null ? [] : rowsAgainst(vouched, ofClient)),
    ];
  });

const nothingRun: Run = { ms: 0, cpuMs: 0, peakBytes: 0, writtenBytes: 0 };

function rowsAgainst(
  ours: Run,
  theirs: { readonly name: string; readonly run: Run; readonly limit: number },
): readonly BenchRow[] {
  const row = (
    name: string,
    limit: number | null,
    show: (of: Run) => string,
    value: (of: Run) => number,
  ): BenchRow => ({
    name,
    measured: show(ours),
    reference: `${theirs.name}: ${show(theirs.run)}`,
    ratio: value(ours) / value(theirs.run),
    limit,
  });
  return [
    row(
      "install a signed bundle of 256 MiB",
      theirs.limit,
      ({ ms }) => milliseconds(ms),
      ({ ms }) => ms,
    ),
    row(
      "processor time of it",
      theirs.limit,
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
}

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
