import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { makeInstallPlan, withWaysOut, type PlanningOptions } from "../../install/make-plan.ts";
import { answerLines } from "../../report/answer-text.ts";
import { jsonText } from "../../report/json-text.ts";
import { answerJson } from "../../report/plan-json.ts";
import { printable } from "../../report/printable.ts";
import { traceLines } from "../../report/search-trace.ts";
import { plainStyle } from "../../report/style.ts";
import { writeTextOutput } from "../output/output-file.ts";
import { failed, writeLines } from "../output/output.ts";
import type { Context } from "./context.ts";

export interface PlanOptions extends PlanningOptions {
  readonly format: "text" | "json";
  readonly out?: string;
}

/** What install would do, and why. Changes nothing but the file of `--out`. */
export async function plan(
  context: Context,
  file: string,
  options: PlanOptions,
): Promise<ExitCode> {
  const { output } = context;
  const made = await makeInstallPlan(context, file, options);
  if (!made.ok) return failed(output, made.problems);
  const { answer } = made.value;
  writeLines(output.messages, traceLines(made.value.trace).map(printable));
  const planned = await withWaysOut(context, made.value);
  const exit = answer.kind === "plan" ? exitCode.done : exitCode.noPlan;
  const isJson = output.json || options.format === "json";
  const lines = (style = plainStyle): readonly string[] =>
    isJson ? [jsonText(answerJson(planned, answer))] : answerLines(planned, answer, style);
  if (options.out === undefined) {
    writeLines(output.results, lines(output.resultStyle));
    return exit;
  }
  const written = await writeTextOutput(context, options.out, lines());
  return written.ok ? exit : failed(output, written.problems);
}
