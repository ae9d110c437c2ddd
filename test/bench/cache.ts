import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { openSource } from "../../src/platform/file-streams.ts";
import * as fs from "node:fs";
import { readArtifact } from "../../src/artifact/artifact.ts";
import { verifyArtifact } from "../../src/artifact/verify.ts";
import { nodeFiles } from "../../src/platform/files.ts";
import type {
  ArtifactCache,
  CachedSource,
  Origin,
} from "../../src/sources/cache/artifact-cache.ts";
import { openCache } from "../../src/sources/cache/cache.ts";
import { buildArtifact } from "../support/artifacts.ts";
import { inScratch, milliseconds } from "./measure.ts";
import type { Bench, BenchRow } from "./row.ts";

const payloadBytes = 24 * 2 ** 20;
/** Of the link, in bytes a second. */
const linkBytesPerSecond = 8 * 2 ** 20;
const components = 10;

/** Ten Components of one Artifact that comes over a link of its own speed, each verified as a Download does. */
export const cache: Bench = () =>
  inScratch(async (directory) => {
    const file = join(directory, "one.mender");
    const content = randomBytes(payloadBytes);
    fs.writeFileSync(file, await buildArtifact({ files: [{ name: "image.bin", content }] }));
    const direct = await timed(() => readAll([openSource(fs, file)]));
    const linked = await timed(() => readAll([overLink(file)()]));
    const one = await inCache(directory, file, (each) => each.atOnce(1));
    const sharing = await inCache(directory, file, (each) => each.atOnce(components));
    const waiting = await inCache(directory, file, async (each) => {
      await each.atOnce(1);
      await each.atOnce(components - 1);
    });
    return [
      against("one Component through the cache", one, "without it", linked, null),
      against("ten that share its growth", sharing, "one", one, 1.2),
      against("ten of which nine wait for the whole file", waiting, "one", one, null),
      against("one over the link", linked, "from the disk", direct, null),
    ];
  });

interface Measured {
  readonly ms: number;
  readonly cpuMs: number;
}

interface Readers {
  /** So many read all of it at the same time. */
  atOnce(count: number): Promise<void>;
}

async function inCache(
  directory: string,
  file: string,
  act: (readers: Readers) => Promise<void>,
): Promise<Measured> {
  const place = fs.mkdtempSync(join(directory, "cache-"));
  const opened = await openCache({
    files: nodeFiles(),
    directory: place,
    decompressors: null,
    keys: [],
    maxBytes: null,
    isFilled: true,
    clock: { now: () => new Date(), randomId: () => randomBytes(16).toString("hex") },
    tell: ({ message }) => {
      throw new Error(message);
    },
  });
  const wanted = await wantedOf(file);
  const measured = await timed(() =>
    act({ atOnce: (count) => readers(opened, wanted, overLink(file), count) }),
  );
  await opened.idle();
  fs.rmSync(place, { recursive: true });
  return measured;
}

async function readers(
  opened: ArtifactCache,
  wanted: Parameters<ArtifactCache["open"]>[0],
  origin: Origin,
  count: number,
): Promise<void> {
  const sources = Array.from({ length: count }, () => opened.open(wanted, origin));
  await readAll(sources);
  await Promise.all(sources.map((source) => source.keep()));
  for (const source of sources) source.close();
}

async function readAll(sources: readonly (CachedSource | ReturnType<Origin>)[]): Promise<void> {
  const results = await Promise.all(sources.map((source) => verifyArtifact(source, [])));
  if (!results.every(({ ok }) => ok)) throw new Error("an Artifact is wrong");
}

async function wantedOf(file: string) {
  const source = openSource(fs, file);
  const artifact = await readArtifact(source, []);
  source.close();
  if (!artifact.ok) throw new Error("an Artifact is wrong");
  return { name: file, identity: artifact.value.identity, size: source.size };
}

/** The file as a link gives it: no sooner than its speed allows. */
function overLink(file: string): Origin {
  return () => {
    const source = openSource(fs, file);
    return {
      name: source.name,
      size: source.size,
      close: () => source.close(),
      async *read(...args) {
        const begin = performance.now();
        let bytes = 0;
        for await (const piece of source.read(...args)) {
          bytes += piece.length;
          const dueMs = (bytes / linkBytesPerSecond) * 1000 - (performance.now() - begin);
          if (dueMs > 1) await new Promise((settle) => setTimeout(settle, dueMs));
          yield piece;
        }
      },
    };
  };
}

async function timed(act: () => Promise<void>): Promise<Measured> {
  const begin = performance.now();
  const cpu = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - begin, cpuMs: (user + system) / 1000 };
}

function against(
  name: string,
  ours: Measured,
  reference: string,
  theirs: Measured,
  limit: number | null,
): BenchRow {
  return {
    name,
    measured: `${milliseconds(ours.ms)}, processor ${milliseconds(ours.cpuMs)}`,
    reference: `${reference}: ${milliseconds(theirs.ms)}, processor ${milliseconds(theirs.cpuMs)}`,
    ratio: ours.ms / theirs.ms,
    limit,
  };
}
