import type { Problem } from "../core/problem.ts";
import type { ProblemCode } from "../core/problem-codes.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { FileError } from "../platform/types.ts";

/**
 * Bytes on their way turned out not to be what they must be. Streams throw it, because a stream has
 * no other way to fail; everything that answers with a Result turns it into one.
 */
export class ArtifactError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.message);
    this.name = "ArtifactError";
    this.problem = problem;
  }
}

/** What the reader of an archive may say about it besides the message. */
export interface Complaint {
  readonly expected?: string;
  readonly got?: string;
  readonly hint?: string;
}

/** An ArtifactError about the file called `file`. */
export function refused(
  code: ProblemCode,
  file: string,
  message: string,
  complaint: Complaint = {},
): ArtifactError {
  const { expected, got, hint = "Get the file again from where it was made." } = complaint;
  return new ArtifactError({
    code,
    message,
    at: { file },
    ...(expected === undefined ? {} : { expected }),
    ...(got === undefined ? {} : { got }),
    hint,
  });
}

/**
 * Runs a reader that throws: what is wrong with the bytes or the medium becomes a Problem, a bug stays an exception.
 */
export async function asResult<T>(file: string, read: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await read());
  } catch (error) {
    if (error instanceof ArtifactError) return fail(error.problem);
    if (error instanceof FileError) return fail(unreadable(file, error));
    throw error;
  }
}

function unreadable(file: string, error: FileError): Problem {
  return {
    code: "file-unreadable",
    message: `"${file}" could not be read to its end: ${error.message}.`,
    at: { file },
    got: error.code,
    hint: "Check that the medium is there and that the file may be read, then try again.",
  };
}
