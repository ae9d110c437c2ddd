import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { deviceConstraintsFile } from "../../install/device-files.ts";
import { readEffectiveSettings } from "../../install/settings.ts";
import { shownConstraints, shownSettings } from "../../manifest/shown-settings.ts";
import { unlessRefused } from "../../platform/types.ts";
import { configLines, configJson } from "../../report/config.ts";
import { answerInColumns } from "../output/laid-out.ts";
import { failed } from "../output/output.ts";
import type { Context } from "./context.ts";

/** Each setting in force, and where it came from. */
// oxlint-disable-next-line require-await
export async function showConfig(context: Context): Promise<ExitCode> {
  const effective = readEffectiveSettings(context);
  if (!effective.ok) return failed(context.output, effective.problems);
  const file = deviceConstraintsFile(context.environment);
  const isThere = unlessRefused(() => context.platform.files.status(file), null) !== null;
  const settings = [...shownSettings(effective.value), shownConstraints(file, isThere)];
  await answerInColumns(
    context.output,
    (style) => configLines(settings, style),
    () => configJson(settings),
  );
  return exitCode.done;
}
