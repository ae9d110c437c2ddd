import { join } from "node:path";
import { inflateChunk, type Unpacking } from "../artifact/compression.ts";
import type { VerifyKey } from "../artifact/keys.ts";
import { streamPayload } from "../artifact/payload.ts";
import type { Artifact, PayloadStream } from "../artifact/types.ts";
import { assertNever } from "../core/assert-never.ts";
import type { FailureReason } from "../core/events.ts";
import type { Answer } from "../core/protocol.ts";
import type { ByteSource, Decompressors, MakeRoom } from "../platform/types.ts";
import type { CallSpec } from "./call.ts";
import { reasonOf } from "./download-failure.ts";
import { filesDirectory, storeFiles } from "./files-tree.ts";
import { nextPipe, streamsDirectory } from "./stream-feed.ts";
import { callWithStreams, type StreamsPlatform } from "./streams.ts";
import { asTransferError, onTarget } from "./transfer-error.ts";
import { untilAborted } from "./until-aborted.ts";
import { verifiedWhole } from "./whole-artifact.ts";

/** The one stream where the Interface takes the whole Artifact. */
const wholeName = "artifact.mender";

/** With so many Downloads at once memory counts more than speed. */
const many = 9;

/** One call of Download or DownloadWithFileSizes. */
export interface DownloadSpec extends Omit<CallSpec, "call"> {
  readonly source: ByteSource;
  /** As it was read from `source` when the update was planned. */
  readonly artifact: Artifact;
  readonly keys: readonly VerifyKey[];
  readonly decompressors: Decompressors | null;
  readonly unpacked: Answer<"NeedsUnpackedArtifact">;
  readonly withSizes: Answer<"ProvidePayloadFileSizes">;
  /** How many Downloads run at the same time, this one among them. */
  readonly atOnce: number;
  /** Asked where the disk of the work dir is full. */
  readonly makeRoom?: MakeRoom;
  /** Called with how many bytes of the Artifact file have been read so far. */
  readonly onProgress: (bytes: number) => void;
}

export interface DownloadEnd {
  /** Null: the payload is verified, and lies with the Interface or under `files/`. */
  readonly failure: FailureReason | null;
  readonly taken: "streams" | "files" | null;
}

/**
 * Brings the payload to the Interface; see docs/interface-protocol.md. Never throws for what it does, nor for a broken
 * source.
 */
export async function download(
  platform: StreamsPlatform,
  spec: DownloadSpec,
): Promise<DownloadEnd> {
  const payload = payloadOf(spec);
  try {
    await onTarget(() => clear(platform, spec));
    // Nothing is called for an Artifact that is broken at its very beginning.
    const first = await payload.next();
    const end = await callWithStreams(platform, {
      ...spec,
      withSizes: spec.withSizes === "Yes",
      names: namesOf(spec),
      first,
      payload,
    });
    switch (end.kind) {
      case "read":
        return { failure: null, taken: "streams" };
      case "failed":
        return failed(end.failure);
      case "ignored":
        await storeFiles(platform.files, spec.workDir, first, payload, spec.makeRoom);
        return { failure: null, taken: "files" };
      default:
        return assertNever(end);
    }
  } catch (error) {
    return failed(spec.signal.aborted ? { kind: "interrupted" } : reasonOf(error, spec));
  } finally {
    await payload.return?.().catch(() => {});
  }
}

function namesOf({ unpacked, artifact }: DownloadSpec): readonly string[] {
  return unpacked === "Yes" ? artifact.payloadFiles.map(({ name }) => name) : [wholeName];
}

function payloadOf(spec: DownloadSpec): AsyncIterator<PayloadStream> {
  const source = watched(spec);
  switch (spec.unpacked) {
    case "Yes":
      return streamPayload(source, spec.artifact, spec.decompressors, unpackingOf(spec));
    case "No":
      return wholePayload({ ...spec, source });
    default:
      return assertNever(spec.unpacked);
  }
}

// oxlint-disable-next-line require-await
async function* wholePayload(spec: DownloadSpec): AsyncGenerator<PayloadStream> {
  yield {
    name: wholeName,
    size: spec.source.size,
    content: verifiedWhole({ ...spec, unpacking: unpackingOf(spec) }),
  };
}

/** The source as everybody below reads it: counted, its failures told apart, and at an end when we are told to end. */
function watched(spec: DownloadSpec): ByteSource {
  const { source, signal, onProgress } = spec;
  return {
    name: source.name,
    size: source.size,
    async *read(offset, length, lentBytes) {
      let bytes = 0;
      try {
        for await (const chunk of untilAborted(source.read(offset, length, lentBytes), signal)) {
          bytes += chunk.length;
          onProgress(bytes);
          yield chunk;
        }
      } catch (error) {
        throw asTransferError("source", error);
      }
    },
  };
}

/** Every piece is written, into a pipe or a file, before the next one is asked for. */
function unpackingOf({ atOnce }: DownloadSpec): Unpacking {
  return { chunkBytes: atOnce < many ? inflateChunk.alone : inflateChunk.among, buffers: "lent" };
}

/** What an interrupted Download left behind that is made once more. */
function clear({ files }: StreamsPlatform, { workDir }: DownloadSpec): void {
  for (const name of [nextPipe, streamsDirectory, filesDirectory]) {
    files.remove(join(workDir, name));
  }
}

function failed(failure: FailureReason): DownloadEnd {
  return { failure, taken: null };
}
