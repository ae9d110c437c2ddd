import { crc32 } from "node:zlib";

/**
 * One record a line: the CRC-32 of all that follows it in the line, as eight lower-case hexadecimal digits; a
 * blank; the record as JSON; a newline. The blank is a tab where everything before the line had reached the disk when
 * the line was written, else a space. See docs/journal.md.
 */

const newline = 0x0a;
const tab = 0x09;
const space = 0x20;
const crcLength = 8;

/** A line as the journal holds it. `allSynced`: everything before it has been synced. */
export function encodeLine(json: string, allSynced: boolean): Uint8Array {
  const body = new TextEncoder().encode(`${allSynced ? "\t" : " "}${json}`);
  const line = new Uint8Array(crcLength + body.length + 1);
  line.set(new TextEncoder().encode(checksum(body)));
  line.set(body, crcLength);
  line[line.length - 1] = newline;
  return line;
}

/** The lines of a journal: those that can be relied on, and what is wrong with the rest. */
export interface Lines {
  readonly records: readonly string[];
  /** Bytes that the whole lines take. */
  readonly length: number;
  /**
   * `torn`: the last thing written never reached the disk whole, as after a power cut; it had not been synced, and can
   * be cut off. `corrupt`: something that had been written whole is not what it was.
   */
  readonly rest: "none" | "torn" | "corrupt";
}

export function decodeLines(bytes: Uint8Array): Lines {
  const records: string[] = [];
  let length = 0;
  for (const { line, end } of linesOf(bytes, 0)) {
    const record = line === null ? null : readLine(line);
    if (record === null) {
      return { records, length, rest: isTorn(bytes, length) ? "torn" : "corrupt" };
    }
    records.push(record);
    length = end;
  }
  return { records, length, rest: "none" };
}

/**
 * Whether what follows the last good line can be what a power cut leaves of writes that were never synced: they are
 * short, or there are zeros where they should be, and whole ones may follow behind a gap. That it was damaged later
 * shows by a line further on, written when all before it was on the disk; or by a wrong line without zeros, behind
 * which something else was written. Of a wrong first line there is nothing to go back to: it must be short or have
 * zeros.
 */
function isTorn(bytes: Uint8Array, start: number): boolean {
  if (wasSynced(bytes, start)) return false;
  const [wrong] = linesOf(bytes, start);
  if (wrong === undefined || wrong.line === null || wrong.line.includes(0)) return true;
  return start > 0 && wrong.end === bytes.length;
}

/**
 * Whether a whole line with a tab follows. No other tab occurs in a journal, so a line is looked for from its tab on:
 * the newline before it may be what was damaged.
 */
function wasSynced(bytes: Uint8Array, start: number): boolean {
  for (const { line, end } of linesOf(bytes, start)) {
    const tabAt = line?.lastIndexOf(tab) ?? -1;
    if (line === null || tabAt < 0) continue;
    const from = end - 1 - line.length + tabAt - crcLength;
    if (readLine(bytes.subarray(Math.max(start, from), end - 1)) !== null) return true;
  }
  return false;
}

/** Lines without their newline; null for what comes behind the last newline. */
function* linesOf(
  bytes: Uint8Array,
  start: number,
): Generator<{
  readonly line: Uint8Array | null;
  readonly end: number;
}> {
  for (let at = start; at < bytes.length;) {
    const newlineAt = bytes.indexOf(newline, at);
    const end = newlineAt < 0 ? bytes.length : newlineAt + 1;
    yield { line: newlineAt < 0 ? null : bytes.subarray(at, newlineAt), end };
    at = end;
  }
}

/** Its JSON; null where it is no whole line. */
function readLine(line: Uint8Array): string | null {
  const body = line.subarray(crcLength);
  const [blank] = body;
  if (blank !== tab && blank !== space) return null;
  const sum = new TextDecoder("latin1").decode(line.subarray(0, crcLength));
  return sum === checksum(body) ? new TextDecoder().decode(body.subarray(1)) : null;
}

function checksum(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(crcLength, "0");
}
