import { ArtifactError, refused } from "../artifact/artifact-error.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type ByteSource, FileError, type Files } from "../platform/types.ts";
import type { Bundle } from "./bundle.ts";
import { partOf } from "./entry-content.ts";
import { sourceOf } from "./write.ts";

/**
 * Writes the Manifest and the Artifacts into `directory`, which must be absent or empty; gives the paths written. Checksums
 * are verified on the way, and where anything fails, nothing of it stays.
 */
export async function extractBundle(
  bundle: Bundle,
  source: ByteSource,
  directory: string,
  files: Files,
): Promise<Result<readonly string[]>> {
  const { manifest, entries } = bundle;
  const written: string[] = [];
  try {
    if (files.status(directory) !== null && files.list(directory).length > 0) {
      throw new FileError("ENOTEMPTY", directory, "it is not empty");
    }
    const parts = [
      { name: manifest.entry, content: sourceOf(manifest.entry, manifest.bytes) },
      ...entries.map((entry) => ({ name: entry.name, content: partOf(source, entry) })),
    ];
    for (const { name, content } of parts) {
      const path = `${directory}/${name}`;
      files.makeDirectory(path.slice(0, path.lastIndexOf("/")));
      written.push(path);
      await files.writeStream(path, content.read(0, content.size));
    }
    return ok(written);
  } catch (error) {
    if (!(error instanceof ArtifactError) && !(error instanceof FileError)) throw error;
    for (const path of written) files.remove(path);
    return fail(
      error instanceof ArtifactError ? error.problem : notWritten(source, directory, error),
    );
  }
}

function notWritten(source: ByteSource, directory: string, error: FileError) {
  return refused(
    "bundle-extract",
    source.name,
    `"${source.name}" could not be unpacked: ${error.message}.`,
    {
      expected: `"${directory}" absent or empty, with room in it`,
      got: error.code,
      hint: "Give another directory, or make room.",
    },
  ).problem;
}
