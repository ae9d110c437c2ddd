import { basename, join } from "node:path";
import { ArtifactError } from "../artifact/artifact-error.ts";
import type { VerifyKey } from "../artifact/keys.ts";
import { streamPayload } from "../artifact/payload.ts";
import type { Artifact, PayloadStream } from "../artifact/types.ts";
import { assertNever } from "../core/assert-never.ts";
import type { FailureReason } from "../core/events.ts";
import type { Problem } from "../core/problem.ts";
import type { Answer } from "../core/protocol.ts";
import {
  type ByteSource,
  type Decompressors,
  FileError,
  type Files,
  type Pipes,
} from "../platform/types.ts";
import { type CallPlatform, type CallSpec, startCall } from "./call.ts";
import { filesDirectory, storeFiles } from "./files-tree.ts";
import { nextPipe, type OfferEnd, offerStreams, pathOf, streamsDirectory } from "./stream-feed.ts";
import { onTarget, TargetError } from "./target-error.ts";
import { verifiedWhole } from "./whole-artifact.ts";

/*
 * Who waits for whom in Download.
 *
 * The Interface opens `stream-next` and blocks until we open it too. We try that open over and over without blocking; once
 * it works we write one line and close at once, so that the Interface gets its line and the end of the file together. Then
 * it opens `streams/<name>` and blocks until we have opened that. We write the payload as fast as the Interface reads: a
 * full pipe makes us wait, an empty one the Interface. We close, the Interface gets the end of the file and comes back to
 * `stream-next`. At the end of the list we open and close `stream-next` without a line.
 *
 * Each of these waits can last for ever if the Interface does not do its part, so only one thing is truly waited for: the
 * end of its process, which the timeout brings about at the latest. Once it is gone, `over` ends all other waits.
 *
 * The end of a file is a promise: "this was all of it, and it was right". So
 *  - a stream is closed only after its checksum has proved right; the end of the list is told only after the archive has
 *    been read to its last byte: the next stream is fetched before we look for somebody who wants it;
 *  - where the source breaks, the Interface and all its children are ended first, and the pipe is closed after that;
 *  - where the Interface exits while a child of its still reads, that child is ended before the pipe is closed.
 *
 * What is written into a pipe is not yet read. An Interface that leaves in the middle of a stream shows itself by EPIPE only
 * if more than the pipe holds, 64 KiB, was still to come; for the rest we keep an end of our own (see platform/pipe-pump.ts)
 * and look into it once the Interface has ended. On EPIPE the Interface gets a moment to end by itself, because its own exit
 * status says more; it may also be waiting for a stream that will not come, so then it is ended.
 *
 * A process that is blocked in opening a pipe stays blocked when the pipe is removed, for ever. So before they are removed
 * each is opened once for reading and writing, which never blocks and wakes whoever waits.
 */

/** How long an Interface that has stopped reading half way may take to end by itself, in milliseconds. */
const abandonedGraceMs = 500;

/** The one stream where the Interface takes the whole Artifact. */
const wholeName = "artifact.mender";

export interface DownloadPlatform extends CallPlatform {
  readonly files: Files;
  readonly pipes: Pipes;
}

/** One call of Download or DownloadWithFileSizes. */
export interface DownloadSpec extends Omit<CallSpec, "call"> {
  readonly source: ByteSource;
  /** As it was read from `source` when the update was planned. */
  readonly artifact: Artifact;
  readonly keys: readonly VerifyKey[];
  readonly decompressors: Decompressors | null;
  readonly unpacked: Answer<"NeedsUnpackedArtifact">;
  readonly withSizes: Answer<"ProvidePayloadFileSizes">;
  /** Called with how many bytes of the Artifact file have been read so far. */
  readonly onProgress: (bytes: number) => void;
}

export interface DownloadEnd {
  /** Null: the payload is verified, and lies with the Interface or under `files/`. */
  readonly failure: FailureReason | null;
  readonly taken: "streams" | "files" | null;
}

/** Brings the payload to the Interface; see docs/interface-protocol.md. Never throws for what it does, nor for a broken source. */
export async function download(
  platform: DownloadPlatform,
  spec: DownloadSpec,
): Promise<DownloadEnd> {
  const payload = payloadOf(spec);
  try {
    await onTarget(() => clear(platform, spec));
    // Nothing is called for an Artifact that is broken at its very beginning.
    const first = await payload.next();
    const offered = await callWithStreams(platform, spec, payload, first);
    if (offered !== "files") return offered;
    await storeFiles(platform.files, spec.workDir, first, payload, spec.signal);
    return { failure: null, taken: "files" };
  } catch (error) {
    return failed(spec.signal.aborted ? { kind: "interrupted" } : reasonOf(error, spec));
  } finally {
    await payload.return?.().catch(() => {});
  }
}

function payloadOf(spec: DownloadSpec): AsyncIterator<PayloadStream> {
  const source = counted(spec.source, spec.onProgress);
  switch (spec.unpacked) {
    case "Yes":
      return streamPayload(source, spec.artifact, spec.decompressors)[Symbol.asyncIterator]();
    case "No":
      return wholePayload({ ...spec, source });
    default:
      return assertNever(spec.unpacked);
  }
}

// oxlint-disable-next-line require-await
async function* wholePayload(spec: DownloadSpec): AsyncGenerator<PayloadStream> {
  yield { name: wholeName, size: spec.source.size, content: verifiedWhole(spec) };
}

function counted(source: ByteSource, onProgress: (bytes: number) => void): ByteSource {
  return {
    name: source.name,
    size: source.size,
    async *read(offset, length) {
      let bytes = 0;
      for await (const chunk of source.read(offset, length)) {
        bytes += chunk.length;
        onProgress(bytes);
        yield chunk;
      }
    },
  };
}

/** What an interrupted Download left behind that is made once more. */
function clear({ files }: DownloadPlatform, { workDir }: DownloadSpec): void {
  for (const name of [nextPipe, streamsDirectory, filesDirectory]) {
    files.remove(join(workDir, name));
  }
}

/** Calls the Interface and offers the streams to it; "files" where it ended well without having asked for any. */
async function callWithStreams(
  platform: DownloadPlatform,
  spec: DownloadSpec,
  payload: AsyncIterator<PayloadStream>,
  first: IteratorResult<PayloadStream>,
): Promise<DownloadEnd | "files"> {
  const { files, pipes } = platform;
  const { workDir } = spec;
  const withSizes = spec.withSizes === "Yes";
  const names =
    spec.unpacked === "Yes" ? spec.artifact.payloadFiles.map(({ name }) => name) : [wholeName];
  const paths = [nextPipe, ...names.map(pathOf)].map((path) => join(workDir, path));
  try {
    await onTarget(async () => {
      files.makeDirectory(join(workDir, streamsDirectory));
      await pipes.make(paths);
    });
    const stop = new AbortController();
    const over = new AbortController();
    const call = startCall(platform, {
      ...spec,
      call: withSizes ? "DownloadWithFileSizes" : "Download",
      signal: AbortSignal.any([spec.signal, stop.signal]),
    });
    async function endInterface() {
      stop.abort();
      await call.ended;
      await call.endLeftOvers();
    }
    const progress = { isDecided: false };
    const offering = offerStreams({
      pipes,
      workDir,
      withSizes,
      first,
      payload,
      over: over.signal,
      endInterface,
    }).finally(() => {
      progress.isDecided = true;
    });
    const stopAfterGrace = async (how: OfferEnd) => {
      if (how.kind !== "abandoned") return;
      await Promise.race([call.ended, platform.clock.sleep(abandonedGraceMs)]);
      stop.abort();
    };
    offering.then(stopAfterGrace).catch(() => {});

    const { failure } = await call.ended;
    if (!progress.isDecided && failure === null) await call.endLeftOvers();
    over.abort(new Error("the Interface has ended"));
    return judged(await offering, failure, spec);
  } finally {
    pipes.releaseAndRemove(paths);
    files.remove(join(workDir, streamsDirectory));
  }
}

/** `failure` is that of the call; it is of no meaning where the call was ended by us for what the streams showed. */
function judged(
  how: OfferEnd,
  failure: FailureReason | null,
  spec: DownloadSpec,
): DownloadEnd | "files" {
  const unread = how.kind === "finished" ? how.countUnread() : 0;
  if (spec.signal.aborted && failure !== null) return failed({ kind: "interrupted" });
  switch (how.kind) {
    case "broken":
      return failed(reasonOf(how.error, spec));
    case "abandoned":
      return failed(
        failure === null || failure.kind === "interrupted" ? notRead(how.during, spec) : failure,
      );
    case "finished":
      if (failure !== null) return failed(failure);
      return unread > 0 ? failed(notRead(null, spec)) : { failure: null, taken: "streams" };
    case "ignored":
      return failure === null ? "files" : failed(failure);
    default:
      return assertNever(how);
  }
}

function failed(failure: FailureReason): DownloadEnd {
  return { failure, taken: null };
}

/** Why the payload could not be read or stored; throws on what is a bug. */
function reasonOf(error: unknown, { executable, source }: DownloadSpec): FailureReason {
  if (error instanceof ArtifactError) return { kind: "problem", problem: error.problem };
  if (error instanceof TargetError) {
    return {
      kind: "problem",
      problem: {
        code: "payload-not-delivered",
        message: `The payload could not be brought to the Interface "${basename(executable)}": ${error.message}.`,
        at: { file: error.reason.path },
        got: error.reason.code,
        hint: "Look at the space and the permissions of the datastore, then try again.",
      },
    };
  }
  if (!(error instanceof FileError)) throw error;
  const problem: Problem = {
    code: "file-unreadable",
    message: `"${source.name}" could not be read to its end: ${error.message}.`,
    at: { file: source.name },
    got: error.code,
    hint: "Check that the medium is there and that the file may be read, then try again.",
  };
  return { kind: "problem", problem };
}

function notRead(during: string | null, { executable }: DownloadSpec): FailureReason {
  const by = basename(executable);
  const what = during === null ? "all streams" : `all of the stream "${during}"`;
  return {
    kind: "problem",
    problem: {
      code: "streams-unread",
      message: `The Interface "${by}" did not read ${what}.`,
      expected: "every stream read once and whole, then an empty stream-next; or none of them",
      hint: "Let it read stream-next until it is empty, and each stream that it names to its end.",
    },
  };
}
