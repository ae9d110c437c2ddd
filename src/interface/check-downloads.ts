import { join } from "node:path";
import type { ByteSource } from "../platform/types.ts";
import { startCall } from "./call.ts";
import { sampleOf, type Trial } from "./check-trial.ts";
import {
  type Clause,
  doesNotApply,
  fail,
  failedCall,
  pass,
  skip,
  type Verdict,
  warn,
} from "./check-verdict.ts";
import { nextPipe, pathOf, streamsDirectory } from "./stream-feed.ts";

/** Download and Cleanup, with all that can go wrong between us and the Interface. */
export const downloadClauses: readonly Clause[] = [
  {
    id: "download",
    title: "Download: it reads every stream whole and once, or leaves all of them alone.",
    check: checkDownload,
  },
  {
    id: "blanks",
    title: "Download works in a work dir whose path has a blank.",
    check: (trial) => trial.inWorkDir((workDir) => checkBlanks(trial, workDir), "work dir"),
  },
  {
    id: "download-again",
    title: "Download can be repeated after it was interrupted.",
    check: (trial) => trial.inWorkDir((workDir) => checkDownloadAgain(trial, workDir)),
  },
  {
    id: "missing-stream",
    title: "Download fails where a stream is named that cannot be opened.",
    check: (trial) => trial.inWorkDir((workDir) => checkMissingStream(trial, workDir)),
  },
  {
    id: "broken-payload",
    title:
      "Download ends on SIGTERM where the payload turns out wrong, and Cleanup works afterwards.",
    check: (trial) => trial.inWorkDir((workDir) => checkBroken(trial, workDir)),
  },
  {
    id: "interrupted",
    title: "Download ends on SIGTERM where a stream stalls, and Cleanup works afterwards.",
    check: (trial) => trial.inWorkDir((workDir) => checkInterrupted(trial, workDir)),
  },
];

/** Where several files are refused, a single one is what it is made for. */
async function checkDownload(trial: Trial): Promise<Verdict> {
  const { samples } = trial;
  let verdict = await trial.inWorkDir((workDir) => tryDownload(trial, workDir));
  while (verdict.status === "warn" && trial.known.taken === null && samples.length > 1) {
    samples.shift();
    const next = await trial.inWorkDir((workDir) => tryDownload(trial, workDir));
    // That it takes no file at all is told of the payload that asks for least.
    verdict = next.status === "pass" ? pass(`${next.why}, of ${sampleOf(samples).what}`) : next;
  }
  return verdict;
}

async function tryDownload(trial: Trial, workDir: string): Promise<Verdict> {
  const { files } = trial.platform;
  const before = files.list(workDir);
  const { failure, taken } = await trial.download(workDir, {});
  const strange = files.list(workDir).filter((name) => !before.includes(name) && name !== "files");
  const cleaned = await cleanedUp(trial, workDir);
  if (failure?.kind === "exited") {
    return warn(
      trial.spec.artifact === null
        ? `It ended in exit status ${failure.code}. The payload is made up: if it looks into it, that is right; give an Artifact of its own with --artifact.`
        : `It ended in exit status ${failure.code} for ${sampleOf(trial.samples).what}.`,
    );
  }
  if (failure !== null) return fail(failedCall(trial, "Download", failure));
  if (cleaned !== null) return fail(cleaned);
  trial.known.taken = taken;
  if (strange.length > 0) {
    return warn(`It wrote "${strange.join('", "')}" into the work dir: only tmp/ is its own.`);
  }
  return pass(taken === "streams" ? "it reads them" : "it leaves them alone, and finds files/");
}

/** Nothing tells an author that a shell splits what is not quoted, but a work dir with a blank. */
async function checkBlanks(trial: Trial, workDir: string): Promise<Verdict> {
  const { taken } = trial.known;
  if (taken === null) return skip("Download did not work");
  const quote = 'In a shell script every "$2" and every stream must be quoted.';
  const tried = await trial.download(workDir, {});
  const cleaned = await cleanedUp(trial, workDir);
  if (tried.failure !== null) {
    return warn(`${failedCall(trial, "Download", tried.failure)} ${quote}`);
  }
  if (tried.taken !== taken) return warn(`There it took the ${tried.taken}. ${quote}`);
  return cleaned === null ? pass("it does") : warn(`${cleaned} ${quote}`);
}

async function checkDownloadAgain(trial: Trial, workDir: string): Promise<Verdict> {
  const { taken } = trial.known;
  if (taken === null) return skip("Download did not work");
  await trial.download(workDir, {});
  const again = await trial.download(workDir, {});
  if (again.failure !== null) {
    return warn(
      `The second time: ${failedCall(trial, "Download", again.failure)} A Component with on_interrupt: retry needs it.`,
    );
  }
  return again.taken === taken
    ? pass("it can")
    : fail(`The second time it took the ${again.taken}.`);
}

const leavingMs = 200;

/** The list names one stream, and no pipe of that name is there. */
async function checkMissingStream(trial: Trial, workDir: string): Promise<Verdict> {
  const untried = withoutStreams(trial);
  if (untried !== null) return untried;
  const { clock, files, pipes } = trial.platform;
  const next = join(workDir, nextPipe);
  const withSizes = trial.known.withSizes === "Yes";
  const name = withSizes ? `${pathOf("gone")} 1` : pathOf("gone");
  files.makeDirectory(join(workDir, streamsDirectory));
  await pipes.make([next]);
  const over = new AbortController();
  const call = startCall(trial.platform, {
    ...trial.query(workDir),
    call: withSizes ? "DownloadWithFileSizes" : "Download",
  });
  const feeding = (async () => {
    pipes.writeLine(await pipes.openForWrite(next, over.signal), `${name}\n`);
    // Whoever has read the line must have left, or the end of the list would be taken for the end of the line.
    await clock.sleep(leavingMs);
    pipes.close(await pipes.openForWrite(next, over.signal));
    pipes.releaseAndRemove([next]);
  })().catch(() => {});
  const { failure } = await call.ended;
  over.abort(new Error("the Interface has ended"));
  await feeding;
  pipes.releaseAndRemove([next]);
  if (failure === null) return fail("It says that all is well, and has read nothing.");
  if (failure.kind === "exited") return pass(`exit status ${failure.code}`);
  return fail(failedCall(trial, "Download", failure));
}

async function checkBroken(trial: Trial, workDir: string): Promise<Verdict> {
  const untried = withoutStreams(trial);
  if (untried !== null) return untried;
  const { payload, broken } = sampleOf(trial.samples);
  const wrong = broken(trial.known.unpacked ?? "Yes");
  const source = dated(trial, wrong.source ?? payload.source);
  const { failure } = await trial.download(workDir, { ...wrong, source });
  if (failure?.kind !== "problem") return fail("It ended before it had read the streams.");
  return (await endedInTime(trial, workDir, source.sinceLast())) ?? pass("it does");
}

/** The large file stops in its middle: whoever reads it waits for the rest. */
async function checkInterrupted(trial: Trial, workDir: string): Promise<Verdict> {
  const untried = withoutStreams(trial);
  if (untried !== null) return untried;
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, trial.spec.signal]);
  const source = dated(trial, stalling(sampleOf(trial.samples).payload.source, stop));
  const { failure } = await trial.download(workDir, { source, signal });
  if (failure?.kind !== "interrupted") return fail("It did not wait for the rest of the stream.");
  return (await endedInTime(trial, workDir, source.sinceLast())) ?? pass("it does");
}

/** Null where it reads them. */
function withoutStreams({ known: { taken } }: Trial): Verdict | null {
  if (taken === "streams") return null;
  if (taken === null) return skip("Download did not work");
  return doesNotApply("it leaves the streams alone");
}

/** Null where it ended before SIGKILL would have come, and cleaned up. */
async function endedInTime(trial: Trial, workDir: string, ms: number): Promise<Verdict | null> {
  const cleaned = await cleanedUp(trial, workDir);
  if (cleaned !== null) return fail(cleaned);
  if (ms < trial.spec.graceMs) return null;
  return fail(`It did not end on SIGTERM within ${trial.spec.graceMs} ms and had to be killed.`);
}

/** Null where Cleanup worked. */
async function cleanedUp(trial: Trial, workDir: string): Promise<string | null> {
  const { failure } = await trial.call(workDir, "Cleanup");
  return failure === null ? null : failedCall(trial, "Cleanup", failure);
}

/** The source, and how many milliseconds ago its last piece was asked for: after that the Interface was told to end. */
function dated({ platform }: Trial, source: ByteSource): ByteSource & { sinceLast(): number } {
  let last = platform.clock.monotonicMs();
  return {
    ...source,
    sinceLast: () => platform.clock.monotonicMs() - last,
    async *read(offset, length) {
      for await (const piece of source.read(offset, length)) {
        last = platform.clock.monotonicMs();
        yield piece;
      }
    },
  };
}

/** Gives a third of itself, which ends inside the large payload file, asks for an end, and never gives the rest. */
function stalling(source: ByteSource, stop: AbortController): ByteSource {
  return {
    ...source,
    async *read(offset, length) {
      yield* source.read(offset, Math.floor(length / 3));
      stop.abort();
      await new Promise<never>(() => {});
    },
  };
}
