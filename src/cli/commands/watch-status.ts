import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { deploymentOf } from "../../executor/deployment-of.ts";
import { currentFormat } from "../../executor/journals.ts";
import { datastoreOf } from "../../install/machine.ts";
import { readHistory } from "../../journal/history.ts";
import { ending } from "../../deployment/verdict.ts";
import type { InProgress } from "../../report/in-progress.ts";
import { jsonText } from "../../report/json-text.ts";
import { outcomeSentence } from "../../report/outcome.ts";
import { printableExactly } from "../../report/printable.ts";
import { plainStyle } from "../../report/style.ts";
import { statusJson } from "../../report/status-json.ts";
import { statusLines } from "../../report/status.ts";
import type { Style } from "../../report/style.ts";
import { wide } from "../output/laid-out.ts";
import type { Frame } from "../output/frame.ts";
import { silenceMs } from "../output/heartbeat.ts";
import {
  beginStream,
  failedInStream,
  onTerminal,
  type Output,
  type Sink,
  writeLines,
} from "../output/output.ts";
import type { Context } from "./context.ts";
import { looksAt } from "./look-at.ts";

/** Between two looks. Milliseconds. */
const lookMs = 500;

/** Shows what is in progress until that has ended: drawn anew in place, or what has changed, line by line. */
export async function watchStatus(context: Context): Promise<ExitCode> {
  const { output, platform, signal } = context;
  const look = looksAt(context);
  const frame = await frameFor(output);
  const show = frame === null ? changesTo(output) : drawnIn(frame, output.results);
  let toldAtMs = platform.clock.monotonicMs();
  let watched: string | null = null;
  beginStream(output);
  try {
    for (;;) {
      const found = look();
      if (!found.ok) {
        frame?.erase();
        return failedInStream(output, found.problems);
      }
      const progress = found.value;
      const id = progress?.deployment.begin.deployment ?? null;
      if (progress === null || (watched !== null && id !== watched)) break;
      watched = id;
      const isSilent = platform.clock.monotonicMs() - toldAtMs >= silenceMs;
      if (show(progress, isSilent)) toldAtMs = platform.clock.monotonicMs();
      if (!(await output.results.ready())) return exitCode.unexpected;
      await pause(lookMs, signal);
      if (signal.aborted) return exitCode.unexpected;
    }
  } finally {
    frame?.erase();
  }
  tellEnd(context, watched);
  return exitCode.done;
}

/** A frame, and the style of what is drawn in it. */
interface WideFrame extends Frame {
  readonly style: Style;
}

/** Only where somebody looks on; null elsewhere. */
async function frameFor({ json, results, resultStyle }: Output): Promise<WideFrame | null> {
  if (json || !results.isTerminal) return null;
  const { openFrame } = await import("../output/frame.ts");
  return { ...openFrame(results), style: await wide(resultStyle) };
}

/** Tells whether anything was told. */
type Show = (progress: InProgress, isSilent: boolean) => boolean;

function drawnIn({ draw, style }: WideFrame, results: Sink): Show {
  return (progress) => {
    draw(onTerminal(statusLines(progress, [], style), results, style));
    return true;
  };
}

/** What differs from the last time; all of it where nothing was told for long. That time passes is no change. */
function changesTo({ json, results }: Output): Show {
  let before: readonly string[] = [];
  return (progress, isSilent) => {
    const lines = json
      ? [jsonText(statusJson(progress, []))]
      : statusLines({ ...progress, now: null, downloads: [] }, [], plainStyle);
    const told = isSilent ? lines : lines.filter((line) => !before.includes(line));
    before = lines;
    writeLines(results, told);
    return told.length > 0;
  };
}

function tellEnd(context: Context, watched: string | null): void {
  const { output, platform } = context;
  if (output.json) {
    writeLines(output.results, [jsonText(statusJson(null, []))]);
    return;
  }
  if (watched === null) {
    writeLines(output.results, statusLines(null, [], output.resultStyle));
    return;
  }
  const journal = readHistory(platform.files, datastoreOf(context), watched, [currentFormat]);
  const past = journal.ok ? deploymentOf(journal.value.records) : journal;
  const end = past.ok && past.value !== null ? ending(past.value) : null;
  const told = [
    `Deployment ${watched} has ended. ${end === null ? "" : printableExactly(outcomeSentence(end))}`.trimEnd(),
    `"orchestrator history ${watched}" tells all of it.`,
  ];
  writeLines(output.results, onTerminal(told, output.results, output.resultStyle));
}

/** Resolves after the time, or once this process is told to end. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((settle) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      settle();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
