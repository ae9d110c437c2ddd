import type { Artifact } from "../../src/artifact/types.ts";
import { ArtifactName, ComponentType, Sha256 } from "../../src/core/ids.ts";
import type { AvailableArtifact } from "../../src/manifest/available-artifacts.ts";

/** What an Artifact says of itself, as far as planning is concerned. */
export interface Said {
  readonly provides?: Readonly<Record<string, string>>;
  readonly depends?: Readonly<Record<string, readonly string[]>>;
  /** Null: the Artifact clears all; default: its own keys. */
  readonly clears?: readonly string[] | null;
}

/** The header of an Artifact for `type`, as it comes out of the reader. */
export function plainArtifact(type: string, name: string, said: Said = {}): Artifact {
  const nothing = new Uint8Array();
  return {
    identity: Sha256.parse("0".repeat(64)),
    name: ArtifactName.parse(name),
    group: null,
    payloadType: "rootfs-image",
    provides: new Map([
      ["artifact_name", name],
      [`rootfs-image.${type}.version`, name],
      ...Object.entries(said.provides ?? {}),
    ]),
    depends: new Map([["device_type", [type]], ...Object.entries(said.depends ?? {})]),
    clears: said.clears === undefined ? [`rootfs-image.${type}.*`, "artifact_*"] : said.clears,
    payloadFiles: [],
    hasStateScripts: false,
    verbatim: { headerInfo: nothing, typeInfo: nothing, metaData: null },
  };
}

/** The same, found for the Manifest. */
export function availableArtifact(
  type: string,
  role: AvailableArtifact["role"],
  name: string,
  said: Said = {},
): AvailableArtifact {
  const artifact = plainArtifact(type, name, said);
  return { type: ComponentType.parse(type), role, name: artifact.name, artifact, depends: null };
}
