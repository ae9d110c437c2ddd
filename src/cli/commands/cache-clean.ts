import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { cleanCache } from "../../install/cache-contents.ts";
import { readCacheSettings } from "../../install/settings.ts";
import { cleanedJson, cleanedLines } from "../../report/cache.ts";
import { answer, failed } from "../output/output.ts";
import type { Context } from "./context.ts";

export interface CacheCleanOptions {
  readonly all: boolean;
}

/** Removes what nobody needs from the cache of Artifacts, or all of it. */
export async function cacheClean(context: Context, { all }: CacheCleanOptions): Promise<ExitCode> {
  const settings = readCacheSettings(context);
  if (!settings.ok) return failed(context.output, settings.problems);
  const cleaned = await cleanCache(context, settings.value, all);
  if (!cleaned.ok) return failed(context.output, cleaned.problems);
  answer(
    context.output,
    (style) => cleanedLines(cleaned.value, style),
    () => cleanedJson(cleaned.value),
  );
  return exitCode.done;
}
