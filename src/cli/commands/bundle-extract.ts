import { resolve } from "node:path";
import { openBundle } from "../../bundle/bundle.ts";
import { extractBundle } from "../../bundle/extract.ts";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import type { Context } from "../context.ts";
import type { BundleExtractOptions } from "../definitions/bundle.ts";
import { openInput } from "../input-files.ts";
import { answer, failed } from "../output.ts";

/** Writes the Manifest and the Artifacts into a directory that is absent or empty. */
export async function bundleExtract(
  context: Context,
  file: string,
  options: BundleExtractOptions,
): Promise<ExitCode> {
  const { platform, environment, output } = context;
  const source = openInput(platform.files, environment.workingDirectory, file);
  if (!source.ok) return failed(output, source.problems);
  try {
    const opened = await openBundle(source.value, []);
    if (!opened.ok) return failed(output, opened.problems);
    const directory = resolve(environment.workingDirectory, options.directory);
    const written = await extractBundle(opened.value, source.value, directory, platform.files);
    if (!written.ok) return failed(output, written.problems);
    const { value } = written;
    answer(
      output,
      () => value,
      () => ({ type: "bundle-extracted", files: value }),
    );
    return exitCode.done;
  } finally {
    source.value.close();
  }
}
