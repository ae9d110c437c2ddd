import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import type { Problem } from "../../core/problem.ts";
import { replay } from "../../deployment/evolve.ts";
import type { JournalRecord } from "../../deployment/records.ts";
import { currentFormat } from "../../executor/journals.ts";
import { listHistory, readHistory, readPast } from "../../journal/history.ts";
import type { Journal } from "../../journal/records.ts";
import { historyJson, historyLines, type Past, pastJson, pastLines } from "../../report/history.ts";
import type { Context } from "../context.ts";
import { problemJson, problemsText } from "../../report/problems.ts";
import { datastoreOf } from "../deployer.ts";
import { answer, failed } from "../output.ts";

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
    const journal = readPast(platform.files, one, [currentFormat]);
    const told = journal.ok ? pastOf(journal.value) : null;
    if (!journal.ok) unreadable.push(...journal.problems);
    else if (told !== null) past.push(told);
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
  const journal = readHistory(platform.files, datastoreOf(context), id, [currentFormat]);
  if (!journal.ok) return failed(output, journal.problems);
  const past = pastOf(journal.value);
  answer(
    output,
    (style) => (past === null ? ["Nothing was done in it."] : pastLines(past, style)),
    () => (past === null ? { type: "past-deployment", deployment: null } : pastJson(past)),
  );
  return exitCode.done;
}

/** Null where the process was killed before it had begun anything. */
function pastOf({ records }: Journal<JournalRecord>): Past | null {
  const deployment = replay(records);
  if (deployment === null) return null;
  return { deployment, endedAt: endOf(records), elapsedMs: elapsedOf(records) };
}

function endOf(records: readonly JournalRecord[]): string | null {
  return records.findLast((record) => record.type === "ended")?.at ?? null;
}

function elapsedOf(records: readonly JournalRecord[]): ReadonlyMap<string, number> {
  const elapsed = new Map<string, number>();
  for (const record of records) {
    if (record.type !== "outcome") continue;
    elapsed.set(record.component, (elapsed.get(record.component) ?? 0) + record.elapsedMs);
  }
  return elapsed;
}
