import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { fetchArtifacts } from "../../install/fetch.ts";
import { fetchedJson, fetchedLines } from "../../report/fetched.ts";
import { answer, failed } from "../output/output.ts";
import type { Context } from "./context.ts";

export interface FetchOptions {
  readonly allowUnsignedManifest: boolean;
}

/** Brings what a Manifest names into the cache, so that the update itself needs no network. */
export async function fetch(
  context: Context,
  file: string,
  options: FetchOptions,
): Promise<ExitCode> {
  const fetched = await fetchArtifacts(context, file, options);
  if (!fetched.ok) return failed(context.output, fetched.problems);
  answer(
    context.output,
    (style) => fetchedLines(fetched.value, style),
    () => fetchedJson(fetched.value),
  );
  return exitCode.done;
}
