import { basename } from "node:path";
import { writeArtifact } from "../../artifact/write.ts";
import { checkPins } from "../../bundle/pins.ts";
import { verifyBundle } from "../../bundle/verify.ts";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { isVisible, withHiddenShown } from "../../core/hidden-characters.ts";
import { ArtifactName, Version } from "../../core/ids.ts";
import type { Problem } from "../../core/problem.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { withInput } from "../../install/bundle-file.ts";
import { readText } from "../../install/input-files.ts";
import { kindOfInput } from "../../install/input-kind.ts";
import { readPrivateKey } from "../../install/key-files.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import { readManifest } from "../../manifest/read-manifest.ts";
import { type ByteSource, unlessRefused } from "../../platform/types.ts";
import { bytesText } from "../../report/measures.ts";
import { intoPlace, overInput, writeOutput, writeWanted } from "../output/output-file.ts";
import { answer, failed } from "../output/output.ts";
import type { Context } from "./context.ts";
import { signWithStore, type StoredKey } from "./key-store.ts";

export interface CreateManifestOptions {
  readonly output: string;
  readonly artifactName?: string;
  readonly systemType: readonly string[];
  readonly recovery: boolean;
  readonly softwareVersion?: string;
  readonly key?: string;
  readonly keyPkcs11?: string;
  readonly gcpKmsKey?: string;
}

/** The only payload type that a System device accepts; our update module is of the same name. */
const payloadType = "mender-orchestrator-manifest";
const provided = `data-partition.${payloadType}`;

/** Wraps a Manifest or a bundle, so that the Mender Server and its Client carry it to a machine. */
export async function createManifest(
  context: Context,
  file: string,
  options: CreateManifestOptions,
): Promise<ExitCode> {
  const { output } = context;
  const key = options.key === undefined ? ok(null) : readPrivateKey(context, options.key);
  if (!key.ok) return failed(output, key.problems);
  const lost = overInput(context, options.output, [file]);
  if (lost !== null) return failed(output, [lost]);
  const written = await withInput(context, file, async (source) => {
    const read = await manifestIn(context, file, source);
    if (!read.ok) return read;
    const { manifest, extension } = read.value;
    const described = describe(manifest, options);
    if (!described.ok) return described;
    const { name, version, systemTypes } = described.value;
    const chunks = await writeArtifact({
      name,
      deviceTypes: systemTypes,
      payloadType,
      provides: { [`${provided}.version`]: version },
      clears: [`${provided}.*`],
      payload: { name: payloadName(file, extension), source },
      key: key.value,
    });
    const store = storedKey(options);
    const size = await (store === null
      ? writeOutput(context, options.output, chunks)
      : writeSignedByStore(context, store, options.output, chunks));
    return size.ok ? ok({ name, systemTypes, size: size.value }) : size;
  });
  if (!written.ok) return failed(output, written.problems);
  const { name, systemTypes, size } = written.value;
  answer(
    output,
    () => [
      `${options.output}: Artifact "${name}" for ${systemTypes.join(", ")}, ${bytesText(size)}`,
    ],
    () => ({
      type: "artifact-created",
      artifact: options.output,
      name,
      system_types: systemTypes,
      size,
    }),
  );
  return exitCode.done;
}

function storedKey({ keyPkcs11, gcpKmsKey }: CreateManifestOptions): StoredKey | null {
  if (keyPkcs11 !== undefined) return { option: "--key-pkcs11", name: keyPkcs11 };
  return gcpKmsKey === undefined ? null : { option: "--gcp-kms-key", name: gcpKmsKey };
}

/** As writeOutput, with mender-artifact in between: nothing is at its place before it is signed. */
async function writeSignedByStore(
  context: Context,
  store: StoredKey,
  name: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<Result<number>> {
  const { files } = context.platform;
  return await intoPlace(context, name, async (unfinished) => {
    const unsigned = `${unfinished}.unsigned`;
    try {
      const written = await writeWanted(context, name, unsigned, chunks);
      if (!written.ok) return written;
      const signed = await signWithStore(context, store, unsigned, unfinished);
      return signed.ok ? ok(files.status(unfinished)?.size ?? written.value) : signed;
    } finally {
      unlessRefused(() => files.remove(unsigned), undefined);
    }
  });
}

/** The Manifest, valid, with everything around it verified. */
async function manifestIn(
  context: Context,
  file: string,
  source: ByteSource,
): Promise<Result<{ readonly manifest: Manifest; readonly extension: ".yaml" | ".tar" }>> {
  const found = await kindOfInput(source);
  if (!found.ok) return found;
  const kind = found.value;
  if (kind === "text") {
    const text = readText(context.platform.files, context.environment.workingDirectory, file);
    const read = text.ok ? readManifest(text.value) : text;
    return read.ok ? ok({ manifest: read.value.manifest, extension: ".yaml" }) : read;
  }
  if (kind !== "bundle") return fail(notWrappable(file));
  const verified = await verifyBundle(
    source,
    { bundle: [], artifacts: [] },
    context.platform.decompressors,
  );
  if (!verified.ok) return verified;
  const { entry, bytes } = verified.value.bundle.manifest;
  const read = readManifest({ name: `${file}:${entry}`, bytes });
  if (!read.ok) return read;
  const pins = await checkPins(read.value.manifest, verified.value, source);
  return pins.ok ? ok({ manifest: read.value.manifest, extension: ".tar" }) : pins;
}

/** The update module tells the two apart by their extension; readers allow a hundred characters without blanks. */
function payloadName(file: string, extension: ".yaml" | ".tar"): string {
  const name = basename(file)
    .replaceAll(/[^\w.+-]/g, "_")
    .slice(-longestName);
  const fits = extension === ".tar" ? name.endsWith(".tar") : /\.ya?ml$/.test(name);
  return fits ? name : `${name}${extension}`;
}

const longestName = 90;

interface Description {
  readonly name: ArtifactName;
  readonly version: Version;
  readonly systemTypes: readonly string[];
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

function describe(manifest: Manifest, options: CreateManifestOptions): Result<Description> {
  const name = ArtifactName.safeParse(options.artifactName ?? manifest.name);
  const version = Version.safeParse(options.softwareVersion ?? name.data);
  const known = manifest.systemTypes?.names ?? null;
  const systemTypes = options.systemType.length > 0 ? distinct(options.systemType) : (known ?? []);
  const problems: Problem[] = [
    options.artifactName,
    options.softwareVersion,
    ...systemTypes,
  ].flatMap((given) => (given === undefined || isVisible(given) ? [] : [invisible(given)]));
  if (!name.success) problems.push(badName(options.artifactName ?? manifest.name));
  if (name.success && !version.success) problems.push(badVersion(options.softwareVersion ?? ""));
  if (systemTypes.length === 0) {
    problems.push(noSystemType(manifest.file, "Add it to the Manifest, or give --system-type."));
  }
  if (options.recovery) problems.push(...recoveryProblems(manifest, options));
  for (const type of systemTypes) {
    if (known === null || known.includes(type) || options.recovery) continue;
    problems.push(foreignSystemType(type, known));
  }
  if (problems.length > 0 || !name.success || !version.success) return fail(...problems);
  return ok({ name: name.data, version: version.data, systemTypes });
}

/**
 * The Artifact is then for a type of which the Manifest says nothing. Only the Manifest is left to be checked against
 * the System type of the Topology, so it must name one.
 */
function recoveryProblems(
  { systemTypes, file }: Manifest,
  { systemType }: CreateManifestOptions,
): readonly Problem[] {
  const problems: Problem[] = [];
  if (systemType.length === 0) problems.push(recoveryOfWhat());
  if (systemTypes === null) {
    problems.push(noSystemType(file, "Add it to the Manifest: the device checks it."));
  }
  return problems;
}

function recoveryOfWhat(): Problem {
  return {
    code: "missing-field",
    message: "--recovery does not say for which devices the Artifact is.",
    expected: "--system-type with the type that they tell the Server",
    hint: "Give the device type of the System device; see docs/mender-client.md.",
  };
}

function notWrappable(file: string): Problem {
  return {
    code: "wrong-value",
    message: `"${file}" is neither a Manifest nor an uncompressed bundle.`,
    at: { file },
    hint: "Give the Manifest, or what bundle create has made.",
  };
}

function badName(name: string): Problem {
  return {
    code: "wrong-value",
    message: `"${name}" cannot be the name of an Artifact.`,
    expected: nameRule,
    hint: "Give another one with --artifact-name.",
  };
}

function badVersion(version: string): Problem {
  return {
    code: "wrong-value",
    message: `"${version}" cannot be the version that an Artifact provides.`,
    expected: nameRule,
    hint: "Correct --software-version, or leave it out: then it is the Artifact's name.",
  };
}

function invisible(name: string): Problem {
  const shown = withHiddenShown(name);
  return {
    code: "invisible-character",
    message: `"${shown}" holds a character that does not show.`,
    expected: "names of characters that show",
    got: shown,
    hint: "Write it without: two names that look the same would not be the same.",
  };
}

const nameRule = "1 to 256 characters, no control characters, no blanks at the ends";

function noSystemType(file: string, hint: string): Problem {
  return {
    code: "missing-field",
    message: "The Manifest does not say for which System types it is.",
    at: { file },
    expected: "system_types_compatible",
    hint,
  };
}

function foreignSystemType(type: string, known: readonly string[]): Problem {
  return {
    code: "wrong-value",
    message: `The System type "${type}" is none that the Manifest is for.`,
    expected: known.join(" or "),
    got: type,
    hint: "Correct --system-type, or add the type to system_types_compatible; for devices that tell their plain device type, add --recovery.",
  };
}
