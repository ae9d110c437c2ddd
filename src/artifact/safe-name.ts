import { hiddenCharacters } from "../core/hidden-characters.ts";

/** Bytes that a single part of a path may have on the file systems of devices. */
const partBytes = 255;

/** Whether `name` can be one part of a path and nothing else: no `/`, no `..`, nothing unprintable or invisible. */
export function isSafePart(name: string): boolean {
  return (
    name !== "" &&
    name !== "." &&
    name !== ".." &&
    !/[/\p{Cc}]/u.test(name) &&
    hiddenCharacters(name).length === 0 &&
    new TextEncoder().encode(name).length <= partBytes
  );
}

/** Whether `name` is a relative path of at most eight safe parts. */
export function isSafePath(name: string): boolean {
  const parts = name.split("/");
  return parts.length <= 8 && parts.every(isSafePart);
}
