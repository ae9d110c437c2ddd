import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { type OpenFleet, openStream } from "../../install/fleet/open-stream.ts";
import { planFleet } from "../../install/fleet/plan-fleet.ts";
import { withSystemInput } from "../../install/input.ts";
import { leftOutNote, readOnPaper } from "../../install/make-plan.ts";
import { deskNotes } from "../../install/expiry.ts";
import type { Count } from "../../install/working.ts";
import { nothingDemanded } from "../../install/trust.ts";
import { countedPieces } from "../../sources/counted-source.ts";
import { fleetTotal, type FleetSummary } from "../../report/fleet-summary.ts";
import { fleetLines } from "../../report/fleet-text.ts";
import { jsonText } from "../../report/json-text.ts";
import { plainStyle, type Style } from "../../report/style.ts";
import { laidOut } from "../output/laid-out.ts";
import { writePieces, writeTextOutput } from "../output/output-file.ts";
import {
  failed,
  failedInStream,
  onTerminal,
  sayProblems,
  writeAsRead,
  writeLines,
} from "../output/output.ts";
import type { Context } from "./context.ts";
import { formatProblem, outFile, pictureProblem, type ToldAs } from "./told-as.ts";

export interface FleetOptions extends ToldAs {
  /** The states of the devices, a line each; `-` is stdin. */
  readonly fleet: string;
  /** The summary also where JSON is wanted. */
  readonly summary?: true;
}

/** What install would do on each device of a fleet; changes nothing but the file of `--out`. */
export async function planFleetOf(
  context: Context,
  file: string,
  options: FleetOptions,
): Promise<ExitCode> {
  const { output } = context;
  const wrong =
    formatProblem(context, options, [file, options.fleet]) ?? pictureProblem(options, "of a fleet");
  if (wrong !== null) return failed(output, [wrong]);
  const opened = openStream(context, options.fleet);
  if (!opened.ok) return failed(output, opened.problems);
  const isJson = output.json || options.format === "json";
  const isStream = isJson && options.summary === undefined;
  const out = outFile(options);
  try {
    const made = await counted(context, file, opened.value, isStream, out);
    if (made === null) return exitCode.unexpected;
    if (!made.ok)
      return isStream ? failedInStream(output, made.problems) : failed(output, made.problems);
    const summary = made.value;
    if (isStream) return summary.exit;
    return await tellSummary(context, summary, isJson, out);
  } finally {
    opened.value.close();
  }
}

/** Tells a summary in the form that is wanted; gives the exit status that it leads to. */
export async function tellSummary(
  context: Context,
  summary: FleetSummary,
  isJson: boolean,
  out: string | undefined,
): Promise<ExitCode> {
  const { output } = context;
  const lines = async (style: Style) =>
    isJson
      ? [jsonText(summary)]
      : await laidOut(style, (measured) => fleetLines(summary, measured));
  if (out === undefined) {
    const told = await lines(output.resultStyle);
    writeLines(
      output.results,
      isJson ? told : onTerminal(told, output.results, output.resultStyle),
    );
    return summary.exit;
  }
  const written = await writeTextOutput(context, out, await lines(plainStyle));
  return written.ok ? summary.exit : failed(output, written.problems);
}

/** Plans for all of them, each answer written where that is asked for. Null: the reader is gone. */
async function counted(
  context: Context,
  file: string,
  fleet: OpenFleet,
  answers: boolean,
  out: string | undefined,
): Promise<Result<FleetSummary> | null> {
  const { output } = context;
  const made = await withSystemInput(context, nothingDemanded, file, async (input) => {
    const paper = await readOnPaper(context, input);
    if (!paper.ok) return paper;
    const { manifest, found } = paper.value;
    const notes = [...deskNotes(context, manifest), ...leftOutNote(context), ...found.notes];
    sayProblems(output, notes, "warning");
    const total = fleetTotal();
    const write = async (count: Count) => {
      const counting = { ...fleet, pieces: countedPieces(fleet.pieces, count) };
      const work = { input, paper: paper.value, fleet: counting, total, answers };
      const pieces = planFleet(context, work);
      return out === undefined || !answers
        ? await writeAsRead(output.results, pieces)
        : await writePieces(context, out, pieces);
    };
    // Whoever takes the answers may show them on the same terminal, and they tell by themselves how far it is.
    const isSeen = answers && out === undefined && output.messages.isTerminal;
    const size = fleet.bytes === null ? null : ({ count: fleet.bytes, unit: "bytes" } as const);
    const what = {
      work: "planning",
      name: `for the devices of ${fleet.name}`,
      total: size,
    } as const;
    const ended = isSeen ? await write(() => {}) : await context.working(what, write);
    if (ended === null || !ended.ok) return ended === null ? ok(null) : ended;
    const sha256 = await sha256Of(input.manifest.bytes);
    return ok(total.summary({ name: manifest.name, sha256 }));
  });
  if (!made.ok) return fail(...made.problems);
  return made.value === null ? null : ok(made.value);
}

async function sha256Of(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(bytes));
  return Buffer.from(digest).toString("hex");
}
