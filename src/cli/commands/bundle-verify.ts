import { verifyBundle } from "../../bundle/verify.ts";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { inspectionJson, inspectionLines } from "../../report/bundle.ts";
import { withBundleFile } from "../bundle-file.ts";
import type { Context } from "../context.ts";
import type { BundleVerifyOptions } from "../definitions/bundle.ts";
import { readVerifyKeys } from "../key-files.ts";
import { answer, failed } from "../output.ts";

/** Reads all of a bundle: every sum, every Artifact; with keys, its signature. */
export async function bundleVerify(
  context: Context,
  file: string,
  options: BundleVerifyOptions,
): Promise<ExitCode> {
  const { platform, output } = context;
  const keys = readVerifyKeys(context, options.key);
  if (!keys.ok) return failed(output, keys.problems);
  const verified = await withBundleFile(context, file, (source) =>
    verifyBundle(source, { bundle: keys.value, artifacts: [] }, platform.decompressors),
  );
  if (!verified.ok) return failed(output, verified.problems);
  answer(
    output,
    (style) => [
      ...inspectionLines(verified.value, style),
      style.good("Every sum is right, and every Artifact is whole."),
    ],
    () => ({ ...inspectionJson(verified.value), verified: true }),
  );
  return exitCode.done;
}
