import type { DecodedHeader } from "tar-stream/headers.js";
import { refused } from "./artifact-error.ts";
import type { ByteReader } from "./byte-reader.ts";
import { limits } from "./limits.ts";
import { field, gnuMagic, posixMagic } from "./tar-header.ts";

/**
 * What trust needs beyond tar-stream, which reads a header as well as it can, takes padding and extended headers as
 * they come, and goes on after the end of the archive. Nothing is decoded here, only refused.
 */

/** ArtifactError where a block, not of zeros, is no header. Before it is decoded. */
export function auditMagic(file: string, block: Uint8Array): void {
  const magic = latin1(block, field.magic);
  if (magic !== posixMagic && magic !== gnuMagic) {
    throw invalid(file, "a header that is not one of a POSIX tar");
  }
}

/** What tar-stream made of a block: null where it refused it. Every number must be well-formed, the names UTF-8. */
export function auditHeader(
  file: string,
  block: Uint8Array,
  decoded: DecodedHeader | null,
): DecodedHeader & { readonly size: number } {
  if (decoded === null || !isOctal(latin1(block, field.sum))) {
    throw invalid(file, "a header whose sum is wrong");
  }
  const isPosix = latin1(block, field.magic) === posixMagic;
  const numbers = [field.mode, field.uid, field.gid, field.mtime];
  const ofPosix = isPosix ? [field.major, field.minor] : [];
  for (const range of [...numbers, ...ofPosix, field.size]) {
    if (!isNumber(block, range)) throw invalid(file, "a number that is not octal");
  }
  const { size } = decoded;
  if (size === null || !Number.isSafeInteger(size) || size < 0 || isNegative(block, field.size)) {
    throw invalid(file, "an impossible size");
  }
  if (isPosix) demandUtf8(file, upToNul(block, field.prefix));
  demandUtf8(file, upToNul(block, field.name));
  return { ...decoded, size };
}

/** An extended header stands before an entry, and alone. */
export function auditAlone(file: string, isExtended: boolean): void {
  if (isExtended) throw invalid(file, "two extended headers in a row");
}

export function auditExtendedSize(file: string, size: number): void {
  if (size <= limits.extendedHeader) return;
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

/** POSIX.1-2001: records `<length> <key>=<value>\n`, the length that of the whole record, each key once. */
export function auditPax(file: string, content: Uint8Array): void {
  const keys = new Set<string>();
  const sizes: string[] = [];
  for (let at = 0; at < content.length;) {
    const blank = content.indexOf(0x20, at);
    const digits = blank === -1 ? "" : demandUtf8(file, content.subarray(at, blank));
    const end = at + Number(/^[1-9][0-9]{0,5}$/.test(digits) ? digits : Number.NaN);
    if (!(end <= content.length) || end <= blank || content[end - 1] !== 0x0a) {
      throw invalid(file, "an extended header that cannot be read");
    }
    const record = demandUtf8(file, content.subarray(blank + 1, end - 1));
    const equals = record.indexOf("=");
    const key = record.slice(0, equals);
    if (equals < 1 || keys.has(key) || key.startsWith("GNU.sparse")) {
      throw invalid(file, "an extended header that cannot be read");
    }
    keys.add(key);
    if (key === "size") sizes.push(record.slice(equals + 1));
    at = end;
  }
  if (!sizes.every((size) => /^(0|[1-9][0-9]{0,14})$/.test(size))) {
    throw invalid(file, "an impossible size");
  }
}

/** GNU tar's way of a name over 100 bytes: the content of an entry before it, ended by a NUL. */
export function auditLongPath(file: string, content: Uint8Array): void {
  const end = content.indexOf(0);
  if (end !== content.length - 1) throw invalid(file, "a long name without its end");
  demandUtf8(file, content.subarray(0, end));
}

/** What pads a content must be zeros, for nothing else would ever notice it. */
export function auditPadding(file: string, padding: Uint8Array): void {
  if (!isZero(padding)) throw invalid(file, "something between its entries");
}

/** The second of the two blocks that end an archive, which no extended header may stand before. */
export function auditEnd(file: string, second: Uint8Array): void {
  if (!isZero(second)) throw invalid(file, "only half of its end");
}

export function auditNothingOwed(file: string, isExtended: boolean): void {
  if (isExtended) throw invalid(file, "an extended header of nothing");
}

/** Reads what must be a few zeros up to the end, as the rest of a tape's last record is. */
export async function demandEnd(file: string, reader: ByteReader): Promise<void> {
  let total = 0;
  for (let piece = await reader.piece(); piece !== null; piece = await reader.piece()) {
    total += piece.length;
    if (total > limits.endPadding || !isZero(piece)) throw trailing(file);
  }
}

export function trailing(file: string) {
  return refused(
    "archive-trailing-data",
    file,
    `Something follows the end of the archive "${file}".`,
    { hint: "The file was changed after it was made: get it again." },
  );
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

type Range = readonly [from: number, to: number];

function latin1(block: Uint8Array, [from, to]: Range): string {
  return String.fromCharCode(...block.subarray(from, to));
}

function upToNul(block: Uint8Array, [from, to]: Range): Uint8Array {
  const bytes = block.subarray(from, to);
  const end = bytes.indexOf(0);
  return end === -1 ? bytes : bytes.subarray(0, end);
}

/** Names must be UTF-8: two that differ only in broken bytes would look the same. */
function demandUtf8(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalid(file, "a name that is not UTF-8");
  }
}

/** Octal, or GNU's way to write what octal has no room for: big-endian, the top bit of the first byte set. */
function isNumber(block: Uint8Array, range: Range): boolean {
  return ((block[range[0]] ?? 0) & 0x80) !== 0 || isOctal(latin1(block, range));
}

/** Of GNU's way; tar-stream takes the one of all ones for 0. */
function isNegative(block: Uint8Array, [from]: Range): boolean {
  return block[from] === 0xff;
}

/** Octal digits, blanks before and NUL or blanks behind; nothing at all is 0. */
function isOctal(digits: string): boolean {
  return /^ *[0-7]*[\u0000 ]*$/.test(digits);
}

function invalid(file: string, what: string) {
  return refused("archive-invalid", file, `"${file}" is not a sound tar archive: it has ${what}.`);
}
