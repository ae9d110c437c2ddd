import { join } from "node:path";
import type { Problem } from "../../src/core/problem.ts";
import { Sha256 } from "../../src/core/ids.ts";
import { readArtifact } from "../../src/artifact/artifact.ts";
import { FileError, type ByteSource, type Files } from "../../src/platform/types.ts";
import type { CachePorts, WantedBytes } from "../../src/sources/cache/artifact-cache.ts";
import { openCache } from "../../src/sources/cache/cache.ts";
import { buildArtifact, sha256 } from "./artifacts.ts";
import { memorySource } from "./byte-sources.ts";

/** An Artifact as a Server would have it. */
export interface RemoteArtifact {
  readonly bytes: Uint8Array;
  readonly sha256: Sha256;
  readonly wanted: WantedBytes;
}

/** One for the gateway, with a payload of so many bytes that no compression makes smaller. */
export async function remoteArtifact(name: string, payloadBytes: number): Promise<RemoteArtifact> {
  const payload = new Uint8Array(payloadBytes);
  let state = name.length + 1;
  for (let at = 0; at < payload.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    payload[at] = state >>> 24;
  }
  const bytes = await buildArtifact({
    headerInfo: {
      payloads: [{ type: "gateway-image" }],
      artifact_provides: { artifact_name: name },
      artifact_depends: { device_type: ["gateway"] },
    },
    files: [{ name: "image.bin", content: payload }],
  });
  const read = await readArtifact(memorySource(name, bytes), []);
  if (!read.ok) throw new Error("the test's own Artifact is wrong");
  const { identity } = read.value;
  return {
    bytes,
    sha256: Sha256.parse(sha256(bytes)),
    wanted: { name, identity, size: bytes.length },
  };
}

/** Where an Artifact is downloaded from: counts what it gives, and may break off. */
export function remote({ bytes, wanted }: Pick<RemoteArtifact, "bytes" | "wanted">) {
  const counts = { bytes: 0, requests: 0, closed: 0 };
  const origin =
    (breaksAt = Number.POSITIVE_INFINITY) =>
    () => {
      const source: ByteSource & { close(): void } = {
        name: wanted.name,
        size: wanted.size,
        async *read(offset, length, lentBytes) {
          counts.requests += 1;
          let at = offset;
          for await (const piece of memorySource(wanted.name, bytes, 60_000).read(
            offset,
            length,
            lentBytes,
          )) {
            if (at + piece.length > breaksAt) {
              throw new FileError("ECONNRESET", wanted.name, "the connection broke");
            }
            at += piece.length;
            counts.bytes += piece.length;
            yield piece;
          }
        },
        close() {
          counts.closed += 1;
        },
      };
      return source;
    };
  return { counts, origin };
}

/** What is never asked: everything comes from the cache. */
export function nowhere(): never {
  throw new Error("the origin is asked although the cache has it");
}

let ids = 0;

/** A cache in a directory, as the process has it that holds the lock. */
export async function cacheIn(files: Files, directory: string, changes: Partial<CachePorts> = {}) {
  const told: Problem[] = [];
  const cache = await openCache({
    files,
    directory: join(directory, "artifacts"),
    decompressors: null,
    keys: [],
    maxBytes: null,
    isFilled: true,
    clock: {
      now: () => new Date("2026-01-02T03:04:05Z"),
      randomId: () => (ids += 1).toString(16).padStart(32, "0"),
    },
    tell: (problem) => told.push(problem),
    ...changes,
  });
  return { cache, told, codes: () => told.map(({ code }) => code) };
}
