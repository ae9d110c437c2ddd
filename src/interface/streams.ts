import { join } from "node:path";
import type { PayloadStream } from "../artifact/types.ts";
import { assertNever } from "../core/assert-never.ts";
import type { FailureReason } from "../core/events.ts";
import type { Files, Pipes } from "../platform/types.ts";
import { type CallPlatform, type CallSpec, startCall } from "./call.ts";
import { notRead, reasonOf } from "./download-failure.ts";
import { nextPipe, type OfferEnd, offerStreams, pathOf, streamsDirectory } from "./stream-feed.ts";
import { onTarget } from "./transfer-error.ts";

/*
 * Who waits for whom in Download.
 *
 * The Interface opens `stream-next` and blocks until we open it too. We try that open over and over without blocking;
 * once it works we write one line and close at once, so that the Interface gets its line and the end of the file
 * together. Then it opens `streams/<name>` and blocks until we have opened that. We write the payload as fast as the
 * Interface reads: a full pipe makes us wait, an empty one the Interface. We close, the Interface gets the end of the
 * file and comes back to `stream-next`. At the end of the list we open and close `stream-next` without a line.
 *
 * Each of these waits can last for ever if the Interface does not do its part, so only one thing is truly waited for:
 * the end of its process, which the timeout brings about at the latest. Once it is gone, `over` ends all other waits.
 *
 * The end of a file is a promise: "this was all of it, and it was right". So
 *  - a stream is closed only after its checksum has proved right; the end of the list is told only after the archive
 *    has been read to its last byte: the next stream is fetched before we look for somebody who wants it;
 *  - where the source breaks, the Interface and all its children are ended first, and the pipe is closed after that;
 *  - where the Interface exits while a child of its still reads, that child is ended before the pipe is closed.
 *
 * What is written into a pipe is not yet read. An Interface that leaves in the middle of a stream shows itself by EPIPE
 * only if more than the pipe holds, 64 KiB, was still to come; for the rest we keep an end of our own (see
 * platform/pipe-pump.ts) and look into it once the Interface has ended. On EPIPE the Interface gets a moment to end by
 * itself, because its own exit status says more; it may also be waiting for a stream that will not come, so then it is
 * ended.
 *
 * A process that is blocked in opening a pipe stays blocked when the pipe is removed, for ever. So each is opened for
 * reading and writing, which never blocks and wakes whoever waits, and kept open until its name is gone.
 */

/** How long an Interface that has stopped reading half way may take to end by itself, in milliseconds. */
const abandonedGraceMs = 500;

export interface StreamsPlatform extends CallPlatform {
  readonly files: Files;
  readonly pipes: Pipes;
}

/** A call of Download with streams on offer. */
export interface StreamsSpec extends Omit<CallSpec, "call"> {
  /** Where the payload comes from, for messages. */
  readonly source: { readonly name: string };
  readonly withSizes: boolean;
  /** Of all streams, in any order: every pipe is there before the Interface is. */
  readonly names: readonly string[];
  /** The first stream, taken from `payload` already. */
  readonly first: IteratorResult<PayloadStream>;
  readonly payload: AsyncIterator<PayloadStream>;
}

/** How it went: the Interface has read all of them, has not asked for any and ended well, or the state has failed. */
export type StreamsEnd =
  | { readonly kind: "read" }
  | { readonly kind: "ignored" }
  | { readonly kind: "failed"; readonly failure: FailureReason };

/** Calls the Interface and offers the streams to it. Throws TransferError where the work dir fails. */
export async function callWithStreams(
  platform: StreamsPlatform,
  spec: StreamsSpec,
): Promise<StreamsEnd> {
  const { files, pipes } = platform;
  const { workDir, names, withSizes } = spec;
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
      ...spec,
      pipes,
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

    try {
      const { failure } = await call.ended;
      if (!progress.isDecided && failure === null) await call.endLeftOvers();
      over.abort(new Error("the Interface has ended"));
      return judged(await offering, failure, spec);
    } finally {
      over.abort(new Error("the call has failed"));
      const how = await offering;
      if (how.kind === "finished") how.countUnread();
    }
  } finally {
    await onTarget(() => {
      pipes.releaseAndRemove(paths);
      files.remove(join(workDir, streamsDirectory));
    });
  }
}

/** `failure` is that of the call; it is of no meaning where the call was ended by us for what the streams showed. */
function judged(how: OfferEnd, failure: FailureReason | null, spec: StreamsSpec): StreamsEnd {
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
      return unread > 0 ? failed(notRead(null, spec)) : { kind: "read" };
    case "ignored":
      return failure === null ? { kind: "ignored" } : failed(failure);
    default:
      return assertNever(how);
  }
}

function failed(failure: FailureReason): StreamsEnd {
  return { kind: "failed", failure };
}
