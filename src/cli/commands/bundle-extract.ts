import { resolve } from "node:path";
import { openBundle } from "../../bundle/bundle.ts";
import { extractBundle } from "../../bundle/extract.ts";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { withBundleFile } from "../../install/bundle-file.ts";
import { answer, failed } from "../output/output.ts";
import type { Context } from "./context.ts";
import { givenOrConfiguredKeys } from "./given-keys.ts";

export interface BundleExtractOptions {
  readonly key: readonly string[];
  readonly directory: string;
}

/**
 * Once the signature is verified, where keys are given or configured: writes the Manifest and the Artifacts into a
 * directory that is absent or empty.
 */
export async function bundleExtract(
  context: Context,
  file: string,
  options: BundleExtractOptions,
): Promise<ExitCode> {
  const { platform, environment, output } = context;
  // What is written may be installed without its bundle: it must be as trusted as if it were installed from there.
  const keys = givenOrConfiguredKeys(context, options.key);
  if (!keys.ok) return failed(output, keys.problems);
  const directory = resolve(environment.workingDirectory, options.directory);
  const written = await withBundleFile(context, file, async (source) => {
    const opened = await openBundle(source, keys.value);
    return opened.ok
      ? await extractBundle(opened.value, source, directory, platform.files)
      : opened;
  });
  if (!written.ok) return failed(output, written.problems);
  answer(
    output,
    () => written.value,
    () => ({ type: "bundle-extracted", files: written.value }),
  );
  return exitCode.done;
}
