import { signBundle } from "../../bundle/sign.ts";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { bundleKind, withInput } from "../../install/bundle-file.ts";
import { readPrivateKey } from "../../install/key-files.ts";
import { bytesText } from "../../report/measures.ts";
import { writeOutput } from "../output/output-file.ts";
import { answer, failed } from "../output/output.ts";
import type { Context } from "./context.ts";

export interface BundleSignOptions {
  readonly key: string;
  readonly output?: string;
}

/** Writes the bundle anew with a signature, in place of the old one or beside it. */
export async function bundleSign(
  context: Context,
  file: string,
  options: BundleSignOptions,
): Promise<ExitCode> {
  const { platform, output } = context;
  const key = readPrivateKey(context, options.key);
  if (!key.ok) return failed(output, key.problems);
  const target = options.output ?? file;
  const written = await withInput(context, file, async (source) => {
    const kind = await bundleKind(source);
    if (!kind.ok) return kind;
    const signed = await signBundle(source, key.value, platform.decompressors);
    return signed.ok ? await writeOutput(context, target, signed.value.chunks) : signed;
  });
  if (!written.ok) return failed(output, written.problems);
  const size = written.value;
  answer(
    output,
    () => [`${target}: signed with "${options.key}", ${bytesText(size)}`],
    () => ({ type: "bundle-signed", bundle: target, size, key: options.key }),
  );
  return exitCode.done;
}
