import { hiddenCharacters } from "../core/hidden-characters.ts";

/** Bytes that a single part of a path may have on the file systems of devices. */
const partBytes = 255;

/** Parts that a path may have. */
const pathParts = 8;

/** Whether `name` can be one part of a path and nothing else: no `/`, no `..`, nothing unprintable or invisible. */
export function isSafePart(name: string): boolean {
  return (
    name !== "" &&
    name !== "." &&
    name !== ".." &&
    !/[/\x00-\x1f\x7f-\x9f]/u.test(name) &&
    hiddenCharacters(name).length === 0 &&
    new TextEncoder().encode(name).length <= partBytes
  );
}

/** Over which limit the path is; null: over none. */
export function overlong(name: string): string | null {
  const parts = name.split("/");
  if (parts.length > pathParts)
    return `which has ${parts.length} parts, and may have at most ${pathParts}`;
  const lengths = parts.map((part) => new TextEncoder().encode(part).length);
  const longest = Math.max(...lengths);
  return longest > partBytes
    ? `a part of which has ${longest} bytes, and may have at most ${partBytes}`
    : null;
}

/** Whether `name` is a relative path of at most eight safe parts. */
export function isSafePath(name: string): boolean {
  const parts = name.split("/");
  return parts.length <= pathParts && parts.every(isSafePart);
}
