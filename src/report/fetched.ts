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
}

export function fetchedLines(
  { manifest, artifacts }: FetchedManifest,
  style: Style,
): readonly string[] {
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

export function fetchedJson({ manifest, directory, artifacts }: FetchedManifest) {
  return {
    type: "fetched",
    manifest,
    directory,
    artifacts: artifacts.map(({ name, type, source, bytes, sha256 }) => ({
      artifact: name,
      component_type: type,
      source,
      bytes,
      sha256,
    })),
  };
}
