import type { SigningKey } from "../artifact/keys.ts";
import { assertNever } from "../core/assert-never.ts";
import type { Sha256 } from "../core/ids.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { readManifest } from "../manifest/read-manifest.ts";
import type { FetchedArtifact, FetchedManifest } from "../report/fetched.ts";
import type { LocatedArtifact } from "../sources/located.ts";
import { serverOrigin } from "../sources/supply.ts";
import { findArtifacts } from "./artifacts.ts";
import { bring } from "./bring.ts";
import { identitiesOf } from "./cache-contents.ts";
import { currentDeployment } from "./current-deployment.ts";
import { type WriteBundle, writeFetched } from "./fetched-bundle.ts";
import { elsewhereOf } from "./elsewhere.ts";
import { type SystemInput, withSystemInput } from "./input.ts";
import { locked } from "./locked.ts";
import type { Machine } from "./machine.ts";
import { askAllSources } from "./next-source.ts";
import { readGuardedSettings } from "./permissions.ts";
import { sourceOfLocation } from "./planning.ts";
import type { Settings } from "./settings.ts";
import { type Supplies, withSupply } from "./supply.ts";

/**
 * Brings all Artifacts that a Manifest names into the cache, for an update later on without the network: those of the
 * Server, and files that are found by their names where their paths lead nowhere. Those of a bundle come with it. No
 * Topology is needed. With `write` they make one bundle instead, signed with the key if there is one.
 */
export async function fetchArtifacts(
  machine: Machine,
  file: string,
  options: { readonly allowUnsignedManifest: boolean },
  write: WriteBundle | null,
  key: SigningKey | null = null,
): Promise<Result<FetchedManifest>> {
  const settings = readGuardedSettings(machine);
  if (!settings.ok) return settings;
  const tell = (message: string) => machine.tell([message]);
  return await locked(machine, () =>
    withSystemInput(machine, { ...settings.value, ...options }, file, (input) =>
      withSupply(machine, settings.value, tell, (supply) =>
        fetchFor(machine, settings.value, supply, input, write, key),
      ),
    ),
  );
}

async function fetchFor(
  machine: Machine,
  settings: Settings,
  supply: Supplies,
  input: SystemInput,
  write: WriteBundle | null,
  key: SigningKey | null,
): Promise<Result<FetchedManifest>> {
  const open = currentDeployment(machine);
  if (!open.ok) return open;
  const read = readManifest(input.manifest);
  if (!read.ok) return read;
  const { manifest } = read.value;
  const { name } = manifest;
  const elsewhere = elsewhereOf(machine, settings, supply.hasty.server);
  const found = await findArtifacts(input.places, manifest, {
    kind: "all must be there",
    elsewhere,
  });
  if (!found.ok) return found;
  // Which of several a Component will take is known where it is.
  const widened = await askAllSources(input.places, found.value, elsewhere);
  for (const { message } of widened.problems)
    machine.tell([`${message} Whether there are more Artifacts of these releases is not known.`]);
  const { each } = widened.candidates;
  const all = each.flatMap(({ candidates }) => candidates);
  const needed = open.value === null ? new Set<Sha256>() : identitiesOf(open.value.begin);
  const wanted = all.map(({ artifact }) => artifact.identity);
  supply.cache.protect(needed === "unknown" ? needed : new Set([...needed, ...wanted]));
  const artifacts: FetchedArtifact[] = [];
  // One after the other: whatever has come is kept if the next one fails.
  for (const located of all) {
    const isLeft = write !== null && located.location.kind !== "server";
    const sum = isLeft ? ok(null) : await fetchOne(machine, supply, located);
    if (!sum.ok) return fail(...sum.problems);
    const {
      wanted: { type },
      artifact,
      location,
      size,
    } = located;
    artifacts.push({
      name: artifact.name,
      type,
      source: sourceOfLocation(location),
      bytes: size,
      sha256: sum.value,
    });
  }
  const { directory, isEnabled } = settings.cache;
  if (write !== null) {
    const { files, decompressors } = machine.platform;
    const access = { files, decompressors, keys: settings.keys, supply };
    const written = await writeFetched(access, input.manifest, each, write, key);
    // It was a place to work in.
    if (!isEnabled) supply.cache.settle({ used: needed, committed: null });
    return written.ok
      ? ok({ manifest: name, directory, artifacts, bundleBytes: written.value })
      : written;
  }
  const sums = artifacts.flatMap(({ sha256 }) => (sha256 === null ? [] : [sha256]));
  if (sums.length > 0) supply.cache.noteFetched(name, [...new Set(sums)]);
  return ok({ manifest: name, directory, artifacts, bundleBytes: null });
}

/** Its sum in the cache; null: it is not kept there. */
async function fetchOne(
  { platform: { files } }: Machine,
  supply: Supplies,
  located: LocatedArtifact,
): Promise<Result<Sha256 | null>> {
  const { location, wanted } = located;
  switch (location.kind) {
    case "server":
      return await bring(supply, located, serverOrigin(supply, location));
    case "cache":
    case "file": {
      // Without a name it is found at its path and nowhere else.
      if (wanted.reference.name === null) return ok(null);
      return await bring(supply, located, () => files.openSource(location.path));
    }
    case "bundle":
      return ok(null);
    default:
      return assertNever(location);
  }
}
