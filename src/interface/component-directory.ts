import { createHash } from "node:crypto";
import type { ComponentId } from "../core/ids.ts";

/** Bytes up to which a name is used as it is; file systems take 255. */
const longest = 120;

/**
 * The name of a Component's directory: a single part of a path, different for different ids even where the file system
 * does not tell upper from lower case. What is no lower-case letter, digit, `-`, `_` or `.` stands as %XX, byte by
 * byte; what becomes too long ends in its SHA-256.
 */
export function componentDirectory(id: ComponentId): string {
  const encoded = [...new TextEncoder().encode(id)].map(encodeByte).join("").replace(/^\./, "%2e");
  if (encoded.length <= longest) return encoded;
  const sum = createHash("sha256").update(id).digest("hex");
  return `${encoded.slice(0, longest - sum.length - 1)}~${sum}`;
}

function encodeByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (/[a-z0-9._-]/.test(character)) return character;
  return `%${byte.toString(16).padStart(2, "0")}`;
}
