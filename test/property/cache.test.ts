import * as fs from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { FileIo } from "../../src/platform/file-io.ts";
import { nodeFiles } from "../../src/platform/files.ts";
import { FileError } from "../../src/platform/types.ts";
import { sha256 } from "../support/artifacts.ts";
import { cacheIn, remote, remoteArtifact } from "../support/caches.ts";
import { fuzzing, fuzzingTimeout } from "../support/fuzzing.ts";
import { scratchDirectory } from "../support/scratch.ts";

const artifact = await remoteArtifact("gateway-v2", 1024 * 1024);
const size = artifact.bytes.length;
const offset = fc.integer({ min: 1, max: size });
const never = Number.POSITIVE_INFINITY;

/** One who reads it: when it comes, how slow it is, where its source breaks, where it stops by itself. */
const reader = fc.record({
  waits: fc.nat(20),
  turns: fc.nat(5),
  breaksAt: fc.oneof({ weight: 3, arbitrary: fc.constant(never) }, offset),
  stopsAt: fc.oneof({ weight: 3, arbitrary: fc.constant(never) }, offset),
  lentBytes: fc.constantFrom(undefined, 1000, 100_000, 1024 * 1024),
});

const disk = fc.record({
  failsAt: fc.oneof({ weight: 3, arbitrary: fc.constant(never) }, offset),
  limit: fc.constantFrom(null, null, size, size - 1),
});

/** Refuses every write from that byte on. */
function failingAt(failsAt: number): FileIo {
  return {
    ...fs,
    write(fd, bytes, from, length, position, callback) {
      if (position + length <= failsAt) fs.write(fd, bytes, from, length, position, callback);
      else callback(Object.assign(new Error("ENOSPC"), { code: "ENOSPC" }), 0);
    },
  };
}

async function turnsOfTheLoop(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((go) => setImmediate(go));
}

test(
  "whoever reads through a cache gets the very bytes, or an error of its own source, whatever the others and the disk do",
  async () => {
    const scratch = scratchDirectory();
    await fc.assert(
      fc.asyncProperty(
        fc.array(reader, { minLength: 1, maxLength: 6 }),
        disk,
        async (readers, { failsAt, limit }) => {
          const directory = fs.mkdtempSync(join(scratch, "cache-"));
          const files = nodeFiles(failingAt(failsAt));
          const { cache } = await cacheIn(files, directory, { maxBytes: limit });
          const { origin, counts } = remote(artifact);
          const ends = await Promise.all(
            readers.map(async ({ waits, turns, breaksAt, stopsAt, lentBytes }) => {
              await turnsOfTheLoop(waits);
              const source = cache.open(artifact.wanted, origin(breaksAt));
              const pieces: Uint8Array[] = [];
              let length = 0;
              try {
                for await (const piece of source.read(0, size, lentBytes)) {
                  expect(piece.length).toBeLessThanOrEqual(lentBytes ?? size);
                  await turnsOfTheLoop(turns);
                  pieces.push(new Uint8Array(piece));
                  length += piece.length;
                  if (length >= stopsAt) return "stopped";
                }
                expect(sha256(Buffer.concat(pieces))).toBe(artifact.sha256);
                await source.keep();
                return "whole";
              } catch (error) {
                if (!(error instanceof FileError) || breaksAt === never) throw error;
                expect(error.code).toBe("ECONNRESET");
                return "broken";
              } finally {
                source.close();
              }
            }),
          );
          await cache.idle();
          const left = fs.existsSync(join(directory, "artifacts"))
            ? fs.readdirSync(join(directory, "artifacts"))
            : [];
          const isKept = ends.includes("whole") && failsAt >= size && limit !== size - 1;
          expect(left).toEqual(isKept ? [`${artifact.sha256}.mender`] : []);
          for (const name of left) {
            expect(sha256(fs.readFileSync(join(directory, "artifacts", name)))).toBe(
              artifact.sha256,
            );
          }
          if (readers.every(({ breaksAt, stopsAt }) => breaksAt === never && stopsAt === never)) {
            if (isKept) expect(counts.bytes).toBe(size);
          }
          fs.rmSync(directory, { recursive: true });
        },
      ),
      fuzzing(150),
    );
  },
  fuzzingTimeout(),
);
