import type { Decompressors } from "../platform/types.ts";
import { refused } from "./artifact-error.ts";
import {
  type ArtifactManifest,
  augmented,
  demandSum,
  morePayloads,
  readArtifactManifest,
} from "./artifact-manifest.ts";
import type { ByteReader } from "./byte-reader.ts";
import { readHeaderTar } from "./header-tar.ts";
import { readHeaders } from "./headers.ts";
import { demandVersion } from "./artifact-version.ts";
import type { VerifyKey } from "./keys.ts";
import { limits } from "./limits.ts";
import { demandSignature, type Signed } from "./signature.ts";
import { nextEntry, takePadding, type TarEntry } from "./tar-reader.ts";
import type { Artifact } from "./types.ts";

/** An Artifact read up to its payload: the reader stands at the first byte of the payload's tar. */
export interface OpenArtifact {
  readonly artifact: Artifact;
  /** The name of the header's tar. */
  readonly header: string;
  readonly data: TarEntry;
}

/** ArtifactError where a file that is read again is not the one that was verified before. */
export function demandSame(
  file: string,
  again: Pick<Artifact, "identity">,
  verified: Pick<Artifact, "identity">,
): void {
  if (again.identity === verified.identity) return;
  throw refused(
    "artifact-checksum",
    file,
    `"${file}" is not the file any more that was verified.`,
    {
      expected: `the Artifact whose manifest has the checksum ${verified.identity}`,
      got: again.identity,
      hint: "Leave the medium alone while an update runs, and start again.",
    },
  );
}

/**
 * Reads everything before the payload, in the order of trust: the signature over `manifest`, then `version`, then
 * the header's checksum, and only then what the header says. ArtifactError at the first thing that is wrong.
 */
export async function openArtifact(
  file: string,
  reader: ByteReader,
  keys: readonly VerifyKey[],
  decompressors: Decompressors | null,
): Promise<OpenArtifact> {
  const version = await small(file, reader, await entry(file, reader), "version", limits.version);
  const second = await entry(file, reader);
  if (second.name !== "manifest") demandVersion(file, version);
  const manifestBytes = await small(file, reader, second, "manifest", limits.manifest);

  let next = await entry(file, reader);
  if (next.name === "manifest.sig") {
    const signature = await small(file, reader, next, "manifest.sig", limits.signature);
    demandSignature(file, asArtifact, manifestBytes, signature, keys);
    next = await entry(file, reader);
  } else if (keys.length > 0) throw unsigned(file);

  const manifest = manifestOf(file, version, manifestBytes);
  demandSum(file, "version", version, manifest.version);
  demandVersion(file, version);

  if (next.name === "manifest-augment") throw augmented(file);
  const headerBytes = await small(file, reader, next, manifest.header.name, limits.header);
  demandSum(file, next.name, headerBytes, manifest.header.sha256);
  const header = await readHeaderTar(file, next.name, headerBytes, decompressors);
  const content = readHeaders(file, header);

  const data = await entry(file, reader);
  if (data.name.startsWith("header-augment.tar")) throw augmented(file);
  if (!/^data\/0000\.tar(\.gz|\.xz|\.zst)?$/.test(data.name))
    throw misplaced(file, data, "data/0000.tar");
  const { headerInfo, typeInfo, metaData, hasStateScripts } = header;
  const artifact: Artifact = {
    ...content,
    identity: manifest.identity,
    payloadFiles: manifest.payloadFiles,
    hasStateScripts,
    verbatim: { headerInfo, typeInfo, metaData },
  };
  return { artifact, header: next.name, data };
}

const asArtifact: Signed = {
  kind: "Artifact",
  code: "artifact-signature",
  command: "mender-artifact sign",
};

/** After the payload only the end may come. */
export async function demandLast(file: string, reader: ByteReader): Promise<void> {
  const more = await nextEntry(file, reader);
  if (more === null) return;
  if (more.name.startsWith("data/")) throw morePayloads(file, more.name);
  throw misplaced(file, more, "the end of the archive");
}

/** Where the manifest cannot be read because the format is another one, its version is the better answer. */
function manifestOf(file: string, version: Uint8Array, bytes: Uint8Array): ArtifactManifest {
  try {
    return readArtifactManifest(file, bytes);
  } catch (error) {
    demandVersion(file, version);
    throw error;
  }
}

/** The next entry, which must be there and a regular file. */
async function entry(file: string, reader: ByteReader): Promise<TarEntry> {
  const found = await nextEntry(file, reader);
  if (found === null) {
    throw refused("artifact-layout", file, `"${file}" is not a whole Mender Artifact.`, {
      expected: "version, manifest, header.tar and data/0000.tar",
      got: "the end of the archive",
    });
  }
  if (found.kind !== "file") {
    throw refused(
      "archive-forbidden-entry",
      file,
      `"${found.name}" in "${file}" is not a regular file.`,
      {
        expected: "regular files only",
        got: found.kind,
      },
    );
  }
  return found;
}

/** The content of a small entry that must have this name. */
async function small(
  file: string,
  reader: ByteReader,
  found: TarEntry,
  name: string,
  maxBytes: number,
): Promise<Uint8Array> {
  if (found.name !== name) throw misplaced(file, found, name);
  if (found.size > maxBytes) {
    throw refused("archive-too-large", file, `"${name}" in "${file}" is too large.`, {
      expected: `at most ${maxBytes} bytes`,
      got: `${found.size} bytes`,
    });
  }
  const content = await reader.take(found.size);
  await takePadding(file, reader, found.size);
  return content;
}

function unsigned(file: string) {
  return refused("artifact-unsigned", file, `"${file}" is not signed, and a key is configured.`, {
    expected: "an Artifact signed by a configured key",
    got: "no signature",
    hint: "Sign it with `mender-artifact sign`, or take the keys out of the configuration.",
  });
}

function misplaced(file: string, found: TarEntry, expected: string) {
  return refused("artifact-layout", file, `"${file}" is not laid out as a Mender Artifact.`, {
    expected,
    got: found.name,
    hint: "Make the Artifact again with `mender-artifact`.",
  });
}
