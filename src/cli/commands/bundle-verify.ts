import { verifyBundle } from "../../bundle/verify.ts";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { inspectionJson, inspectionLines } from "../../report/bundle.ts";
import type { Context } from "../context.ts";
import type { BundleVerifyOptions } from "../definitions/bundle.ts";
import { openInput } from "../input-files.ts";
import { readVerifyKeys } from "../key-files.ts";
import { answer, failed } from "../output.ts";

/** Reads all of a bundle: every sum, every Artifact; with keys, its signature. */
export async function bundleVerify(
  context: Context,
  file: string,
  options: BundleVerifyOptions,
): Promise<ExitCode> {
  const { platform, environment, output } = context;
  const keys = readVerifyKeys(context, options.key);
  if (!keys.ok) return failed(output, keys.problems);
  const source = openInput(platform.files, environment.workingDirectory, file);
  if (!source.ok) return failed(output, source.problems);
  try {
    const verified = await verifyBundle(
      source.value,
      { bundle: keys.value, artifacts: [] },
      platform.decompressors,
    );
    if (!verified.ok) return failed(output, verified.problems);
    const { bundle, artifacts } = verified.value;
    answer(
      output,
      (style) => [
        ...inspectionLines({ bundle, artifacts }, style),
        style.good("Every sum is right."),
      ],
      () => ({ ...inspectionJson({ bundle, artifacts }), verified: true }),
    );
    return exitCode.done;
  } finally {
    source.value.close();
  }
}
