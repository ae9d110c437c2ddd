import { isInstalled, type Provides } from "../artifact/matching.ts";
import type { Artifact } from "../artifact/types.ts";
import { unknownVersion, Version } from "../core/ids.ts";
import { withoutSuffix } from "./cell.ts";

/** What an Artifact at hand says of itself. */
export type AtHand = Pick<Artifact, "name" | "provides" | "clears">;

/**
 * What a Component runs, by name: that of the first Artifact at hand which is installed on it (give the
 * wanted one first), else its mandatory version key, else the artifact_name it reports, else unknown.
 * The last comes last because on the System device it may be the Manifest's own.
 */
export function versionOf(
  provides: Provides,
  interfaceName: string,
  artifactsAtHand: readonly AtHand[],
): Version {
  const installed = artifactsAtHand.find((artifact) => isInstalled(provides, artifact));
  if (installed !== undefined) return versionNamed(installed.name);
  const named = [
    `rootfs-image.${interfaceName}.version`,
    "rootfs-image.version",
    "artifact_name",
  ].map((key) => versionNamed(provides.get(key) ?? ""));
  return named.find((version) => version !== unknownVersion) ?? unknownVersion;
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
  artifactsAtHand: readonly Artifact[],
): Version {
  if (current.kind === "version") return current.version;
  return versionOf(current.provides, interfaceName, artifactsAtHand);
}
