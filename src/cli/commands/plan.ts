import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import type { Result } from "../../core/result.ts";
import { answerLines } from "../../report/answer-text.ts";
import { answerJson } from "../../report/plan-json.ts";
import { plainStyle } from "../../report/style.ts";
import type { Context } from "../context.ts";
import type { PlanOptions } from "../definitions/planning.ts";
import { failed, writeLines } from "../output.ts";
import { writeOutput } from "../output-file.ts";
import { readSettings } from "../settings.ts";
import { planFromState, type Planning, planThisSystem } from "../system.ts";
import { withSystemInput } from "../system-input.ts";

/** What install would do, and why. Changes nothing but the file of `--out`. */
export async function plan(
  context: Context,
  file: string,
  options: PlanOptions,
): Promise<ExitCode> {
  const { output } = context;
  const made = await makePlan(context, file, options.state ?? null);
  if (!made.ok) return failed(output, made.problems);
  const { planned, answer } = made.value;
  const exit = answer.kind === "plan" ? exitCode.done : exitCode.noPlan;
  const isJson = output.json || options.format === "json";
  const lines = (style = plainStyle): readonly string[] =>
    isJson ? [JSON.stringify(answerJson(planned, answer))] : answerLines(planned, answer, style);
  if (options.out === undefined) {
    writeLines(output.results, lines(output.resultStyle));
    return exit;
  }
  const written = await writeOutput(context, options.out, bytesOf(lines()));
  return written.ok ? exit : failed(output, written.problems);
}

async function makePlan(
  context: Context,
  file: string,
  state: string | null,
): Promise<Result<Planning>> {
  if (state !== null) {
    return await withSystemInput(context, [], file, (input) =>
      planFromState(context, input, state),
    );
  }
  const settings = readSettings(context);
  if (!settings.ok) return settings;
  return await withSystemInput(context, settings.value.keys, file, (input) =>
    planThisSystem(context, settings.value, input),
  );
}

// oxlint-disable-next-line require-await
async function* bytesOf(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${lines.join("\n")}\n`);
}
