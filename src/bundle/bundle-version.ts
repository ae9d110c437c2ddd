import { refused } from "../artifact/artifact-error.ts";
import type { ByteSource } from "../platform/types.ts";
import { entryName, versionContent } from "./format.ts";
import { type IndexedEntry, readAt } from "./tar-index.ts";

/** How `version` begins in a bundle of whatever version. */
export const formatMark = '{"format":"mender-orchestrator-bundle"';
const currentVersion = new TextDecoder().decode(versionContent);

/** ArtifactError unless `version` holds exactly what we write. */
export async function demandVersion(source: ByteSource, version: IndexedEntry): Promise<void> {
  const text = await beginningOf(source, version);
  if (version.size !== versionContent.length || text !== currentVersion) {
    throw unknownVersion(source, text);
  }
}

function unknownVersion(source: ByteSource, got: string) {
  return refused(
    "bundle-version-unsupported",
    source.name,
    `"${source.name}" is of a format that this program does not know.`,
    {
      expected: currentVersion,
      got,
      hint: "Update this program, or make the bundle with this version of it.",
    },
  );
}

/** Tells apart what begins with `version` as a bundle does: one of a later format, an Artifact, something else. */
export async function notABundle(
  source: ByteSource,
  version: IndexedEntry | undefined,
  second: IndexedEntry | undefined,
) {
  const text = version === undefined ? "" : await beginningOf(source, version);
  if (text.startsWith(formatMark) && text !== currentVersion) return unknownVersion(source, text);
  const isArtifact = text.startsWith('{"format":"mender"');
  return refused(
    "bundle-layout",
    source.name,
    isArtifact
      ? `"${source.name}" is a Mender Artifact, not a bundle.`
      : `"${source.name}" is not laid out as a bundle.`,
    {
      expected: entryName.checksums,
      got: second?.name ?? "the end of the bundle",
      hint: "Make a bundle with `bundle create`.",
    },
  );
}

async function beginningOf(source: ByteSource, entry: IndexedEntry): Promise<string> {
  return new TextDecoder().decode(await readAt(source, entry.offset, Math.min(entry.size, 100)));
}
