import { randomFillSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { limits } from "../../src/sources/server/limits.ts";
import { bundle } from "../support/bundled.ts";
import { issue, makeAuthority } from "../support/certificates.ts";
import { startUpdateServer, type UpdateServer } from "../support/update-server.ts";
import { byTurns, inScratch, megabytes, milliseconds, run, type Run } from "./measure.ts";
import type { Bench, BenchRow } from "./row.ts";

const largeBytes = 256 * 2 ** 20;
const sharedBytes = 24 * 2 ** 20;
/** Of the link, in bytes a second. */
const linkBytesPerSecond = 8 * 2 ** 20;
const components = 10;
const memoryLimit = 110e6;
/** The most that is asked for at once to read a header, as a plan does. */
const headerBytes = limits.headerStep;

/**
 * As much as can be had of what we do from the tools of a shell: the sum of the payload beside the pipe. It ends when
 * the sum is known, as ours does.
 */
const verifiedByCurl =
  'set -o pipefail; curl -sSf --cacert "$0" "$1" | { tee >(sha256sum >/dev/null) && wait $!; } | cat >/dev/null';

/** What a Mender Server on this machine sends over HTTPS to Interfaces that read it. */
export const supply: Bench = () =>
  inScratch(async (directory) => [
    ...(await oneStream(directory)),
    ...(await sharedDownload(directory)),
  ]);

async function oneStream(directory: string): Promise<readonly BenchRow[]> {
  const served = await serve(directory, "large", largeBytes);
  const { server, file, trustFile, device } = served;
  server.links.add("bench");
  const url = `${server.address}/store/large?signature=bench`;
  const runs = await byTurns(3, {
    ours: () => device(1, ""),
    curl: () =>
      run({
        file: "sh",
        args: ["-c", 'curl -sSf --cacert "$0" "$1" | cat >/dev/null', trustFile, url],
      }),
    verified: () => run({ file: "bash", args: ["-c", verifiedByCurl, trustFile, url] }),
  });
  await server.close();
  const { ours, curl, verified } = runs;
  return [
    {
      name: `stream ${largeBytes / 2 ** 20} MiB from HTTPS to cat`,
      measured: milliseconds(ours.ms),
      reference: `curl | cat of ${megabytes(file.length)}: ${milliseconds(curl.ms)}`,
      ratio: ours.ms / curl.ms,
      limit: 1.5,
    },
    {
      name: "the same, against curl that verifies as well",
      measured: milliseconds(ours.ms),
      reference: `curl | tee >(sha256sum) | cat: ${milliseconds(verified.ms)}`,
      ratio: ours.ms / verified.ms,
      limit: null,
    },
    {
      name: "its peak memory",
      measured: megabytes(ours.peakBytes),
      reference: `allowed: ${megabytes(memoryLimit)}`,
      ratio: ours.peakBytes / memoryLimit,
      limit: 1,
    },
  ];
}

/** Over a link of its own speed: what ten take more of the processor must not hold it up. */
async function sharedDownload(directory: string): Promise<readonly BenchRow[]> {
  const { server, file, device } = await serve(
    directory,
    "shared",
    sharedBytes,
    linkBytesPerSecond,
  );
  let sentForTen = 0;
  const runs = await byTurns(3, {
    one: () => device(1, "cache"),
    ten: async () => {
      const before = server.sent();
      const ran = await device(components, "cache");
      sentForTen = Math.max(sentForTen, server.sent() - before);
      return ran;
    },
  });
  await server.close();
  const { one, ten } = runs;
  const oneDownload = file.length + headerBytes;
  return [
    {
      name: "ten Components of one Artifact, with cache",
      measured: milliseconds(ten.ms),
      reference: `one: ${milliseconds(one.ms)}`,
      ratio: ten.ms / one.ms,
      limit: 1.2,
    },
    {
      name: "what the server sent for them",
      measured: megabytes(sentForTen),
      reference: `the Artifact and its header once more: ${megabytes(oneDownload)}`,
      ratio: sentForTen / oneDownload,
      limit: 1,
    },
  ];
}

interface Served {
  readonly server: UpdateServer;
  readonly file: Uint8Array;
  readonly trustFile: string;
  readonly device: (count: number, mode: "cache" | "") => Promise<Run>;
}

/** An Artifact of random bytes that are not compressed: inflating is another bench's. */
async function serve(
  directory: string,
  id: string,
  bytes: number,
  bytesPerSecond?: number,
): Promise<Served> {
  const image = join(directory, `${id}.img`);
  writeFileSync(image, randomFillSync(new Uint8Array(bytes)));
  const path = join(directory, `${id}.mender`);
  const args = "write module-image -T gateway -t gateway --compression none -n".split(" ");
  await run({ file: "mender-artifact", args: [...args, id, "-f", image, "-o", path] });
  const file = readFileSync(path);
  const authority = makeAuthority(directory, `authority-${id}`);
  const server = await startUpdateServer({
    stored: [{ id, bytes: file, item: {} }],
    certificate: issue(directory, authority, `server-${id}`),
    ...(bytesPerSecond !== undefined && { bytesPerSecond }),
  });
  const worker = bundle(
    "test/bench/supply-device.ts",
    resolve("node_modules/.cache/supply-device.mjs"),
    "with its packages",
  );
  const reader = join(directory, `reads-${id}`);
  const body =
    '[ "$1" = Download ] || exit 0\nwhile s=$(cat stream-next) && [ -n "$s" ]; do cat "$s" >/dev/null || exit; done';
  writeFileSync(reader, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  const trustFile = authority.certificateFile;
  const size = String(file.length);
  return {
    server,
    file,
    trustFile,
    device: (count, mode) =>
      run({
        file: process.execPath,
        args: [worker, server.address, trustFile, id, size, reader, directory, String(count), mode],
      }),
  };
}
