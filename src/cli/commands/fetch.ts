import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import type { Problem } from "../../core/problem.ts";
import { fail, ok } from "../../core/result.ts";
import { fetchArtifacts } from "../../install/fetch.ts";
import { readPrivateKey } from "../../install/key-files.ts";
import type { WriteBundle } from "../../install/fetched-bundle.ts";
import { fetchedJson, fetchedLines } from "../../report/fetched.ts";
import { overInput, writeOutput } from "../output/output-file.ts";
import { answer, failed } from "../output/output.ts";
import type { Context } from "./context.ts";

export interface FetchOptions {
  readonly allowUnsignedManifest: boolean;
  readonly bundle?: string;
  /** A private key that signs it. */
  readonly key?: string;
}

/** Brings what a Manifest names into the cache or one bundle, so that the update itself needs no network. */
export async function fetch(
  context: Context,
  file: string,
  options: FetchOptions,
): Promise<ExitCode> {
  const { bundle, key: keyFile } = options;
  if (keyFile !== undefined && bundle === undefined) return failed(context.output, [keyForNothing]);
  const key = keyFile === undefined ? ok(null) : readPrivateKey(context, keyFile);
  if (!key.ok) return failed(context.output, key.problems);
  const inputs = keyFile === undefined ? [file] : [file, keyFile];
  const lost = bundle === undefined ? null : overInput(context, bundle, inputs);
  if (lost !== null) return failed(context.output, [lost]);
  const write: WriteBundle | null =
    bundle === undefined
      ? null
      : async (chunks, inputs) => {
          const over = overInput(context, bundle, inputs);
          return over === null ? await writeOutput(context, bundle, chunks) : fail(over);
        };
  const fetched = await fetchArtifacts(context, file, options, write, key.value);
  if (!fetched.ok) return failed(context.output, fetched.problems);
  answer(
    context.output,
    (style) => fetchedLines(fetched.value, bundle, style),
    () => fetchedJson(fetched.value, bundle),
  );
  return exitCode.done;
}

const keyForNothing: Problem = {
  code: "invalid-argument",
  message: `"--key" signs the bundle of "--bundle", and there is none.`,
  expected: "--bundle FILE beside it",
  got: "--key alone",
  hint: "Add --bundle, or leave --key out.",
};
