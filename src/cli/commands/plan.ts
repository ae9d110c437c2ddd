import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { makeInstallPlan, withWaysOut, type PlanningOptions } from "../../install/make-plan.ts";
import { answerLines } from "../../report/answer-text.ts";
import { jsonText } from "../../report/json-text.ts";
import { answerJson } from "../../report/plan-json.ts";
import { printable } from "../../report/printable.ts";
import { traceLines } from "../../report/search-trace.ts";
import { type Canvas, plainStyle, type Style } from "../../report/style.ts";
import { writeTextOutput } from "../output/output-file.ts";
import { failed, type Output, writeLines } from "../output/output.ts";
import type { Context } from "./context.ts";

export interface PlanOptions extends PlanningOptions {
  readonly format: "text" | "json";
  readonly out?: string;
}

/** A file has no width of its own. */
function fileCanvas({ resultCanvas }: Output): Canvas {
  return { ...resultCanvas, width: 80 };
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
  const lines = (style: Style, canvas: Canvas): readonly string[] =>
    isJson ? [jsonText(answerJson(planned, answer))] : answerLines(planned, answer, style, canvas);
  if (options.out === undefined) {
    writeLines(output.results, lines(output.resultStyle, output.resultCanvas));
    return exit;
  }
  const written = await writeTextOutput(
    context,
    options.out,
    lines(plainStyle, fileCanvas(output)),
  );
  return written.ok ? exit : failed(output, written.problems);
}
