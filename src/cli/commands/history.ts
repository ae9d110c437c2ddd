import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import type { Problem } from "../../core/problem.ts";
import { ok, type Result } from "../../core/result.ts";
import type { JournalRecord } from "../../deployment/records.ts";
import { deploymentOf } from "../../executor/deployment-of.ts";
import { currentFormat } from "../../executor/journals.ts";
import { datastoreOf } from "../../install/machine.ts";
import { listHistory, readHistory, readPast } from "../../journal/history.ts";
import type { Journal } from "../../journal/records.ts";
import { historyJson, historyLines, type Past, pastJson, pastLines } from "../../report/history.ts";
import { problemJson, problemsText } from "../../report/problems.ts";
import { answer, failed } from "../output/output.ts";
import type { Context } from "./context.ts";

/** Past deployments, or one of them in full. */
// oxlint-disable-next-line require-await
export async function history(context: Context, id: string | null): Promise<ExitCode> {
  return id === null ? tellAll(context) : tellOne(context, id);
}

function tellAll(context: Context): ExitCode {
  const { output, platform } = context;
  const store = datastoreOf(context);
  const past: Past[] = [];
  const unreadable: Problem[] = [];
  for (const one of listHistory(platform.files, store)) {
    const told = pastOf(readPast(platform.files, one, [currentFormat]));
    if (!told.ok) unreadable.push(...told.problems);
    else if (told.value !== null) past.push(told.value);
  }
  answer(
    output,
    (style) => [...historyLines(past, style), ...problemsText(unreadable, style, "warning")],
    () => ({ ...historyJson(past), notes: unreadable.map((one) => problemJson(one, "warning")) }),
  );
  return exitCode.done;
}

function tellOne(context: Context, id: string): ExitCode {
  const { output, platform } = context;
  const told = pastOf(readHistory(platform.files, datastoreOf(context), id, [currentFormat]));
  if (!told.ok) return failed(output, told.problems);
  const past = told.value;
  answer(
    output,
    (style) => (past === null ? ["Nothing was done in it."] : pastLines(past, style)),
    () => (past === null ? { type: "past-deployment", deployment: null } : pastJson(past)),
  );
  return exitCode.done;
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
