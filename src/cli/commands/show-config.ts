import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { exitOf } from "../../core/problem.ts";
import { deviceConstraintsFile, readDeviceConstraints } from "../../install/device-files.ts";
import { readEffectiveSettings } from "../../install/settings.ts";
import { shownConstraints, shownSettings } from "../../manifest/shown-settings.ts";
import { configLines, configJson } from "../../report/config.ts";
import { answerInColumns } from "../output/laid-out.ts";
import { failed, sayProblems } from "../output/output.ts";
import type { Context } from "./context.ts";

/** Each setting in force, and where it came from; beside them what is wrong with the device's own rules. */
export async function showConfig(context: Context): Promise<ExitCode> {
  const { output } = context;
  const effective = readEffectiveSettings(context);
  const constraints = readDeviceConstraints(context);
  const problems = constraints.ok ? [] : constraints.problems;
  if (!effective.ok) return failed(output, [...effective.problems, ...problems]);
  const isThere = !constraints.ok || constraints.value !== null;
  const settings = [
    ...shownSettings(effective.value),
    shownConstraints(deviceConstraintsFile(context.environment), isThere),
  ];
  await answerInColumns(
    output,
    (style) => configLines(settings, style),
    () => configJson(settings, problems),
  );
  if (problems.length === 0) return exitCode.done;
  if (!output.json) sayProblems(output, problems, "error");
  return exitOf(problems);
}
