import { dirname, resolve } from "node:path";
import type { VerifyKey } from "../artifact/keys.ts";
import { openBundle } from "../bundle/bundle.ts";
import { sumOfBytes } from "../bundle/entry-content.ts";
import type { Sha256 } from "../core/ids.ts";
import { ok, type Result } from "../core/result.ts";
import type { ManifestTrust } from "../deployment/records.ts";
import type { TextFile } from "../manifest/source.ts";
import type { OpenBundle, Places } from "../sources/places.ts";
import { openBundleFile, withInput } from "./bundle-file.ts";
import { inputFile } from "./input-directory.ts";
import { readTextWithStatus } from "./input-files.ts";
import { kindOfInput } from "./input-kind.ts";
import type { Machine } from "./machine.ts";
import { manifestTrust, type TrustDemand } from "./trust.ts";

/** A Manifest, alone or in its bundle, and where its Artifacts may lie. */
export interface SystemInput {
  readonly manifest: TextFile;
  /** Of the Manifest alone, or of all that its bundle holds. */
  readonly identity: Sha256;
  readonly places: Places;
  /** Why it is believed; null: no key is configured. */
  readonly trust: ManifestTrust | null;
}

/** Whether it is a bundle; else it is taken for a Manifest. */
export async function isBundle(machine: Machine, name: string): Promise<Result<boolean>> {
  return await withInput(machine, name, async (source) => {
    const kind = await kindOfInput(source);
    return kind.ok ? ok(kind.value !== "text") : kind;
  });
}

/** One whose file stays open until it is closed. */
export interface OpenSystemInput extends SystemInput {
  readonly close: () => void;
}

/** Opens either of them where it lies, or at the top of a directory, for the time of use. */
export async function withSystemInput<T>(
  machine: Machine,
  demand: TrustDemand,
  given: string,
  use: (input: SystemInput) => Promise<Result<T>>,
): Promise<Result<T>> {
  const found = await inputFile(machine, given);
  if (!found.ok) return found;
  const name = found.value;
  const is = await isBundle(machine, name);
  if (!is.ok) return is;
  const opened = is.value
    ? await openBundleInput(machine, demand, name)
    : openManifestInput(machine, demand, name);
  if (!opened.ok) return opened;
  try {
    return await use(opened.value);
  } finally {
    opened.value.close();
  }
}

/** Reads a Manifest: its Artifacts lie beside it. */
export function openManifestInput(
  machine: Machine,
  demand: TrustDemand,
  name: string,
): Result<OpenSystemInput> {
  const { platform, environment } = machine;
  const { files } = platform;
  const read = readTextWithStatus(files, environment.workingDirectory, name);
  if (!read.ok) return read;
  const { status, bytes } = read.value;
  const path = resolve(environment.workingDirectory, name);
  const trust = manifestTrust(files, demand, { name, path, status });
  if (!trust.ok) return trust;
  return ok({
    manifest: { name, bytes },
    identity: sumOfBytes(bytes),
    places: besidePlaces(machine, demand.keys, name),
    trust: trust.value,
    close: () => {},
  });
}

/** Opens a bundle. `path` where it does not lie at its name: an install may have brought it to safety. */
export async function openBundleInput(
  machine: Machine,
  { keys }: TrustDemand,
  name: string,
  path: string = resolve(machine.environment.workingDirectory, name),
): Promise<Result<OpenSystemInput>> {
  const opened = await openBundleFile(machine, name, path);
  if (!opened.ok) return opened;
  const source = opened.value;
  const close = (): void => source.close();
  const bundle = await openBundle(source, keys);
  if (!bundle.ok) {
    close();
    return bundle;
  }
  const { manifest, identity, verifiedBy } = bundle.value;
  const { entry, bytes } = manifest;
  return ok({
    manifest: { name: `${name}:${entry}`, bytes },
    identity,
    places: bundlePlaces(machine, keys, name, { path, bundle: bundle.value, source }),
    trust: verifiedBy === null ? null : { kind: "signed", key: verifiedBy },
    close,
  });
}

/** The Artifacts of a Manifest that came alone lie beside it. `name` as it was given. */
export function besidePlaces(
  { platform: { files, decompressors }, environment }: Machine,
  keys: readonly VerifyKey[],
  name: string,
): Places {
  const path = dirname(resolve(environment.workingDirectory, name));
  return { files, decompressors, keys, bundle: null, beside: { path, name: dirname(name) } };
}

/**
 * Those of a bundle lie in it. Without any in it, it carries a signed Manifest and no more: they come from elsewhere.
 */
export function bundlePlaces(
  machine: Machine,
  keys: readonly VerifyKey[],
  name: string,
  bundle: OpenBundle,
): Places {
  const isThin = bundle.bundle.entries.length === 0;
  return { ...besidePlaces(machine, keys, name), bundle: isThin ? null : bundle };
}
