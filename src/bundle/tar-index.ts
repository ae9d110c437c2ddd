import { refused } from "../artifact/artifact-error.ts";
import { isSafePath, overlong } from "../artifact/safe-name.ts";
import { blockBytes, paddingOf } from "../artifact/tar-header.ts";
import { nextEntry, takePadding } from "../artifact/tar-reader.ts";
import { hiddenCharacters, withHiddenShown } from "../core/hidden-characters.ts";
import type { ByteSource } from "../platform/types.ts";
import { bundleLimits } from "./limits.ts";

/** A regular file of a tar, found without reading it. */
export interface IndexedEntry {
  readonly name: string;
  /** Bytes from the start of the tar: where its first header begins, and where its content does. */
  readonly head: number;
  readonly offset: number;
  /** Bytes of the content. */
  readonly size: number;
}

export interface TarIndex {
  readonly entries: readonly IndexedEntry[];
  /** Bytes up to and with the end-of-archive blocks. */
  readonly end: number;
}

/**
 * Reads the headers of a tar by seeking from one to the next; no content is read. ArtifactError where an entry is not a
 * regular file (a directory is passed over), has an unsafe name or one that was there before, or does not fit into the
 * file.
 */
export async function indexTar(source: ByteSource): Promise<TarIndex> {
  const file = source.name;
  const input = seeking(source);
  const entries: IndexedEntry[] = [];
  const names = new Set<string>();

  for (let count = 1; ; count += 1) {
    const head = input.position;
    const entry = await nextEntry(file, input);
    if (entry === null) return { entries, end: input.position };
    if (count > bundleLimits.entries) throw tooMany(file);
    if (entry.kind === "directory") {
      if (entry.size > 0) throw forbidden(file, entry.name, "a directory with content");
      continue;
    }
    if (entry.kind !== "file") throw forbidden(file, entry.name, entry.kind);
    // `tar cf bundle.tar .` writes every name so.
    const name = entry.name.startsWith("./") ? entry.name.slice(2) : entry.name;
    if (hiddenCharacters(name).length > 0) throw invisible(file, name);
    if (!isSafePath(name)) {
      throw forbidden(file, entry.name, `a name ${overlong(name) ?? "that leads elsewhere"}`);
    }
    if (names.has(name)) throw forbidden(file, name, "a second entry of that name");
    names.add(name);

    entries.push({ name, head, offset: input.position, size: entry.size });
    input.skip(entry.size);
    await takePadding(file, input, entry.size);
  }
}

/** A few bytes from anywhere; ArtifactError where the file ends before. */
export async function readAt(
  source: ByteSource,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  if (offset + length > source.size) throw truncated(source, offset + length);
  const whole = new Uint8Array(length);
  let filled = 0;
  for await (const piece of source.read(offset, length)) {
    whole.set(piece, filled);
    filled += piece.length;
  }
  if (filled !== length) throw truncated(source, offset + length);
  return whole;
}

function seeking(source: ByteSource) {
  return {
    position: 0,
    async take(length: number): Promise<Uint8Array> {
      const bytes = await readAt(source, this.position, length);
      this.position += length;
      return bytes;
    },
    /** Past a content, which must fit into the file together with its padding and the end. */
    skip(size: number): void {
      const needed = this.position + size + paddingOf(size) + 2 * blockBytes;
      if (needed > source.size) throw truncated(source, needed);
      this.position += size;
    },
  };
}

function truncated(source: ByteSource, needed: number) {
  return refused(
    "archive-truncated",
    source.name,
    `"${source.name}" is shorter than its contents say.`,
    {
      expected: `at least ${needed} bytes`,
      got: `${source.size} bytes`,
      hint: "The file was not copied whole: copy or download it again.",
    },
  );
}

function forbidden(file: string, name: string, what: string) {
  return refused(
    "archive-forbidden-entry",
    file,
    `The entry "${name}" of "${file}" is not allowed.`,
    {
      expected: "regular files with relative names, each once",
      got: what,
      hint: "Make the bundle again with `bundle create`.",
    },
  );
}

function invisible(file: string, name: string) {
  const shown = withHiddenShown(name);
  return refused(
    "invisible-character",
    file,
    `The name "${shown}" of an entry of "${file}" holds a character that does not show.`,
    {
      expected: "names of characters that show",
      got: shown,
      hint: "Rename the file, and make the bundle again.",
    },
  );
}

function tooMany(file: string) {
  return refused("bundle-too-many-entries", file, `"${file}" has too many entries.`, {
    expected: `at most ${bundleLimits.entries}`,
    got: "more",
    hint: "Put only the Artifacts that the Manifest names into the bundle.",
  });
}
