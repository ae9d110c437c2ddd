import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { configLines, configJson } from "../../report/config.ts";
import { readConfigurationFiles } from "../configuration-files.ts";
import type { Context } from "../context.ts";
import { answer, failed } from "../output.ts";
import { effectiveSettings } from "../settings.ts";

/** Each setting in force, and where it came from. */
// oxlint-disable-next-line require-await
export async function showConfig(context: Context): Promise<ExitCode> {
  const files = readConfigurationFiles(context);
  if (!files.ok) return failed(context.output, files.problems);
  const settings = Object.entries(effectiveSettings(context, files.value)).map(
    ([name, { value, source }]) => ({ name, value, source }),
  );
  answer(
    context.output,
    (style) => configLines(settings, style),
    () => configJson(settings),
  );
  return exitCode.done;
}
