import { refused } from "./artifact-error.ts";
import type { ByteReader } from "./byte-reader.ts";
import { limits } from "./limits.ts";
import { isZero } from "./tar-reader.ts";

/** Reads what must be a few zeros up to the end, as the rest of a tape's last record is. */
export async function demandEnd(file: string, reader: ByteReader): Promise<void> {
  let total = 0;
  for (let piece = await reader.piece(); piece !== null; piece = await reader.piece()) {
    total += piece.length;
    if (total > limits.endPadding || !isZero(piece)) throw trailing(file);
  }
}

export function trailing(file: string) {
  return refused(
    "archive-trailing-data",
    file,
    `Something follows the end of the archive "${file}".`,
    { hint: "The file was changed after it was made: get it again." },
  );
}
