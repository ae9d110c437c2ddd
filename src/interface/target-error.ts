import { FileError } from "../platform/types.ts";

/** The payload could not be brought to where it belongs: the work dir failed, not the source. */
export class TargetError extends Error {
  readonly reason: FileError;
  constructor(reason: FileError) {
    super(reason.message);
    this.name = "TargetError";
    this.reason = reason;
  }
}

/** Runs something that only touches the work dir. */
export async function onTarget<T>(act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof FileError ? new TargetError(error) : error;
  }
}
