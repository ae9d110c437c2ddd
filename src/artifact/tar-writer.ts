import { pack, type Pack } from "tar-stream";
import { ArtifactError } from "./artifact-error.ts";
import { encodeHeader, paddingOf } from "./tar-header.ts";

/** A regular file of a tar that is written. */
export interface TarPart {
  readonly name: string;
  /** Bytes; exactly as many must come. */
  readonly size: number;
  readonly content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** All that comes before the content of an entry. */
type HeadOf = (name: string, size: number) => Uint8Array;

/**
 * Lays out a tar with tar-stream: contents, padding and end. The heads alone are ours, because there is one way to
 * write them; tar-stream's, which always take one block here, are exchanged for them.
 */
export async function* packTar(
  parts: readonly TarPart[],
  headOf: HeadOf = headAlone,
): AsyncGenerator<Uint8Array> {
  const tar = pack();
  feed(tar, parts).catch((error: unknown) => {
    tar.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  const coming = parts.values();
  let left = 0;
  for await (const chunk of tar) {
    if (left > 0) {
      left -= chunk.length;
      yield chunk;
      continue;
    }
    const { value: part } = coming.next();
    if (part === undefined) {
      yield chunk;
      return;
    }
    yield headOf(part.name, part.size);
    left = part.size + paddingOf(part.size);
  }
}

/** As packTar, of what is at hand, into memory. */
export async function tarOf(
  parts: readonly { readonly name: string; readonly content: Uint8Array }[],
): Promise<Uint8Array> {
  const whole: Uint8Array[] = [];
  for await (const chunk of packTar(parts.map((each) => partOf(each.name, each.content)))) {
    whole.push(chunk);
  }
  return Buffer.concat(whole);
}

export function partOf(name: string, content: Uint8Array): TarPart {
  return { name, size: content.length, content: [content] };
}

async function feed(tar: Pack, parts: readonly TarPart[]): Promise<void> {
  for (const { size, content } of parts) {
    const entry = tar.entry({ name: "entry", size, mtime: new Date(0) });
    // Whoever reads the tar meets it there.
    entry.on("error", () => {});
    for await (const piece of content) {
      // An empty piece would look like the end of its content.
      if (piece.length === 0) continue;
      if (entry.destroyed) return;
      if (!entry.write(piece) && !(await isDrained(entry))) return;
    }
    entry.end();
  }
  tar.finalize();
}

/** False where nobody reads the tar any more. */
function isDrained(entry: ReturnType<Pack["entry"]>): Promise<boolean> {
  return new Promise((settle) => {
    const end = (is: boolean) => {
      entry.off("drain", drained);
      entry.off("close", closed);
      settle(is);
    };
    const drained = () => end(true);
    const closed = () => end(false);
    entry.on("drain", drained);
    entry.on("close", closed);
  });
}

function headAlone(name: string, size: number): Uint8Array {
  const block = encodeHeader({ name, flag: "0", size });
  if (block !== null) return block;
  throw new ArtifactError({
    code: "archive-too-large",
    message: `"${name}" of ${String(size)} bytes does not fit into an Artifact.`,
    expected: "at most 8 GiB, and a name of at most 100 bytes",
    hint: "Let the bundle hold fewer Artifacts, or name the Artifacts in the Manifest by where they lie.",
  });
}
