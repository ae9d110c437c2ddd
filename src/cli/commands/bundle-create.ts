import { dirname, join } from "node:path";
import { packBundle, readParts } from "../../bundle/create.ts";
import { wrongPins } from "../../bundle/pins.ts";
import type { Part } from "../../bundle/write.ts";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import type { Problem } from "../../core/problem.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { countedPieces, countedSource } from "../../sources/counted-source.ts";
import { openInput, type OpenSource, readText } from "../../install/input-files.ts";
import { readPrivateKey } from "../../install/key-files.ts";
import type { ArtifactReference, Manifest } from "../../manifest/manifest.ts";
import { readManifest } from "../../manifest/read-manifest.ts";
import type { TextFile } from "../../manifest/source.ts";
import { withPins } from "../../manifest/write-pins.ts";
import { bytesText } from "../../report/measures.ts";
import { counted } from "../../report/words.ts";
import { overInput, writeOutput } from "../output/output-file.ts";
import { answer, failed } from "../output/output.ts";
import type { Context } from "./context.ts";

export interface BundleCreateOptions {
  readonly manifest: string;
  readonly output: string;
  readonly key?: string;
  readonly thin: boolean;
  readonly pin: boolean;
}

/** Packs a Manifest, and unless it is to be thin, every Artifact that it names, stepping stones too. */
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
  const { manifest } = read.value;
  const lost = overInput(context, options.output, [
    options.manifest,
    ...(options.key === undefined ? [] : [options.key]),
  ]);
  if (lost !== null) return failed(output, [lost]);
  const areRead = !options.thin || options.pin;
  const artifacts = areRead ? openArtifacts(context, manifest) : ok([]);
  if (!artifacts.ok) return failed(output, artifacts.problems);
  try {
    const parts = await readShown(context, options.manifest, artifacts.value);
    if (!parts.ok) return failed(output, parts.problems);
    const bytes = manifestToPack(file.value, manifest, parts.value, options);
    if (!bytes.ok) return failed(output, bytes.problems);
    const packed = options.thin ? [] : parts.value;
    const bundle = await packBundle(bytes.value, packed, key.value);
    const written = await context.working(
      {
        work: "writing",
        name: options.output,
        total: bytesOf(options.thin ? [] : artifacts.value.map(({ source }) => source)),
      },
      (count) => writeOutput(context, options.output, countedPieces(bundle.chunks, count)),
    );
    if (!written.ok) return failed(output, written.problems);
    const size = written.value;
    const { name } = manifest;
    const content = options.thin
      ? "without Artifacts"
      : `with ${counted(packed.length, "Artifact")}`;
    const isSigned = key.value !== null;
    answer(
      output,
      () => [
        `${options.output}: "${name}" ${content}, ${isSigned ? "signed" : "not signed"}, ${bytesText(size)}`,
      ],
      () => ({
        type: "bundle-created",
        bundle: options.output,
        manifest: name,
        artifacts: options.thin ? [] : artifacts.value.map(({ entry }) => entry),
        thin: options.thin,
        pinned: options.pin,
        signed: isSigned,
        size,
      }),
    );
    return exitCode.done;
  } finally {
    for (const { source } of artifacts.value) source.close();
  }
}

type Opened = readonly { readonly entry: string; readonly source: OpenSource }[];

/** Reads and verifies all of them. */
async function readShown(
  { working, platform }: Context,
  manifest: string,
  artifacts: Opened,
): Promise<Result<readonly Part[]>> {
  const total = bytesOf(artifacts.map(({ source }) => source));
  return await working(
    { work: "verifying", name: `the Artifacts of ${manifest}`, total },
    (count) => {
      const read = new Map<string, number>();
      const counting = artifacts.map(({ entry, source }) => ({
        entry,
        source: countedSource(source, (done) => {
          read.set(entry, done);
          count([...read.values()].reduce((sum, one) => sum + one, 0));
        }),
      }));
      return readParts(counting, platform.decompressors);
    },
  );
}

function bytesOf(all: readonly { readonly size: number }[]) {
  return { count: all.reduce((sum, { size }) => sum + size, 0), unit: "bytes" } as const;
}

/** With a checksum for every Artifact where that is wanted. */
function manifestToPack(
  file: TextFile,
  manifest: Manifest,
  parts: readonly Part[],
  { pin }: BundleCreateOptions,
): Result<Uint8Array> {
  const wrong = wrongPins(manifest, parts);
  if (wrong.length > 0) return fail(...wrong);
  return pin
    ? withPins(file, new Map(parts.map(({ name, sha256 }) => [name, sha256])))
    : ok(file.bytes);
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
      const beside = besideManifest(manifest, path);
      const source = openInput(platform.files, environment.workingDirectory, beside);
      if (source.ok) opened.set(path, source.value);
      else problems.push(...source.problems.map((problem) => ({ ...problem, at: reference.at })));
    }
  }
  if (problems.length === 0) return ok([...opened].map(([entry, source]) => ({ entry, source })));
  for (const source of opened.values()) source.close();
  return fail(...problems);
}

/** Where an Artifact lies that the Manifest names by its path. */
function besideManifest({ file }: Manifest, path: string): string {
  return join(dirname(file), path);
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
