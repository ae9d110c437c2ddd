import { checkPins } from "../../bundle/pins.ts";
import { type VerifiedBundle, verifyBundle } from "../../bundle/verify.ts";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import type { Problem } from "../../core/problem.ts";
import { ok, type Result } from "../../core/result.ts";
import { withBundleFile } from "../../install/bundle-file.ts";
import { countedSource } from "../../sources/counted-source.ts";
import { foretellRelease } from "../../install/release.ts";
import { readManifest } from "../../manifest/read-manifest.ts";
import type { ByteSource } from "../../platform/types.ts";
import { inspectionJson, inspectionLines } from "../../report/bundle.ts";
import { problemJson, problemsText } from "../../report/problems.ts";
import { answerInColumns } from "../output/laid-out.ts";
import { failed } from "../output/output.ts";
import type { Context } from "./context.ts";
import { givenOrConfiguredKeys } from "./given-keys.ts";

export interface BundleVerifyOptions {
  readonly key: readonly string[];
}

/** Reads all of a bundle: every sum, every Artifact; with keys, given or configured, its signature. */
export async function bundleVerify(
  context: Context,
  file: string,
  options: BundleVerifyOptions,
): Promise<ExitCode> {
  const { platform, output } = context;
  const keys = givenOrConfiguredKeys(context, options.key);
  if (!keys.ok) return failed(output, keys.problems);
  // With the configured ones it answers what an install would say, and that asks for the signature of every Artifact,
  // too.
  const artifacts = options.key.length > 0 ? [] : keys.value;
  const verified = await withBundleFile(context, file, async (source) => {
    const total = { count: source.size, unit: "bytes" } as const;
    const all = await context.working({ work: "verifying", name: file, total }, (count) =>
      verifyBundle(
        countedSource(source, count),
        { bundle: keys.value, artifacts },
        platform.decompressors,
      ),
    );
    return all.ok ? await withManifestOf(context, all.value, source) : all;
  });
  if (!verified.ok) return failed(output, verified.problems);
  const { bundle, notes } = verified.value;
  const isThin = bundle.artifacts.length === 0;
  await answerInColumns(
    output,
    (style) => [
      ...inspectionLines(bundle, style),
      style.good(
        isThin ? "Every sum is right." : "Every sum is right, and every Artifact is whole.",
      ),
      ...problemsText(notes, style, "warning"),
    ],
    () => ({
      ...inspectionJson(bundle),
      verified: true,
      notes: notes.map((note) => problemJson(note, "warning")),
    }),
  );
  return exitCode.done;
}

interface Verified {
  readonly bundle: VerifiedBundle;
  readonly notes: readonly Problem[];
}

/** Its Manifest must be valid, each Artifact the one that it pins, and the release one that may be installed here. */
async function withManifestOf(
  context: Context,
  verified: VerifiedBundle,
  source: ByteSource,
): Promise<Result<Verified>> {
  const { bundle } = verified;
  const { entry, bytes } = bundle.manifest;
  const read = readManifest({ name: `${bundle.name}:${entry}`, bytes });
  if (!read.ok) return read;
  const pins = await checkPins(read.value.manifest, verified, source);
  if (!pins.ok) return pins;
  const told = foretellRelease(context, read.value.manifest);
  return told.ok ? ok({ bundle: verified, notes: told.value }) : told;
}
