import { basename } from "node:path";
import { ArtifactError } from "../artifact/artifact-error.ts";
import type { FailureReason } from "../core/events.ts";
import { TransferError } from "./transfer-error.ts";

/** Of which Download a failure is told. */
export interface Told {
  readonly executable: string;
  readonly source: { readonly name: string };
}

/** Why the payload could not be read or stored; throws on what is a bug. */
export function reasonOf(error: unknown, { executable, source }: Told): FailureReason {
  if (error instanceof ArtifactError) return { kind: "problem", problem: error.problem };
  if (!(error instanceof TransferError)) throw error;
  const { reason, side } = error;
  const about =
    side === "source"
      ? {
          code: "file-unreadable" as const,
          message: `"${source.name}" could not be read to its end: ${reason.message}.`,
          at: { file: source.name },
          hint: "Check that the medium is there and that the file may be read, then try again.",
        }
      : {
          code: "payload-not-delivered" as const,
          message: `The payload could not be brought to the Interface "${basename(executable)}": ${reason.message}.`,
          at: { file: reason.path },
          hint: "Look at the space and the permissions of the datastore, then try again.",
        };
  return { kind: "problem", problem: { ...about, got: reason.code } };
}

/** Null: it was between two streams. */
export function notRead(during: string | null, { executable }: Told): FailureReason {
  const by = basename(executable);
  const what = during === null ? "all streams" : `all of the stream "${during}"`;
  return {
    kind: "problem",
    problem: {
      code: "streams-unread",
      message: `The Interface "${by}" did not read ${what}.`,
      expected: "every stream read once and whole, then an empty stream-next; or none of them",
      hint: "Let it read stream-next until it is empty, and each stream that it names to its end.",
    },
  };
}
