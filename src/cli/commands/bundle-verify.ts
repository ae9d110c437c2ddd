import { verifyBundle } from "../../bundle/verify.ts";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { inspectionJson, inspectionLines } from "../../report/bundle.ts";
import { withBundleFile } from "../bundle-file.ts";
import type { Context } from "../context.ts";
import type { BundleVerifyOptions } from "../definitions/bundle.ts";
import { answer, failed } from "../output.ts";
import { givenOrConfiguredKeys } from "../settings.ts";

/** Reads all of a bundle: every sum, every Artifact; with keys, given or configured, its signature. */
export async function bundleVerify(
  context: Context,
  file: string,
  options: BundleVerifyOptions,
): Promise<ExitCode> {
  const { platform, output } = context;
  const keys = givenOrConfiguredKeys(context, options.key);
  if (!keys.ok) return failed(output, keys.problems);
  // With the configured ones it answers what an install would say, and that asks for the signature of every Artifact, too.
  const artifacts = options.key.length > 0 ? [] : keys.value;
  const verified = await withBundleFile(context, file, (source) =>
    verifyBundle(source, { bundle: keys.value, artifacts }, platform.decompressors),
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
