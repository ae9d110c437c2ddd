import { readArtifact } from "../../artifact/artifact.ts";
import type { Artifact } from "../../artifact/types.ts";
import { type Bundle, entrySource, openBundle } from "../../bundle/bundle.ts";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import type { Problem } from "../../core/problem.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { ByteSource, Decompressors } from "../../platform/types.ts";
import { type BundleInspection, inspectionJson, inspectionLines } from "../../report/bundle.ts";
import type { Context } from "../context.ts";
import { openInput } from "../input-files.ts";
import { answer, failed } from "../output.ts";

/** What a bundle holds: its Manifest, and the head of every Artifact. Checks no payload. */
export async function bundleInspect(context: Context, file: string): Promise<ExitCode> {
  const { platform, environment, output } = context;
  const source = openInput(platform.files, environment.workingDirectory, file);
  if (!source.ok) return failed(output, source.problems);
  try {
    const inspected = await inspect(source.value, platform.decompressors);
    if (!inspected.ok) return failed(output, inspected.problems);
    const { value } = inspected;
    answer(
      output,
      (style) => inspectionLines(value, style),
      () => inspectionJson(value),
    );
    return exitCode.done;
  } finally {
    source.value.close();
  }
}

async function inspect(
  source: ByteSource,
  decompressors: Decompressors,
): Promise<Result<BundleInspection>> {
  const opened = await openBundle(source, []);
  if (!opened.ok) return opened;
  const bundle = opened.value;
  const artifacts: { entry: Bundle["entries"][number]; artifact: Artifact }[] = [];
  const problems: Problem[] = [];
  for (const entry of bundle.entries) {
    const part = entrySource(bundle, source, entry.name);
    if (part === null) continue;
    const artifact = await readArtifact(part, [], decompressors);
    if (artifact.ok) artifacts.push({ entry, artifact: artifact.value });
    else problems.push(...artifact.problems);
  }
  return problems.length > 0 ? fail(...problems) : ok({ bundle, artifacts });
}
