import { FileError } from "../platform/types.ts";

/**
 * A payload could not be brought from where it lies to where it belongs: whose fault it was, and what the system said.
 */
export class TransferError extends Error {
  readonly side: "source" | "target";
  readonly reason: FileError;
  constructor(side: "source" | "target", reason: FileError) {
    super(reason.message);
    this.name = "TransferError";
    this.side = side;
    this.reason = reason;
  }
}

/** What the system refused, as TransferError of that side; everything else as it is. */
export function asTransferError(side: "source" | "target", error: unknown): unknown {
  return error instanceof FileError ? new TransferError(side, error) : error;
}

/** Runs something that only touches the work dir. */
export async function onTarget<T>(act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw asTransferError("target", error);
  }
}
