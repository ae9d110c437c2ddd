import { ArtifactError, refused } from "../artifact/artifact-error.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type ByteSource, FileError, type Files } from "../platform/types.ts";
import type { Bundle } from "./bundle.ts";
import { partOf } from "./entry-content.ts";
import { notWritten } from "./not-written.ts";
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
  const parts = [
    { name: manifest.entry, content: sourceOf(manifest.entry, manifest.bytes) },
    ...entries.map((entry) => ({ name: entry.name, content: partOf(source, entry) })),
  ];
  const absent = files.status(directory) === null;
  try {
    if (!absent && files.list(directory).length > 0) return fail(notEmpty(source, directory));
    const written: string[] = [];
    for (const { name, content } of parts) {
      const path = `${directory}/${name}`;
      files.makeDirectory(path.slice(0, path.lastIndexOf("/")));
      await files.writeStream(path, content.read(0, content.size));
      written.push(path);
    }
    return ok(written);
  } catch (error) {
    if (!(error instanceof ArtifactError) && !(error instanceof FileError)) throw error;
    if (files.status(directory) !== null) clear(files, directory, absent);
    return fail(error instanceof ArtifactError ? error.problem : notWritten(source, error));
  }
}

/** Takes away what was written, and the directory too where it was made for it. */
function clear(files: Files, directory: string, absent: boolean): void {
  if (absent) files.remove(directory);
  else for (const name of files.list(directory)) files.remove(`${directory}/${name}`);
}

function notEmpty(source: ByteSource, directory: string) {
  return refused(
    "bundle-extract",
    source.name,
    `"${source.name}" is not unpacked into "${directory}", which is not empty.`,
    { expected: "a directory that is absent or empty", hint: "Give another directory." },
  ).problem;
}
