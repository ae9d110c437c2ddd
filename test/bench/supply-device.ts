import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { readArtifact } from "../../src/artifact/artifact.ts";
import { download } from "../../src/interface/download.ts";
import { nodePlatform } from "../../src/platform/node.ts";
import type { Origin } from "../../src/sources/cache/artifact-cache.ts";
import { openCache } from "../../src/sources/cache/cache.ts";
import { startServerDevice } from "../support/server-device.ts";
import { downloadSpec } from "../support/interfaces.ts";

/**
 * A process of its own, so that its memory can be measured: so many Downloads at once of one Artifact of a Mender
 * Server, with a cache or each for itself. Arguments: the server, the file with its authority, the Artifact's id and
 * size, the Interface, a directory for work dirs and cache, the number, and `cache` or nothing.
 */
const [
  address = "",
  trustFile = "",
  id = "",
  size = "",
  executable = "",
  directory = "",
  count = "1",
  mode = "",
] = process.argv.slice(2);
const platform = nodePlatform();
const device = await startServerDevice({ access: [{ token: "token-1", address }], trustFile });
const listed = { id, name: id, size: Number(size) };

const read = await readArtifact(device.server.source(listed, "header"), []);
if (!read.ok) throw new Error(JSON.stringify(read.problems));
const artifact = read.value;
const cache = await openCache({
  files: platform.files,
  directory: join(directory, `cache-${process.pid}`),
  decompressors: null,
  keys: [],
  maxBytes: null,
  isFilled: mode === "cache",
  clock: { now: () => new Date(), randomId: () => randomBytes(16).toString("hex") },
  tell: ({ message }) => {
    throw new Error(message);
  },
});

function fromServer(): ReturnType<Origin> {
  const source = device.server.source(listed, "all");
  return { ...source, read: (...args) => source.read(...args) };
}

async function one(index: number): Promise<void> {
  const source = cache.open({ ...listed, identity: artifact.identity }, fromServer);
  const workDir = join(directory, `work-${process.pid}-${index}`);
  mkdirSync(workDir);
  const { failure } = await download(
    platform,
    downloadSpec({
      executable,
      workDir,
      timeoutMs: 600_000,
      source,
      artifact,
      atOnce: Number(count),
    }),
  );
  if (failure !== null) throw new Error(JSON.stringify(failure));
  await source.keep();
  source.close();
}

await Promise.all(Array.from({ length: Number(count) }, (_, index) => one(index)));
await cache.idle();
await device.close();
