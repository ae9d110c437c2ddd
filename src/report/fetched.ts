import type { ArtifactName, ComponentType, Sha256 } from "../core/ids.ts";
import { bytesText } from "./measures.ts";
import { sourceTexts } from "./plan-sources.ts";
import type { ArtifactSource } from "./planned.ts";
import type { Style } from "./style.ts";
import { counted, quoted } from "./words.ts";

export interface FetchedArtifact {
  readonly name: ArtifactName;
  readonly type: ComponentType;
  /** Where it came from. */
  readonly source: ArtifactSource;
  /** Of the whole file. */
  readonly bytes: number;
  /** Of the entry of the cache; null: it is not kept there, for it comes with the Manifest. */
  readonly sha256: Sha256 | null;
}

/** What lies in the cache now for a Manifest. */
export interface FetchedManifest {
  readonly manifest: string;
  /** Of the cache. */
  readonly directory: string;
  readonly artifacts: readonly FetchedArtifact[];
  /** Of the one that was written; null: they lie in the cache. */
  readonly bundleBytes: number | null;
}

/** `bundle`: the name of the one that was written; undefined: none. */
export function fetchedLines(
  { manifest, artifacts, bundleBytes }: FetchedManifest,
  bundle: string | undefined,
  style: Style,
): readonly string[] {
  if (bundle !== undefined) {
    const content = counted(artifacts.length, "Artifact");
    return [`${bundle}: ${quoted(manifest)} with ${content}, ${bytesText(bundleBytes ?? 0)}`];
  }
  const kept = artifacts.filter(({ sha256 }) => sha256 !== null);
  const bytes = kept.reduce((sum, artifact) => sum + artifact.bytes, 0);
  return [
    ...artifacts.map(({ name, type, source, bytes: size, sha256 }) => {
      const how = sha256 === null ? "stays there" : "is in the cache";
      return `${style.strong(name)}  ${type}  ${bytesText(size)}  ${sourceTexts[source]}: ${how}`;
    }),
    `${counted(kept.length, "Artifact")}, ${bytesText(bytes)}, ready for ${quoted(manifest)}.`,
  ];
}

export function fetchedJson(
  { manifest, directory, artifacts, bundleBytes }: FetchedManifest,
  bundle: string | undefined,
) {
  return {
    type: "fetched",
    manifest,
    directory,
    bundle: bundle ?? null,
    bundle_bytes: bundleBytes,
    artifacts: artifacts.map(({ name, type, source, bytes, sha256 }) => ({
      artifact: name,
      component_type: type,
      source,
      bytes,
      sha256,
    })),
  };
}
