import { ArtifactError, refused } from "../artifact/artifact-error.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type ByteSource, FileError, type Files, unlessRefused } from "../platform/types.ts";
import type { Bundle } from "./bundle.ts";
import { partOf } from "./entry-content.ts";
import { notWritten } from "./not-written.ts";
import { sourceOf } from "./write.ts";

/**
 * Writes the Manifest and the Artifacts into `directory`, which must be absent or empty; gives the paths written.
 * Checksums are verified on the way, and where anything fails, nothing of it stays.
 */
export async function extractBundle(
  bundle: Bundle,
  source: ByteSource,
  directory: string,
  files: Files,
): Promise<Result<readonly string[]>> {
  /** What goes again where anything fails: never what others have put there. */
  const made = new Set<string>();
  try {
    const absent = files.status(directory) === null;
    if (!absent && files.list(directory).length > 0) return fail(notEmpty(source, directory));
    const written: string[] = [];
    for (const { name, content } of partsOf(bundle, source)) {
      const path = `${directory}/${name}`;
      const [top = name] = name.split("/", 1);
      const place = absent ? directory : `${directory}/${top}`;
      if (place !== path) made.add(place);
      files.makeDirectory(path.slice(0, path.lastIndexOf("/")));
      await files.writeStream(path, content.read(0, content.size));
      made.add(place);
      written.push(path);
    }
    return ok(written);
  } catch (error) {
    if (!(error instanceof ArtifactError) && !(error instanceof FileError)) throw error;
    // What has happened before is told, not that this fails, too.
    for (const place of made) unlessRefused(() => files.remove(place), undefined);
    return fail(error instanceof ArtifactError ? error.problem : notWritten(source, error));
  }
}

function partsOf({ manifest, entries }: Bundle, source: ByteSource) {
  return [
    { name: manifest.entry, content: sourceOf(manifest.entry, manifest.bytes) },
    ...entries.map((entry) => ({ name: entry.name, content: partOf(source, entry) })),
  ];
}

function notEmpty(source: ByteSource, directory: string) {
  return refused(
    "bundle-extract",
    source.name,
    `"${source.name}" is not unpacked into "${directory}", which is not empty.`,
    { expected: "a directory that is absent or empty", hint: "Give another directory." },
  ).problem;
}
