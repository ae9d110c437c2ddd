import type { Problem } from "../core/problem.ts";
import type { FileError } from "../platform/types.ts";

/** What the machine refused, as the failure of the state that needed it. */
export function fileProblem(error: FileError): Problem {
  return {
    code: "machine-failed",
    message: `This machine failed at "${error.path}": ${error.message}.`,
    got: error.code,
    hint:
      error.code === "ENOSPC"
        ? "Free some space on the file system of the datastore, then install again."
        : "Look at the medium and its file system, then install again.",
  };
}
