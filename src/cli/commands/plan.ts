import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import type { Problem } from "../../core/problem.ts";
import { ok } from "../../core/result.ts";
import { readPrivateKey } from "../../install/key-files.ts";
import { makeInstallPlan, withWaysOut, type PlanningOptions } from "../../install/make-plan.ts";
import { answerLines } from "../../report/answer-text.ts";
import { answerJson } from "../../report/plan-json.ts";
import { printable } from "../../report/printable.ts";
import { traceLines } from "../../report/search-trace.ts";
import { overInput } from "../output/output-file.ts";
import { failed, say } from "../output/output.ts";
import type { Context } from "./context.ts";
import { formatProblem, tellAs, type ToldAs } from "./told-as.ts";

/** `state`: at most one; several are for `--diff`. */
export type PlanOptions = ManyStates &
  ToldAs & {
    /** Of a fleet only. */
    readonly summary?: true;
    readonly certificate?: string;
    /** A private key that signs the certificate. */
    readonly key?: string;
  };

const noFleet: Problem = {
  code: "invalid-argument",
  message: '"--summary" is for a fleet, and none was given.',
  expected: "--fleet FILE beside it",
  hint: "Name the states of the devices with --fleet, or leave --summary out.",
};

/** As the command line has them: `--state` may be given again. */
export interface ManyStates extends Omit<PlanningOptions, "state"> {
  readonly state: readonly string[];
}

function severalStates(states: readonly string[]): Problem {
  return {
    code: "invalid-argument",
    message: `"--state" is given ${states.length} times, but a plan is for one System.`,
    expected: "one state, or --diff beside them",
    got: states.join(", "),
    hint: "Plan for one after the other, or for many devices with --fleet.",
  };
}

const keyForNothing: Problem = {
  code: "invalid-argument",
  message: '"--key" signs the file of "--certificate", and there is none.',
  expected: "both",
  got: "--key alone",
  hint: "Add --certificate, or leave --key out.",
};

/** What is wrong with `--certificate` and `--key`, before anything is done. Null: nothing. */
function certificateProblem(
  context: Context,
  file: string,
  { certificate, key, out }: PlanOptions,
  state: string | undefined,
): Problem | null {
  if (certificate === undefined) return key === undefined ? null : keyForNothing;
  const others = [file, state, key, out === "-" ? undefined : out];
  return overInput(
    context,
    certificate,
    others.filter((one) => one !== undefined),
  );
}

/** For one of the states; undefined: from where this System is. */
export function planningFrom(
  { allowUnsignedManifest }: ManyStates,
  state: string | undefined,
): PlanningOptions {
  return { allowUnsignedManifest, ...(state !== undefined && { state }) };
}

/** What install would do, and why. Changes nothing but the files of `--out` and `--certificate`. */
export async function plan(
  context: Context,
  file: string,
  options: PlanOptions,
): Promise<ExitCode> {
  const { output } = context;
  const [state, ...others] = options.state;
  if (others.length > 0) return failed(output, [severalStates(options.state)]);
  if (options.summary !== undefined) return failed(output, [noFleet]);
  const wrong =
    formatProblem(context, options, [file, state]) ??
    certificateProblem(context, file, options, state);
  if (wrong !== null) return failed(output, [wrong]);
  const key = options.key === undefined ? ok(null) : readPrivateKey(context, options.key);
  if (!key.ok) return failed(output, key.problems);
  const made = await makeInstallPlan(context, file, planningFrom(options, state));
  if (!made.ok) return failed(output, made.problems);
  const { answer } = made.value;
  say(output, traceLines(made.value.trace).map(printable), "debug");
  const planned = await withWaysOut(context, made.value);
  if (options.certificate !== undefined && answer.kind === "plan") {
    const { writeCertificate } = await import("./plan-certificate.ts");
    const of = { planning: made.value, planned, plan: answer.plan };
    const written = await writeCertificate(context, options.certificate, of, key.value);
    if (!written.ok) return failed(output, written.problems);
  }
  return await tellAs(
    context,
    options,
    {
      text: (style, canvas) => answerLines(planned, answer, style, canvas),
      json: () => answerJson(planned, answer),
      picture: async () => {
        const { planPicture } = await import("../../pictures/plan-picture.ts");
        const { cheapRisks } = await import("./cheap-risks.ts");
        const risks = options.format === "html" ? await cheapRisks(context, made.value) : [];
        return planPicture({ planned, answer, why: planned.whyNot }, risks);
      },
    },
    answer.kind === "plan" ? exitCode.done : exitCode.noPlan,
  );
}
