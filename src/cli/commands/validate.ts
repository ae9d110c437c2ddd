import { relative, resolve } from "node:path";
import { verifyArtifact } from "../../artifact/verify.ts";
import { verifyBundle } from "../../bundle/verify.ts";
import { assertNever } from "../../core/assert-never.ts";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { exitOf, type Problem } from "../../core/problem.ts";
import { programVersion } from "../../core/program-version.ts";
import { ok, type Result } from "../../core/result.ts";
import { withBundleFile, withInput } from "../../install/bundle-file.ts";
import { unfitGates } from "../../install/gates.ts";
import { inputFile } from "../../install/input-directory.ts";
import { readTextWithStatus } from "../../install/input-files.ts";
import { kindOfInput, kindOfText } from "../../install/input-kind.ts";
import { besidePlaces, bundlePlaces } from "../../install/input.ts";
import { foretellRelease } from "../../install/release.ts";
import { readSettings } from "../../install/settings.ts";
import {
  manifestTrust,
  nothingDemanded,
  type OpenedManifest,
  type TrustDemand,
} from "../../install/trust.ts";
import {
  missingPathNotes,
  type StandIn,
  uncheckedStoneNotes,
} from "../../manifest/artifact-notes.ts";
import { nameNotes, wantedArtifacts } from "../../manifest/available-artifacts.ts";
import { readConfiguration } from "../../manifest/configuration.ts";
import { readConstraintsFile } from "../../manifest/constraints-file.ts";
import { gateNotes } from "../../manifest/lint-gates.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import { readManifest } from "../../manifest/read-manifest.ts";
import type { TextFile } from "../../manifest/source.ts";
import { readStateFile } from "../../manifest/state-file.ts";
import { readTopology, type TopologyGate } from "../../manifest/topology.ts";
import { jsonText } from "../../report/json-text.ts";
import { validationSarif } from "../../report/validation-sarif.ts";
import { validationJson, type ValidatedFile, validationLines } from "../../report/validation.ts";
import { locateArtifacts, standInsFor } from "../../sources/locate.ts";
import type { Places } from "../../sources/places.ts";
import { failed } from "../output/output.ts";
import type { Context } from "./context.ts";
import { lint } from "./lint.ts";
import { formatProblem, tellAs } from "./told-as.ts";

export interface ValidateOptions {
  readonly strict: boolean;
  readonly format: "text" | "json" | "sarif";
  readonly out?: string;
}

/**
 * Checks each file by itself, whatever it is, and as an install on this machine would, with the configured keys; the
 * exit status is that of the first problem. `--strict`: a warning is no better than a problem.
 */
export async function validate(
  context: Context,
  names: readonly string[],
  options: ValidateOptions,
): Promise<ExitCode> {
  const { strict, format } = options;
  const wrong = formatProblem(context, options, names);
  if (wrong !== null) return failed(context.output, [wrong]);
  const trust = configuredTrust(context);
  const files: ValidatedFile[] = [];
  for (const name of names) files.push(await validateFile(context, trust, name));
  const problems = files.flatMap((found) => found.problems);
  const isDoubtful = strict && files.some(({ notes }) => notes.length > 0);
  const exit =
    problems.length > 0 ? exitOf(problems) : isDoubtful ? exitCode.invalid : exitCode.done;
  const { workingDirectory } = context.environment;
  const uriOf = (file: string) => fileUri(workingDirectory, file);
  const about = { version: programVersion, strict, exit, uriOf };
  return await tellAs(
    context,
    { ...options, format: format === "sarif" ? "text" : format },
    {
      text: (style) =>
        format === "sarif"
          ? [jsonText(validationSarif(files, about))]
          : validationLines(files, style, strict),
      json: () => validationJson(files, exit, strict),
      picture: () => Promise.reject(new Error("a picture of what was checked")),
    },
    exit,
  );
}

/** Relative to the working directory where the file lies below it. */
function fileUri(workingDirectory: string, file: string): string {
  const path = resolve(workingDirectory, file);
  const below = relative(workingDirectory, path);
  const uri = (text: string) => text.split("/").map(encodeURIComponent).join("/");
  return below.startsWith("../") || below === ".." ? `file://${uri(path)}` : uri(below);
}

/** What an install demands; notes where nobody knows. */
interface Trust {
  readonly demand: TrustDemand;
  readonly notes: readonly Problem[];
}

function configuredTrust(context: Context): Trust {
  const settings = readSettings(context);
  if (settings.ok)
    return { demand: { ...settings.value, allowUnsignedManifest: false }, notes: [] };
  return { demand: nothingDemanded, notes: settings.problems };
}

async function validateFile(context: Context, trust: Trust, given: string): Promise<ValidatedFile> {
  const found = await inputFile(context, given);
  if (!found.ok) return { file: given, kind: null, problems: found.problems, notes: [] };
  const file = found.value;
  const kind = await withInput(context, file, kindOfInput);
  if (!kind.ok) return { file, kind: null, problems: kind.problems, notes: [] };
  switch (kind.value) {
    case "artifact": {
      const verified = await withInput(context, file, (source) =>
        verifyArtifact(source, trust.demand.keys, context.platform.decompressors),
      );
      return { file, kind: "Artifact", problems: problemsOf(verified), notes: trust.notes };
    }
    case "gzip":
    case "bundle":
      return { file, kind: "bundle", ...(await validateBundle(context, trust, file)) };
    case "text":
      return { file, ...(await validateText(context, trust, file)) };
    default:
      return assertNever(kind.value);
  }
}

type Found = Pick<ValidatedFile, "problems" | "notes" | "reach">;

/** The bundle, every Artifact in it, and its Manifest. */
async function validateBundle(context: Context, trust: Trust, file: string): Promise<Found> {
  const { platform, environment } = context;
  const { keys } = trust.demand;
  const found = await withBundleFile(context, file, async (source): Promise<Result<Found>> => {
    const signed = { bundle: keys, artifacts: keys };
    const verified = await verifyBundle(source, signed, platform.decompressors);
    if (!verified.ok) return verified;
    const { bundle } = verified.value;
    const { entry, bytes } = bundle.manifest;
    const path = resolve(environment.workingDirectory, file);
    const places = bundlePlaces(context, keys, file, { path, bundle, source });
    return ok(await foundIn(context, { name: `${file}:${entry}`, bytes }, places));
  });
  if (!found.ok) return { problems: found.problems, notes: trust.notes };
  return { ...found.value, notes: [...trust.notes, ...found.value.notes] };
}

/** A Manifest, and its Artifacts as far as they are at hand. */
async function foundIn(context: Context, file: TextFile, places: Places): Promise<Found> {
  const read = readManifest(file);
  if (!read.ok) return { problems: read.problems, notes: [] };
  const { manifest } = read.value;
  const wanted = wantedArtifacts(manifest);
  const located = await locateArtifacts(places, wanted, null);
  const standIns = standInsFor(wanted, located.ok ? located.value : []);
  const artifacts = standIns.map(({ available }) => available);
  const { problems, notes, reach } = await context.compute(
    { work: "checking", name: manifest.name, most: null },
    (heard) => lint(manifest, artifacts, heard),
  );
  const age = foretellRelease(context, manifest);
  return {
    problems: [...problems, ...problemsOf(located), ...problemsOf(age)],
    notes: [
      ...read.value.notes,
      ...notes,
      // What cannot be read is there.
      ...(located.ok ? artifactNotes(manifest, standIns) : []),
      ...(age.ok ? age.value : []),
    ],
    reach,
  };
}

function artifactNotes(manifest: Manifest, standIns: readonly StandIn[]): readonly Problem[] {
  return [
    ...standIns.flatMap(({ wanted, available }) => nameNotes(wanted, available)),
    ...missingPathNotes(standIns),
    ...uncheckedStoneNotes(standIns, manifest),
  ];
}

/** A Manifest that came alone, and whether an install would believe it. */
async function validateManifest(
  context: Context,
  { demand, notes }: Trust,
  { name, bytes, status }: TextFile & Pick<OpenedManifest, "status">,
): Promise<Found> {
  const { platform, environment } = context;
  const path = resolve(environment.workingDirectory, name);
  const believed = manifestTrust(platform.files, demand, { name, path, status });
  const found = await foundIn(context, { name, bytes }, besidePlaces(context, demand.keys, name));
  return {
    ...found,
    problems: [...found.problems, ...problemsOf(believed)],
    notes: [...notes, ...found.notes],
  };
}

async function validateText(
  context: Context,
  trust: Trust,
  name: string,
): Promise<Omit<ValidatedFile, "file">> {
  const { platform, environment, options } = context;
  const read = (path: string) =>
    readTextWithStatus(platform.files, environment.workingDirectory, path);
  const file = read(name);
  if (!file.ok) return { kind: null, problems: file.problems, notes: [] };
  const kind = kindOfText(file.value.bytes);
  switch (kind) {
    case "Manifest":
      return { kind, ...(await validateManifest(context, trust, file.value)) };
    case "Topology": {
      const { topologyComponents } = options;
      const components = topologyComponents === null ? null : read(topologyComponents);
      if (components?.ok === false) return { kind, problems: components.problems, notes: [] };
      const topology = readTopology(file.value, components?.value ?? null);
      if (!topology.ok) return { kind, problems: topology.problems, notes: [] };
      const { gates } = topology.value;
      return { kind, problems: unfitHere(context, name, gates), notes: gateNotes(gates) };
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

/** Gates are looked at where this is the Topology of this machine: on a desk there are none. */
function unfitHere(
  context: Context,
  name: string,
  gates: readonly TopologyGate[],
): readonly Problem[] {
  const settings = readSettings(context);
  const { workingDirectory } = context.environment;
  if (!settings.ok || resolve(workingDirectory, name) !== settings.value.topologyFile) return [];
  return unfitGates(context, settings.value, gates);
}

function problemsOf(result: Result<unknown>): readonly Problem[] {
  return result.ok ? [] : result.problems;
}
