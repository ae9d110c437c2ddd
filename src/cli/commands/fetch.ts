import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { fail } from "../../core/result.ts";
import { fetchArtifacts } from "../../install/fetch.ts";
import type { WriteBundle } from "../../install/fetched-bundle.ts";
import { fetchedJson, fetchedLines } from "../../report/fetched.ts";
import { overInput, writeOutput } from "../output/output-file.ts";
import { answer, failed } from "../output/output.ts";
import type { Context } from "./context.ts";

export interface FetchOptions {
  readonly allowUnsignedManifest: boolean;
  readonly bundle?: string;
}

/** Brings what a Manifest names into the cache or one bundle, so that the update itself needs no network. */
export async function fetch(
  context: Context,
  file: string,
  options: FetchOptions,
): Promise<ExitCode> {
  const { bundle } = options;
  const lost = bundle === undefined ? null : overInput(context, bundle, [file]);
  if (lost !== null) return failed(context.output, [lost]);
  const write: WriteBundle | null =
    bundle === undefined
      ? null
      : async (chunks, inputs) => {
          const over = overInput(context, bundle, inputs);
          return over === null ? await writeOutput(context, bundle, chunks) : fail(over);
        };
  const fetched = await fetchArtifacts(context, file, options, write);
  if (!fetched.ok) return failed(context.output, fetched.problems);
  answer(
    context.output,
    (style) => fetchedLines(fetched.value, bundle, style),
    () => fetchedJson(fetched.value, bundle),
  );
  return exitCode.done;
}
