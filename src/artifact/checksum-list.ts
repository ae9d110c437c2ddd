import { Sha256 } from "../core/ids.ts";

/** One line of a list as `sha256sum` writes it. */
export interface Checksum {
  readonly name: string;
  readonly sha256: Sha256;
}

/** What is wrong with a list, for a message that says which list it is. */
export interface ListComplaint {
  /** Counts from 1. */
  readonly line: number;
  readonly what: string;
}

/**
 * Reads `<64 lower-case hex>  <name>` lines, each ended by a newline: no blank lines, no CRLF, no name twice.
 * Names with blanks or other unprintables are for `accepts` to refuse.
 */
export function readChecksumList(
  bytes: Uint8Array,
  objectionTo: (name: string) => string | null,
): readonly Checksum[] | ListComplaint {
  const text = decode(bytes);
  if (text === null) return { line: 1, what: "is not UTF-8" };
  const lines = text.split("\n");
  if (lines.pop() !== "") return { line: lines.length + 1, what: "does not end with a newline" };

  const list: Checksum[] = [];
  const names = new Set<string>();
  for (const [at, line] of lines.entries()) {
    const complain = (what: string): ListComplaint => ({ line: at + 1, what });
    const sum = Sha256.safeParse(line.slice(0, 64));
    const name = line.slice(66);
    if (!sum.success || line.slice(64, 66) !== "  ") {
      return complain("is not a checksum, two blanks and a name");
    }
    const objection = objectionTo(name);
    if (objection !== null) return complain(`has the name ${JSON.stringify(name)}, ${objection}`);
    if (names.has(name)) return complain(`lists "${name}" a second time`);
    names.add(name);
    list.push({ name, sha256: sum.data });
  }
  return list;
}

/** The list as it is written: one line each, in the given order. */
export function writeChecksumList(list: readonly Checksum[]): Uint8Array {
  return new TextEncoder().encode(list.map((each) => `${each.sha256}  ${each.name}\n`).join(""));
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
