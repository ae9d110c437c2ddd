import { signBundle } from "../../bundle/sign.ts";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { bytesText } from "../../report/measures.ts";
import type { Context } from "../context.ts";
import type { BundleSignOptions } from "../definitions/bundle.ts";
import { openInput } from "../input-files.ts";
import { readPrivateKey } from "../key-files.ts";
import { answer, failed } from "../output.ts";
import { writeOutput } from "../output-file.ts";

/** Writes the bundle anew with a signature, in place of the old one or beside it. */
export async function bundleSign(
  context: Context,
  file: string,
  options: BundleSignOptions,
): Promise<ExitCode> {
  const { platform, environment, output } = context;
  const key = readPrivateKey(context, options.key);
  if (!key.ok) return failed(output, key.problems);
  const source = openInput(platform.files, environment.workingDirectory, file);
  if (!source.ok) return failed(output, source.problems);
  const target = options.output ?? file;
  try {
    const signed = await signBundle(source.value, key.value, platform.decompressors);
    if (!signed.ok) return failed(output, signed.problems);
    const written = await writeOutput(context, target, signed.value.chunks);
    if (!written.ok) return failed(output, written.problems);
    const size = written.value;
    answer(
      output,
      () => [`${target}: signed with "${options.key}", ${bytesText(size)}`],
      () => ({ type: "bundle-signed", bundle: target, size, key: options.key }),
    );
    return exitCode.done;
  } finally {
    source.value.close();
  }
}
