import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { inScratch, medianOfBoth, megabytes, milliseconds, program, run } from "./measure.ts";
import type { Bench } from "./row.ts";

const payloadBytes = 256 * 2 ** 20;
const memoryLimit = 120e6;

/** Reading and verifying one large Artifact, every checksum of it. */
export const artifact: Bench = () =>
  inScratch(async (directory) => {
    const file = await writeArtifact(directory);
    let peakBytes = 0;
    const { ours, theirs } = await medianOfBoth(
      5,
      async () => {
        const one = await run({ file: process.execPath, args: [program, "validate", file] });
        peakBytes = Math.max(peakBytes, one.peakBytes);
        return one;
      },
      () => run({ file: "mender-artifact", args: ["validate", file] }),
    );
    return [
      {
        name: "verify 256 MiB",
        measured: milliseconds(ours),
        reference: `mender-artifact validate: ${milliseconds(theirs)}`,
        ratio: ours / theirs,
        limit: null,
      },
      {
        name: "peak memory of it",
        measured: megabytes(peakBytes),
        reference: `allowed: ${megabytes(memoryLimit)}`,
        ratio: peakBytes / memoryLimit,
        limit: 1,
      },
    ];
  });

/** 256 MiB of machine code, for Components of type `gateway`, named `large`. */
export async function writeArtifact(directory: string): Promise<string> {
  const payload = join(directory, "payload.img");
  writePayload(payload);
  const file = join(directory, "large.mender");
  await run({
    file: "mender-artifact",
    args: ["write", "module-image", "-T", "gateway", "-t", "gateway", "-n", "large"].concat([
      "--compression",
      "gzip",
      "-f",
      payload,
      "-o",
      file,
    ]),
  });
  return file;
}

/** Machine code, over and over: it compresses as firmware does, and the window of gzip is far shorter. */
function writePayload(path: string) {
  const code = readFileSync(process.execPath);
  const fd = openSync(path, "wx", 0o600);
  for (let left = payloadBytes; left > 0; left -= code.length) {
    writeSync(fd, code, 0, Math.min(left, code.length));
  }
  closeSync(fd);
}
