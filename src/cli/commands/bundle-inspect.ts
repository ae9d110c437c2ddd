import { readArtifact } from "../../artifact/artifact.ts";
import type { Artifact } from "../../artifact/types.ts";
import { type Bundle, entrySource, openBundle } from "../../bundle/bundle.ts";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import type { Problem } from "../../core/problem.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { withBundleFile } from "../../install/bundle-file.ts";
import type { ByteSource, Decompressors } from "../../platform/types.ts";
import { type BundleInspection, inspectionJson, inspectionLines } from "../../report/bundle.ts";
import { answerInColumns } from "../output/laid-out.ts";
import { failed } from "../output/output.ts";
import type { Context } from "./context.ts";

/** What a bundle holds: its Manifest, and the head of every Artifact. Checks no payload. */
export async function bundleInspect(context: Context, file: string): Promise<ExitCode> {
  const { platform, output } = context;
  const inspected = await withBundleFile(context, file, (source) =>
    inspect(source, platform.decompressors),
  );
  if (!inspected.ok) return failed(output, inspected.problems);
  await answerInColumns(
    output,
    (style) => inspectionLines(inspected.value, style),
    () => inspectionJson(inspected.value),
  );
  return exitCode.done;
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
