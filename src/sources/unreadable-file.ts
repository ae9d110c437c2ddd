import type { Problem } from "../core/problem.ts";
import type { FileError } from "../platform/types.ts";

/** A file that was given and cannot be read, by the name that it was given by. */
export function unreadableFile(name: string, error: FileError): Problem {
  return {
    code: "file-unreadable",
    message: `"${name}" cannot be read: ${error.message}.`,
    at: { file: name },
    got: error.code,
    hint: hints[error.code] ?? "Check the name, the permissions, and that the medium is there.",
  };
}

const isMissing = "Check the name, and that the medium is there.";
const isForbidden = "Give the user that calls this the right to read it.";

const hints: { readonly [code: string]: string } = {
  EISDIR: "Give a file.",
  ENOENT: isMissing,
  ENOTDIR: isMissing,
  EACCES: isForbidden,
  EPERM: isForbidden,
};
