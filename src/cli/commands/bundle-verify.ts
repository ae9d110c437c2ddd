import { checkPins } from "../../bundle/pins.ts";
import { type VerifiedBundle, verifyBundle } from "../../bundle/verify.ts";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { ok, type Result } from "../../core/result.ts";
import { readManifest } from "../../manifest/manifest.ts";
import type { ByteSource } from "../../platform/types.ts";
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
  const verified = await withBundleFile(context, file, async (source) => {
    const all = await verifyBundle(
      source,
      { bundle: keys.value, artifacts },
      platform.decompressors,
    );
    return all.ok ? await withManifestOf(all.value, source) : all;
  });
  if (!verified.ok) return failed(output, verified.problems);
  const isThin = verified.value.artifacts.length === 0;
  answer(
    output,
    (style) => [
      ...inspectionLines(verified.value, style),
      style.good(
        isThin ? "Every sum is right." : "Every sum is right, and every Artifact is whole.",
      ),
    ],
    () => ({ ...inspectionJson(verified.value), verified: true }),
  );
  return exitCode.done;
}

/** Its Manifest must be valid, and each Artifact the one that it pins. */
async function withManifestOf(
  verified: VerifiedBundle,
  source: ByteSource,
): Promise<Result<VerifiedBundle>> {
  const { bundle } = verified;
  const { entry, bytes } = bundle.manifest;
  const read = readManifest({ name: `${bundle.name}:${entry}`, bytes });
  if (!read.ok) return read;
  const pins = await checkPins(read.value.manifest, bundle, source);
  return pins.ok ? ok(verified) : pins;
}
