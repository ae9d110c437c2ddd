import type { Problem } from "../core/problem.ts";

/** What a file is that is none of ours. */
export interface ForeignKind {
  readonly looksLike: string;
  readonly hint: string;
}

interface Signature extends ForeignKind {
  /** Bytes at the start. */
  readonly bytes: readonly number[];
}

const rightFile = "Give the right file.";
const onlyGzip = "a bundle is an uncompressed tar, or one that gzip has compressed.";

const signatures: readonly Signature[] = [
  {
    bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
    looksLike: "a file that xz has compressed",
    hint: `Unpack it with \`xz -d\`: ${onlyGzip}`,
  },
  {
    bytes: [0x28, 0xb5, 0x2f, 0xfd],
    looksLike: "a file that zstd has compressed",
    hint: `Unpack it with \`zstd -d\`: ${onlyGzip}`,
  },
  {
    bytes: [0x42, 0x5a, 0x68],
    looksLike: "a file that bzip2 has compressed",
    hint: `Unpack it with \`bzip2 -d\`: ${onlyGzip}`,
  },
  {
    bytes: [0x50, 0x4b, 0x03, 0x04],
    looksLike: "a ZIP archive",
    hint: "Unpack it, and make a bundle of what it holds with `bundle create`.",
  },
  {
    bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c],
    looksLike: "a 7z archive",
    hint: "Unpack it, and make a bundle of what it holds with `bundle create`.",
  },
  { bytes: [0x7f, 0x45, 0x4c, 0x46], looksLike: "a program (ELF)", hint: rightFile },
];

/** `head`: the first bytes of the file. Null: nothing says that it is no text. */
export function foreignKind(head: Uint8Array): ForeignKind | null {
  // Some begin with letters, as a text may.
  const known = signatures.find(({ bytes }) => bytes.every((byte, at) => head[at] === byte));
  if (known !== undefined && hasControl(head)) return known;
  if (isOldTar(head)) return oldTar;
  return isBinary(head) && !hasWideMark(head) ? binary : null;
}

export function notOurs(file: string, { looksLike, hint }: ForeignKind): Problem {
  return {
    code: "file-not-ours",
    message: `"${file}" is not a bundle, Manifest or Artifact: it looks like ${looksLike}.`,
    at: { file },
    expected: "a bundle, a Manifest or an Artifact",
    got: looksLike,
    hint,
  };
}

/** For those who can do with nothing but a bundle. */
export function noBundle(file: string): Problem {
  return {
    code: "file-not-ours",
    message: `"${file}" is not a bundle: it looks like a text, as a Manifest is.`,
    at: { file },
    expected: "a bundle",
    got: "a text",
    hint: "Make a bundle of the Manifest and its Artifacts with `bundle create`.",
  };
}

const oldTar: ForeignKind = {
  looksLike: "a tar of the old kind (v7)",
  hint: "Pack it with `tar --format=gnu`, or with `bundle create`.",
};

const binary: ForeignKind = { looksLike: "binary data of no known kind", hint: rightFile };

const headerBytes = 512;
const sumAt = 148;
const sumBytes = 8;

/** A tar's header without the mark of later kinds: its sum is right. */
function isOldTar(head: Uint8Array): boolean {
  if (head.length < headerBytes || head[0] === 0) return false;
  const written = new TextDecoder("latin1").decode(head.subarray(sumAt, sumAt + sumBytes));
  const digits = /^ *([0-7]+)[ \0]*$/.exec(written)?.[1];
  if (digits === undefined) return false;
  const blank = " ".charCodeAt(0);
  const sum = head
    .subarray(0, headerBytes)
    .reduce((total, byte, at) => total + (at >= sumAt && at < sumAt + sumBytes ? blank : byte), 0);
  return Number.parseInt(digits, 8) === sum;
}

/**
 * Bytes that are no UTF-8, and among them such as no text has. A text that has only the one or the other is told its
 * fault.
 */
function isBinary(head: Uint8Array): boolean {
  return !isUtf8(head) && hasControl(head);
}

function hasControl(head: Uint8Array): boolean {
  return head.some((byte) => byte < 0x20 && ![0x09, 0x0a, 0x0c, 0x0d].includes(byte));
}

/** The last character may be cut off. */
function isUtf8(head: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** A text in UTF-16, which only has to be saved in another way. */
function hasWideMark([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}
