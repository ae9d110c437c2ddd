import { refused } from "../artifact/artifact-error.ts";
import type { ByteSource, FileError } from "../platform/types.ts";

/** The bundle is well, but the place to unpack it to is not. */
export function notWritten(source: ByteSource, error: FileError) {
  return refused(
    "bundle-extract",
    source.name,
    `"${source.name}" could not be unpacked to "${error.path}": ${error.message}.`,
    { got: error.code, hint: "Give another place, or make room." },
  ).problem;
}
