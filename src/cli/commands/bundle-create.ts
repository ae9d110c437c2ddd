import { dirname, join } from "node:path";
import { createBundle } from "../../bundle/create.ts";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import type { Problem } from "../../core/problem.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { type ArtifactReference, type Manifest, readManifest } from "../../manifest/manifest.ts";
import type { ByteSource } from "../../platform/types.ts";
import { bytesText } from "../../report/measures.ts";
import { counted } from "../../report/words.ts";
import type { Context } from "../context.ts";
import type { BundleCreateOptions } from "../definitions/bundle.ts";
import { openInput, readText } from "../input-files.ts";
import { readPrivateKey } from "../key-files.ts";
import { answer, failed } from "../output.ts";
import { overInput, writeOutput } from "../output-file.ts";

type OpenSource = ByteSource & { close(): void };

/** Packs a Manifest and every Artifact that it names, stepping stones too. */
export async function bundleCreate(
  context: Context,
  options: BundleCreateOptions,
): Promise<ExitCode> {
  const { platform, environment, output } = context;
  const file = readText(platform.files, environment.workingDirectory, options.manifest);
  if (!file.ok) return failed(output, file.problems);
  const read = readManifest(file.value);
  if (!read.ok) return failed(output, read.problems);
  const key = options.key === undefined ? ok(null) : readPrivateKey(context, options.key);
  if (!key.ok) return failed(output, key.problems);
  const lost = overInput(context, options.output, [options.manifest]);
  if (lost !== null) return failed(output, [lost]);
  const artifacts = openArtifacts(context, read.value.manifest);
  if (!artifacts.ok) return failed(output, artifacts.problems);
  try {
    const bundle = await createBundle(
      { manifest: file.value.bytes, artifacts: artifacts.value, key: key.value },
      platform.decompressors,
    );
    if (!bundle.ok) return failed(output, bundle.problems);
    const written = await writeOutput(context, options.output, bundle.value.chunks);
    if (!written.ok) return failed(output, written.problems);
    const size = written.value;
    const count = artifacts.value.length;
    const { name } = read.value.manifest;
    const isSigned = key.value !== null;
    answer(
      output,
      () => [
        `${options.output}: "${name}" with ${counted(count, "Artifact")}, ${isSigned ? "signed" : "not signed"}, ${bytesText(size)}`,
      ],
      () => ({
        type: "bundle-created",
        bundle: options.output,
        manifest: name,
        artifacts: artifacts.value.map(({ entry }) => entry),
        signed: isSigned,
        size,
      }),
    );
    return exitCode.done;
  } finally {
    for (const { source } of artifacts.value) source.close();
  }
}

/** Each Artifact once, by the path that the Manifest gives; relative ones lie beside the Manifest. */
function openArtifacts(
  { platform, environment }: Context,
  manifest: Manifest,
): Result<readonly { readonly entry: string; readonly source: OpenSource }[]> {
  const opened = new Map<string, OpenSource>();
  const problems: Problem[] = [];
  for (const { type, target, steppingStones } of manifest.componentTypes) {
    for (const reference of [target, ...steppingStones]) {
      const { path } = reference;
      if (path === null) {
        problems.push(withoutPath(type, reference));
        continue;
      }
      if (opened.has(path)) continue;
      const beside = join(dirname(manifest.file), path);
      const source = openInput(platform.files, environment.workingDirectory, beside);
      if (source.ok) opened.set(path, source.value);
      else problems.push(...source.problems.map((problem) => ({ ...problem, at: reference.at })));
    }
  }
  if (problems.length === 0) return ok([...opened].map(([entry, source]) => ({ entry, source })));
  for (const source of opened.values()) source.close();
  return fail(...problems);
}

function withoutPath(type: string, { name, at }: ArtifactReference): Problem {
  return {
    code: "missing-field",
    message: `The Artifact ${name === null ? "" : `"${name}" `}of Component type "${type}" has no path, so that it cannot go into a bundle.`,
    at,
    expected: "artifact_path",
    hint: `Add "artifact_path" with the place of the file, relative to the Manifest.`,
  };
}
