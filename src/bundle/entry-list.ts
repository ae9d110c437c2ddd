import { type Checksum, type ListComplaint, readChecksumList } from "../artifact/checksum-list.ts";
import type { VerifiedArtifact } from "../artifact/verify.ts";

/** What the payload of an Artifact takes once it is unpacked. */
export interface PayloadSize {
  readonly files: number;
  readonly bytes: number;
}

/** An entry as the `checksums` of a bundle list it. */
export interface ListedEntry extends Checksum {
  /** Set where whoever wrote the list had verified all of the Artifact. */
  readonly whole: PayloadSize | null;
}

/** A comment to `sha256sum`, below the line of its entry. There is one way to write a number. */
const wholeLine = /^# verified whole: files (0|[1-9]\d{0,8}), bytes (0|[1-9]\d{0,14})$/;

/** Reads `checksums`: lines as `readChecksumList` takes them, and below each but the first perhaps that it is whole. */
export function readEntryList(
  bytes: Uint8Array,
  objectionTo: (name: string) => string | null,
): readonly ListedEntry[] | ListComplaint {
  // One character a byte, so that the rest stays what it was.
  const lines = Buffer.from(bytes).toString("latin1").split("\n");
  const kept: { readonly text: string; readonly line: number; whole: PayloadSize | null }[] = [];
  for (const [at, text] of lines.entries()) {
    const whole = sizeIn(text);
    const above = kept.at(-1);
    if (whole === null) kept.push({ text, line: at + 1, whole: null });
    else if (above === undefined || kept.length === 1 || above.whole !== null) {
      return { line: at + 1, what: "says of no Artifact that it was verified" };
    } else above.whole = whole;
  }
  const sums = Buffer.from(kept.map(({ text }) => text).join("\n"), "latin1");
  const list = readChecksumList(sums, objectionTo);
  if ("line" in list) return { ...list, line: kept[list.line - 1]?.line ?? list.line };
  return list.map((each, at) => ({ ...each, whole: kept[at]?.whole ?? null }));
}

/** The list as it is written. */
export function writeEntryList(list: readonly ListedEntry[]): Uint8Array {
  const lines = list.map(({ sha256, name, whole }) => [
    `${sha256}  ${name}\n`,
    whole === null ? "" : `# verified whole: files ${whole.files}, bytes ${whole.bytes}\n`,
  ]);
  return new TextEncoder().encode(lines.flat().join(""));
}

/** Null where whoever unpacks its header could not be sure to unpack the payload, too. */
export function wholeSize({ files, isPackedAlike }: VerifiedArtifact): PayloadSize | null {
  return isPackedAlike ? payloadSize(files) : null;
}

export function payloadSize(files: VerifiedArtifact["files"]): PayloadSize {
  return { files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) };
}

function sizeIn(text: string): PayloadSize | null {
  const [, files, bytes] = wholeLine.exec(text) ?? [];
  return files === undefined ? null : { files: Number(files), bytes: Number(bytes) };
}
