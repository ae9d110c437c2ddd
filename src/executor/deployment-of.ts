import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { replay } from "../deployment/evolve.ts";
import { ForeignRecord } from "../deployment/foreign-record.ts";
import type { JournalRecord } from "../deployment/records.ts";

/** The deployment that a journal tells of; null where it holds no run yet. */
export function deploymentOf(records: readonly JournalRecord[]): Result<Deployment | null> {
  try {
    return ok(replay(records));
  } catch (error) {
    if (!(error instanceof ForeignRecord)) throw error;
    return fail(notFollowed(records, error));
  }
}

function notFollowed([first]: readonly JournalRecord[], { message }: ForeignRecord): Problem {
  const which = first?.type === "begin" ? ` of deployment "${first.deployment}"` : "";
  return {
    code: "journal-version",
    message: `The journal${which} was written by another version of this program.`,
    expected: "records that follow from those before them",
    got: message,
    hint: "Nothing was changed. Let the version of the program that began the deployment end it, with resume or rollback.",
  };
}
