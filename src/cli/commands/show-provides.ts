import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { topologyOf } from "../../install/device-files.ts";
import { readGuardedSettings } from "../../install/permissions.ts";
import { survey } from "../../install/survey.ts";
import { keyValueLines, keyValuesJson, toldProvides } from "../../report/key-values.ts";
import { answer, failed } from "../output/output.ts";
import type { Context } from "./context.ts";

/** What every Component of this System provides. */
export async function showProvides(context: Context): Promise<ExitCode> {
  const { output } = context;
  const settings = readGuardedSettings(context);
  if (!settings.ok) return failed(output, settings.problems);
  const topology = topologyOf(context, settings.value);
  if (!topology.ok) return failed(output, topology.problems);
  const surveyed = await survey(context, settings.value, topology.value, null);
  if (!surveyed.ok) return failed(output, surveyed.problems);
  const told = surveyed.value.components.map(({ id, entry, provides }) =>
    toldProvides({ id, type: entry.componentType, provides }),
  );
  answer(
    output,
    () => keyValueLines(told),
    () => ({ type: "provides", components: keyValuesJson(told) }),
  );
  return exitCode.done;
}
