import { refused } from "./artifact-error.ts";
import { limits } from "./limits.ts";
import { blockBytes, decodeHeader, invalid, paddingOf, utf8 } from "./tar-header.ts";

/** One entry of a tar, told before its content. */
export interface TarEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "link" | "other";
  /** Bytes of the content. */
  readonly size: number;
}

/** Where headers come from: a stream, or a file that is read by offset. */
export interface BlockInput {
  /** Exactly `length` bytes; ArtifactError where the input ends before. */
  take(length: number): Promise<Uint8Array>;
}

/**
 * The next entry's header; null at the end-of-archive blocks. Written by hand because trust hangs on it: the
 * usual parsers go on after the end of the archive, and take padding and extended headers as they come.
 */
export async function nextEntry(file: string, input: BlockInput): Promise<TarEntry | null> {
  let extended: Extended = {};
  for (;;) {
    const block = await input.take(blockBytes);
    if (isZero(block)) {
      if (Object.keys(extended).length > 0) throw invalid(file, "an extended header of nothing");
      if (!isZero(await input.take(blockBytes))) throw invalid(file, "only half of its end");
      return null;
    }
    const header = decodeHeader(file, block);
    switch (header.flag) {
      case "x":
        if (Object.keys(extended).length > 0) throw invalid(file, "two extended headers in a row");
        extended = readPax(file, await contentOf(file, input, header.size));
        break;
      case "L":
        if (Object.keys(extended).length > 0) throw invalid(file, "two extended headers in a row");
        extended = { name: longName(file, await contentOf(file, input, header.size)) };
        break;
      default:
        return {
          name: extended.name ?? header.name,
          kind: kinds[header.flag] ?? "other",
          size: extended.size ?? header.size,
        };
    }
  }
}

/** Reads what pads a content of `size` bytes; it must be zeros, for nothing else would ever notice it. */
export async function takePadding(file: string, input: BlockInput, size: number): Promise<void> {
  if (!isZero(await input.take(paddingOf(size))))
    throw invalid(file, "something between its entries");
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

const kinds: Readonly<Record<string, TarEntry["kind"]>> = {
  "0": "file",
  "1": "link",
  "2": "link",
  "5": "directory",
};

interface Extended {
  readonly name?: string;
  readonly size?: number;
}

async function contentOf(file: string, input: BlockInput, size: number): Promise<Uint8Array> {
  if (size > limits.extendedHeader) {
    throw refused(
      "archive-too-large",
      file,
      `"${file}" has an extended tar header of ${size} bytes.`,
      {
        expected: `at most ${limits.extendedHeader} bytes`,
        got: `${size} bytes`,
      },
    );
  }
  const content = await input.take(size);
  await takePadding(file, input, size);
  return content;
}

/** GNU tar's way of a name over 100 bytes: the content of an entry before it, ended by a NUL. */
function longName(file: string, content: Uint8Array): string {
  const end = content.indexOf(0);
  if (end !== content.length - 1) throw invalid(file, "a long name without its end");
  return utf8(file, content.subarray(0, end));
}

/** POSIX.1-2001: records `<length> <key>=<value>\n`, the length that of the whole record. */
function readPax(file: string, content: Uint8Array): Extended {
  const values = new Map<string, string>();
  for (let at = 0; at < content.length;) {
    const blank = content.indexOf(0x20, at);
    const digits = blank === -1 ? "" : utf8(file, content.subarray(at, blank));
    const end = at + Number(/^[1-9][0-9]{0,5}$/.test(digits) ? digits : Number.NaN);
    if (!(end <= content.length) || end <= blank || content[end - 1] !== 0x0a) {
      throw invalid(file, "an extended header that cannot be read");
    }
    const record = utf8(file, content.subarray(blank + 1, end - 1));
    const equals = record.indexOf("=");
    const key = record.slice(0, equals);
    if (equals < 1 || values.has(key) || key.startsWith("GNU.sparse")) {
      throw invalid(file, "an extended header that cannot be read");
    }
    values.set(key, record.slice(equals + 1));
    at = end;
  }
  const name = values.get("path");
  const size = values.get("size");
  if (size !== undefined && !/^(0|[1-9][0-9]{0,14})$/.test(size))
    throw invalid(file, "an impossible size");
  return {
    ...(name === undefined ? {} : { name }),
    ...(size === undefined ? {} : { size: Number(size) }),
  };
}
