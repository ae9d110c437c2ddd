import { verifyArtifact } from "../../artifact/verify.ts";
import { checkPins } from "../../bundle/pins.ts";
import { verifyBundle } from "../../bundle/verify.ts";
import { assertNever } from "../../core/assert-never.ts";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { exitOf, type Problem } from "../../core/problem.ts";
import { ok, type Result } from "../../core/result.ts";
import { readConfiguration } from "../../manifest/configuration.ts";
import { readConstraintsFile } from "../../manifest/constraints-file.ts";
import { type Manifest, readManifest } from "../../manifest/manifest.ts";
import type { TextFile } from "../../manifest/source.ts";
import { readStateFile } from "../../manifest/state-file.ts";
import { readTopology } from "../../manifest/topology.ts";
import { validationJson, type ValidatedFile, validationLines } from "../../report/validation.ts";
import { withBundleFile, withInput } from "../bundle-file.ts";
import type { Context } from "../context.ts";
import { readText } from "../input-files.ts";
import { kindOfInput, kindOfText } from "../input-kind.ts";
import { lint } from "../lint.ts";
import { answer } from "../output.ts";
import { foretellRelease } from "../release.ts";

/** Checks each file by itself, whatever it is; the exit status is that of the first problem. */
export async function validate(context: Context, names: readonly string[]): Promise<ExitCode> {
  const files: ValidatedFile[] = [];
  for (const name of names) files.push(await validateFile(context, name));
  const problems = files.flatMap((found) => found.problems);
  const exit = problems.length === 0 ? exitCode.done : exitOf(problems);
  answer(
    context.output,
    (style) => validationLines(files, style),
    () => validationJson(files, exit),
  );
  return exit;
}

async function validateFile(context: Context, file: string): Promise<ValidatedFile> {
  const kind = await withInput(context, file, kindOfInput);
  if (!kind.ok) return { file, kind: null, problems: kind.problems, notes: [] };
  switch (kind.value) {
    case "artifact": {
      const verified = await withInput(context, file, (source) =>
        verifyArtifact(source, [], context.platform.decompressors),
      );
      return { file, kind: "Artifact", problems: problemsOf(verified), notes: [] };
    }
    case "gzip":
    case "bundle":
      return { file, kind: "bundle", ...(await validateBundle(context, file)) };
    case "text":
      return { file, ...(await validateText(context, file)) };
    default:
      return assertNever(kind.value);
  }
}

type Found = Pick<ValidatedFile, "problems" | "notes" | "reach">;

/** The bundle, every Artifact in it, and its Manifest. */
async function validateBundle(context: Context, file: string): Promise<Found> {
  const { decompressors } = context.platform;
  const found = await withBundleFile(context, file, async (source): Promise<Result<Found>> => {
    const verified = await verifyBundle(source, { bundle: [], artifacts: [] }, decompressors);
    if (!verified.ok) return verified;
    const { bundle } = verified.value;
    const { entry, bytes } = bundle.manifest;
    const told = await foundIn(context, { name: `${file}:${entry}`, bytes }, (manifest) =>
      checkPins(manifest, bundle, source),
    );
    return ok(told);
  });
  return found.ok ? found.value : { problems: found.problems, notes: [] };
}

async function foundIn(
  context: Context,
  file: TextFile,
  more: (manifest: Manifest) => Promise<Result<unknown>> = () => Promise.resolve(ok(null)),
): Promise<Found> {
  const read = readManifest(file);
  if (!read.ok) return { problems: read.problems, notes: [] };
  const { manifest } = read.value;
  const { problems, notes, reach } = await context.compute(() => lint(manifest));
  const age = foretellRelease(context, manifest);
  return {
    problems: [...problems, ...problemsOf(await more(manifest)), ...problemsOf(age)],
    notes: [...read.value.notes, ...notes, ...(age.ok ? age.value : [])],
    reach,
  };
}

async function validateText(context: Context, name: string): Promise<Omit<ValidatedFile, "file">> {
  const { platform, environment, options } = context;
  const read = (path: string) => readText(platform.files, environment.workingDirectory, path);
  const file = read(name);
  if (!file.ok) return { kind: null, problems: file.problems, notes: [] };
  const kind = kindOfText(file.value.bytes);
  switch (kind) {
    case "Manifest":
      return { kind, ...(await foundIn(context, file.value)) };
    case "Topology": {
      const { topologyComponents } = options;
      const components = topologyComponents === null ? null : read(topologyComponents);
      if (components?.ok === false) return { kind, problems: components.problems, notes: [] };
      const topology = readTopology(file.value, components?.value ?? null);
      return { kind, problems: problemsOf(topology), notes: [] };
    }
    case "constraints file":
      return { kind, problems: problemsOf(readConstraintsFile(file.value)), notes: [] };
    case "state file":
      return { kind, problems: problemsOf(readStateFile(file.value)), notes: [] };
    case "configuration":
      return { kind, problems: problemsOf(readConfiguration(file.value)), notes: [] };
    default:
      return assertNever(kind);
  }
}

function problemsOf(result: Result<unknown>): readonly Problem[] {
  return result.ok ? [] : result.problems;
}
