import type { ExitCode } from "../../core/exit-code.ts";
import { parseJson } from "../../core/json.ts";
import type { Problem } from "../../core/problem.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { lineSplitter } from "../../install/fleet/lines.ts";
import { openStream } from "../../install/fleet/open-stream.ts";
import {
  type FleetSummary,
  fleetSummaryShape,
  fleetTotal,
  type FleetTotal,
  type OfManifest,
} from "../../report/fleet-summary.ts";
import { failed } from "../output/output.ts";
import { overInput } from "../output/output-file.ts";
import type { Context } from "./context.ts";
import { tellSummary } from "./plan-fleet.ts";
import { outFile } from "./told-as.ts";

export interface FleetMergeOptions {
  readonly out?: string;
}

/** Bytes of one summary: as many groups as there may be, with long rows. */
const largestSummary = 256 * 1024 * 1024;

/** Adds up the summaries of files, of which each may hold several, one a line. */
export async function fleetMerge(
  context: Context,
  files: readonly string[],
  options: FleetMergeOptions,
): Promise<ExitCode> {
  const { output } = context;
  const out = outFile(options);
  const lost = out === undefined ? null : overInput(context, out, files);
  if (lost !== null) return failed(output, [lost]);
  const again = files.find((file, at) => files.indexOf(file) < at);
  if (again !== undefined) return failed(output, [givenTwice(again)]);
  const total = fleetTotal();
  let manifest: OfManifest | null = null;
  for (const file of files) {
    const added = await addFile(context, file, total, manifest);
    if (!added.ok) return failed(output, added.problems);
    manifest = added.value;
  }
  if (manifest === null) throw new Error("no file was given");
  return await tellSummary(context, total.summary(manifest), output.json, out);
}

/** Gives the Manifest of all summaries so far. A file without one is a part that is lost. */
async function addFile(
  context: Context,
  name: string,
  total: FleetTotal,
  before: OfManifest | null,
): Promise<Result<OfManifest>> {
  const opened = openStream(context, name);
  if (!opened.ok) return opened;
  const splitter = lineSplitter(largestSummary);
  let manifest = before;
  let isEmpty = true;
  try {
    for await (const lines of withEnd(splitter, opened.value.pieces)) {
      for (const { number, bytes } of lines) {
        const text = bytes?.toString("utf8").trim() ?? null;
        if (text === "") continue;
        const at = { file: opened.value.name, line: number };
        const read =
          text === null ? fail(notASummary(at, "the line is too long")) : readOne(at, text);
        if (!read.ok) return read;
        const { manifest: of, manifest_sha256: sha256 } = read.value;
        if (manifest !== null && manifest.sha256 !== sha256)
          return fail(otherManifest(at, manifest, { name: of, sha256 }));
        manifest = { name: of, sha256 };
        total.merge(read.value);
        isEmpty = false;
      }
    }
  } finally {
    opened.value.close();
  }
  if (context.signal.aborted) return fail(interrupted);
  return isEmpty || manifest === null ? fail(nothingToAdd(opened.value.name)) : ok(manifest);
}

async function* withEnd(
  splitter: ReturnType<typeof lineSplitter>,
  pieces: AsyncIterable<Uint8Array>,
) {
  for await (const piece of pieces) yield splitter.take(piece);
  yield splitter.end();
}

interface LinePlace {
  readonly file: string;
  readonly line: number;
}

function readOne(at: LinePlace, text: string): Result<FleetSummary> {
  try {
    const parsed = fleetSummaryShape.safeParse(parseJson(text));
    if (parsed.success) return ok(parsed.data);
    const [issue] = parsed.error.issues;
    const where = issue?.path.join(".") ?? "";
    return fail(
      notASummary(at, where === "" ? "it has another shape" : `"${where}" is not as it should be`),
    );
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return fail(notASummary(at, "it is no JSON on one line"));
  }
}

function notASummary(at: LinePlace, why: string): Problem {
  return {
    code: "wrong-value",
    message: `This is no summary of a fleet: ${why}.`,
    at,
    expected: "what plan --fleet --summary --json prints, one a line",
    hint: "Make the summaries with this version of the program: plan --fleet FILE --summary --json.",
  };
}

function otherManifest(at: LinePlace, one: OfManifest, other: OfManifest): Problem {
  const told = ({ name, sha256 }: OfManifest) => `"${name}" (SHA-256 ${sha256.slice(0, 12)}...)`;
  return {
    code: "wrong-value",
    message: "This summary is of another Manifest than those before it.",
    at,
    expected: told(one),
    got: told(other),
    hint: "Add up summaries of one and the same Manifest file.",
  };
}

function givenTwice(file: string): Problem {
  return {
    code: "invalid-argument",
    message: `"${file}" is given twice: its devices would count twice.`,
    expected: "each file once",
    got: file,
    hint: "Leave one of them out.",
  };
}

function nothingToAdd(file: string): Problem {
  return {
    code: "missing-field",
    message: `There is no summary in "${file}".`,
    at: { file },
    expected: "what plan --fleet --summary --json prints, one a line",
    hint: "Make it anew: plan --fleet FILE --summary --json; without it the sum would lack a part.",
  };
}

const interrupted: Problem = {
  code: "interrupted",
  message: "This program was told to end before all summaries were read.",
  hint: "Call the command again.",
};
