import type { Problem } from "../core/problem.ts";
import type { FileError } from "../platform/types.ts";

const otherUser =
  "Call the command as root, or as the user whom the datastore belongs to; to plan at a desk, name a directory of your own with MENDER_ORCHESTRATOR_DATASTORE_DIR.";

/** What somebody must do first; the machine is sound. */
const notReady: ReadonlyMap<string, string> = new Map([
  ["EROFS", "Mount the file system of the datastore for writing, then call the command again."],
  ["EACCES", otherUser],
  ["EPERM", otherUser],
]);

/** The datastore cannot be used by this caller, or not now. Null: the failure is another one. */
export function datastoreNotReady(error: FileError, datastore: string): Problem | null {
  const hint = notReady.get(error.code);
  const isThere = error.path === datastore || error.path.startsWith(`${datastore}/`);
  // Where it is to be made, its parent refuses that.
  if (hint === undefined || !(isThere || datastore.startsWith(`${error.path}/`))) return null;
  return {
    code: "datastore-not-writable",
    message: `The datastore "${datastore}" cannot be used: "${error.path}": ${error.message}.`,
    got: error.code,
    hint,
  };
}

export function machineFailed(error: FileError): Problem {
  return {
    code: "machine-failed",
    message: `This machine failed at "${error.path}": ${error.message}.`,
    got: error.code,
    hint: "Repair what the system reports, then call the command again; status tells what resume will do with a deployment in progress.",
  };
}
