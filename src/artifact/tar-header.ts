import { refused } from "./artifact-error.ts";

/** The unit of a tar: headers take one block, contents are padded to whole ones. */
export const blockBytes = 512;

/** How many bytes pad a content of `size` bytes to whole blocks. */
export function paddingOf(size: number): number {
  return (blockBytes - (size % blockBytes)) % blockBytes;
}

/** What a header block says, before extended headers have their say. */
export interface TarHeader {
  readonly name: string;
  /** The type flag: `0` a regular file, `5` a directory, `x` an extended header and so on. */
  readonly flag: string;
  /** Bytes. */
  readonly size: number;
}

/** Byte ranges of the fields: POSIX.1-1988 `ustar`, which GNU's own format shares up to `prefix`. */
const field = {
  name: [0, 100],
  mode: [100, 108],
  uid: [108, 116],
  gid: [116, 124],
  size: [124, 136],
  mtime: [136, 148],
  sum: [148, 156],
  flag: [156, 157],
  magic: [257, 265],
  major: [329, 337],
  minor: [337, 345],
  prefix: [345, 500],
} as const;

const posixMagic = "ustar\u000000";
const gnuMagic = "ustar  \u0000";

/** Reads one header block; ArtifactError where it is none. Strict: every number must be well-formed, the sum right. */
export function decodeHeader(file: string, block: Uint8Array): TarHeader {
  const magic = latin1(block, field.magic);
  if (magic !== posixMagic && magic !== gnuMagic) {
    throw invalid(file, "a header that is not one of a POSIX tar");
  }
  if (octal(latin1(block, field.sum)) !== sumOf(block)) {
    throw invalid(file, "a header whose sum is wrong");
  }
  for (const range of [field.mode, field.uid, field.gid, field.mtime]) number(file, block, range);
  if (magic === posixMagic) {
    for (const range of [field.major, field.minor]) number(file, block, range);
  }
  const size = number(file, block, field.size);
  if (!Number.isSafeInteger(size) || size < 0) throw invalid(file, "an impossible size");

  const prefix = magic === posixMagic ? text(file, block, field.prefix) : "";
  const name = text(file, block, field.name);
  const flag = latin1(block, field.flag);
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    flag: flag === "\u0000" ? "0" : flag,
    size,
  };
}

/** The one way we write a header, so that a bundle's bytes can be demanded exactly. Null where name or size need an extended one. */
export function encodeHeader(header: TarHeader): Uint8Array | null {
  const name = new TextEncoder().encode(header.name);
  if (name.length > 100 || header.size > 0o77777777777) return null;
  const block = new Uint8Array(blockBytes);
  const put = (at: number, value: string) => block.set(new TextEncoder().encode(value), at);
  block.set(name);
  put(field.mode[0], "0000644\u0000");
  put(field.uid[0], "0000000\u0000");
  put(field.gid[0], "0000000\u0000");
  put(field.size[0], `${header.size.toString(8).padStart(11, "0")}\u0000`);
  put(field.mtime[0], "00000000000\u0000");
  put(field.flag[0], header.flag);
  put(field.magic[0], posixMagic);
  put(field.major[0], "0000000\u0000");
  put(field.minor[0], "0000000\u0000");
  put(field.sum[0], `${sumOf(block).toString(8).padStart(6, "0")}\u0000 `);
  return block;
}

type Range = readonly [from: number, to: number];

function latin1(block: Uint8Array, [from, to]: Range): string {
  return String.fromCharCode(...block.subarray(from, to));
}

/** Text up to the first NUL. */
function text(file: string, block: Uint8Array, [from, to]: Range): string {
  const bytes = block.subarray(from, to);
  const end = bytes.indexOf(0);
  return utf8(file, end === -1 ? bytes : bytes.subarray(0, end));
}

/** Names must be UTF-8: two that differ only in broken bytes would look the same. */
export function utf8(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalid(file, "a name that is not UTF-8");
  }
}

function number(file: string, block: Uint8Array, range: Range): number {
  const [from, to] = range;
  const lead = block[from] ?? 0;
  const value =
    (lead & 0x80) === 0 ? octal(latin1(block, range)) : base256(block.subarray(from, to));
  if (value === null) throw invalid(file, "a number that is not octal");
  return value;
}

/** Octal digits, blanks before and NUL or blanks behind; nothing at all is 0. Null where it is something else. */
function octal(digits: string): number | null {
  const match = /^ *([0-7]*)[\u0000 ]*$/.exec(digits);
  return match === null ? null : Number.parseInt(`0${match[1] ?? ""}`, 8);
}

/** GNU's way to write what octal has no room for: big-endian, the top bit of the first byte set. */
function base256(bytes: Uint8Array): number {
  const negative = bytes[0] === 0xff;
  let value = negative ? -1 : (bytes[0] ?? 0) & 0x7f;
  for (const byte of bytes.subarray(1)) value = value * 256 + byte;
  return value;
}

/** The sum of all bytes, those of the sum itself counted as blanks. */
function sumOf(block: Uint8Array): number {
  const [from, to] = field.sum;
  let sum = (to - from) * 0x20;
  for (let at = 0; at < blockBytes; at += 1) {
    if (at < from || at >= to) sum += block[at] ?? 0;
  }
  return sum;
}

export function invalid(file: string, what: string) {
  return refused("archive-invalid", file, `"${file}" is not a sound tar archive: it has ${what}.`);
}
