import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { cacheContents } from "../../install/cache-contents.ts";
import { readCacheSettings } from "../../install/settings.ts";
import { cacheJson, cacheLines } from "../../report/cache.ts";
import { answerInColumns } from "../output/laid-out.ts";
import { failed } from "../output/output.ts";
import type { Context } from "./context.ts";

/** What lies in the cache of Artifacts, and for whom. */
export async function showCache(context: Context): Promise<ExitCode> {
  const settings = readCacheSettings(context);
  if (!settings.ok) return failed(context.output, settings.problems);
  const contents = await cacheContents(context, settings.value);
  if (!contents.ok) return failed(context.output, contents.problems);
  await answerInColumns(
    context.output,
    (style) => cacheLines(contents.value, style),
    () => cacheJson(contents.value),
  );
  return exitCode.done;
}
