import { isInstalled, type Provides } from "../artifact/matching.ts";
import type { Artifact } from "../artifact/types.ts";
import { isVisible } from "../core/hidden-characters.ts";
import { type ComponentId, unknownVersion, Version } from "../core/ids.ts";
import { withoutSuffix } from "./cell.ts";
import type { System } from "./system.ts";

/** What an available Artifact says of itself. */
export type ArtifactIdentity = Pick<Artifact, "name" | "provides" | "clears">;

/**
 * What a Component runs, by name: that of the first available Artifact which is installed on it (give the
 * wanted one first), else what it reports.
 */
export function versionOf(
  provides: Provides,
  interfaceName: string,
  available: readonly ArtifactIdentity[],
): Version {
  const installed = available.find((artifact) => isInstalled(provides, artifact));
  if (installed !== undefined) return versionNamed(installed.name);
  const reported = reportedName(provides, interfaceName);
  // A name that looks like another one would be taken for it by whoever reads the tables.
  return isVisible(reported) ? versionNamed(reported) : unknownVersion;
}

/**
 * The name that a Component gives what it runs: its mandatory version key, empty on a blank board, and only where that
 * is not there its artifact_name, which on the System device may be the Manifest's own.
 */
export function reportedName(provides: Provides, interfaceName: string): string {
  const mandatory = [`rootfs-image.${interfaceName}.version`, "rootfs-image.version"].flatMap(
    (key) => provides.get(key) ?? [],
  );
  const named = mandatory.find((name) => name !== "");
  return named ?? (mandatory.length > 0 ? "" : (provides.get("artifact_name") ?? ""));
}

/** A name as a version; `?` where it cannot be one. */
export function versionNamed(name: string): Version {
  const parsed = Version.safeParse(withoutSuffix(name));
  return parsed.success ? parsed.data : unknownVersion;
}

/** Where a Component is: what it provides, or, where nobody asks it, its version by name. */
export type Current =
  | { readonly kind: "version"; readonly version: Version }
  | { readonly kind: "provides"; readonly provides: Provides };

export function currentVersion(
  current: Current,
  interfaceName: string,
  available: readonly ArtifactIdentity[],
): Version {
  if (current.kind === "version") return current.version;
  return versionOf(current.provides, interfaceName, available);
}

/**
 * A Component's version in a System's own terms. `index` is that of `version` among its type's versions,
 * or of the unknown one where the System has not heard of it; null where it cannot be unknown either.
 */
export function versionIn(
  { types, components }: System,
  component: ComponentId,
  version: Version,
): { readonly version: Version; readonly index: number | null } {
  const type = components.find(({ id }) => id === component)?.type ?? -1;
  const versions = types[type]?.versions ?? [];
  const known = versions.indexOf(version);
  const index = known === -1 ? versions.indexOf(unknownVersion) : known;
  return { version, index: index === -1 ? null : index };
}
