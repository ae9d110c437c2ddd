import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import type { Problem } from "../../core/problem.ts";
import { ok, type Result } from "../../core/result.ts";
import type { JournalRecord } from "../../deployment/records.ts";
import { deploymentOf } from "../../executor/deployment-of.ts";
import { currentFormat } from "../../executor/journals.ts";
import { datastoreOf } from "../../install/machine.ts";
import { listHistory, readHistory, readPast } from "../../journal/history.ts";
import type { Journal } from "../../journal/records.ts";
import {
  historyJson,
  historyLines,
  type Past,
  pastInFullJson,
  pastLines,
} from "../../report/history.ts";
import { jsonText } from "../../report/json-text.ts";
import { problemJson, problemsText } from "../../report/problems.ts";
import type { Canvas, Style } from "../../report/style.ts";
import { gateRecordsOf } from "../../report/gate-record.ts";
import { timelineOf } from "../../report/timeline.ts";
import { laidOut } from "../output/laid-out.ts";
import { failed, sayProblems } from "../output/output.ts";
import type { Context } from "./context.ts";
import { fitted, formatProblem, tellLines } from "./told-as.ts";

export interface HistoryOptions {
  readonly format: "text" | "json" | "markdown" | "html";
  readonly out?: string;
}

/** An answer in each of its forms. */
interface Forms {
  readonly text: (style: Style, canvas: Canvas) => readonly string[];
  readonly json: () => unknown;
  readonly markdown: () => Promise<readonly string[]>;
  readonly html: () => Promise<string>;
}

/** Past deployments, or one of them in full. Changes nothing but the file of `--out`. */
export async function history(
  context: Context,
  id: string | null,
  options: HistoryOptions,
): Promise<ExitCode> {
  const { output } = context;
  const wrong = formatProblem(context, options, []);
  if (wrong !== null) return failed(output, [wrong]);
  const forms = id === null ? ok(formsOfAll(context, options)) : formsOfOne(context, id);
  if (!forms.ok) return failed(output, forms.problems);
  const { text, json, markdown, html } = forms.value;
  return await tellLines(
    context,
    options,
    async (style, canvas) => {
      if (output.json || options.format === "json") return [jsonText(json())];
      if (options.format === "markdown") return await markdown();
      if (options.format === "html") return [(await html()).trimEnd()];
      const told = await laidOut(style, (measured) => text(measured, canvas));
      return fitted(context, options, told, style);
    },
    exitCode.done,
  );
}

function formsOfAll(context: Context, { format }: HistoryOptions): Forms {
  const { output, platform } = context;
  const past: Past[] = [];
  const unreadable: Problem[] = [];
  for (const one of listHistory(platform.files, datastoreOf(context))) {
    const told = pastOf(readPast(platform.files, one, [currentFormat]));
    if (!told.ok) unreadable.push(...told.problems);
    else if (told.value !== null) past.push(told.value);
  }
  if (format === "markdown" || format === "html") sayProblems(output, unreadable, "warning");
  const notes = () => unreadable.map((one) => problemJson(one, "warning"));
  return {
    text: (style) => [...historyLines(past, style), ...problemsText(unreadable, style, "warning")],
    json: () => ({ ...historyJson(past), notes: notes() }),
    markdown: async () => (await drawing()).historyMarkdown(past),
    html: async () => (await drawing()).historyPage(past),
  };
}

function formsOfOne(context: Context, id: string): Result<Forms> {
  const { files } = context.platform;
  const told = pastOf(readHistory(files, datastoreOf(context), id, [currentFormat]));
  if (!told.ok) return told;
  const past = told.value;
  const nothing = "Nothing was done in it.";
  return ok({
    text: (style) => (past === null ? [nothing] : pastLines(past, style)),
    json: () =>
      past === null ? { type: "past-deployment", deployment: null } : pastInFullJson(past),
    markdown: async () => (past === null ? [nothing] : (await drawing()).pastMarkdown(past)),
    html: async () => {
      const { historyPage, pastPage } = await drawing();
      return past === null ? historyPage([]) : pastPage(past);
    },
  });
}

async function drawing() {
  return await import("../../pictures/history-page.ts");
}

/** Null where the process was killed before it had begun anything. */
function pastOf(journal: Result<Journal<JournalRecord>>): Result<Past | null> {
  if (!journal.ok) return journal;
  const { records } = journal.value;
  const deployment = deploymentOf(records);
  if (!deployment.ok) return deployment;
  if (deployment.value === null) return ok(null);
  const end = records.findLast((record) => record.type === "ended");
  return ok({
    deployment: deployment.value,
    endedAt: end?.at ?? null,
    lastRunMs: end?.runMs ?? null,
    elapsedMs: elapsedOf(records),
    spans: timelineOf(records),
    gates: gateRecordsOf(records),
  });
}

function elapsedOf(records: readonly JournalRecord[]): ReadonlyMap<string, number> {
  const elapsed = new Map<string, number>();
  for (const record of records) {
    if (record.type !== "outcome") continue;
    elapsed.set(record.component, (elapsed.get(record.component) ?? 0) + record.elapsedMs);
  }
  return elapsed;
}
