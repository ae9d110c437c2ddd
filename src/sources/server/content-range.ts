import type { Answer } from "./exchange.ts";
import { answerInvalid, sizeDiffers } from "./problems.ts";

/** From `start` up to, and without, `end`. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/**
 * The answer is exactly the stretch that was asked for, of a file of exactly the listed size; or, where the stretch
 * begins with the file, the whole of it. Throws ArtifactError.
 */
export function demandRange(
  { response, party }: Answer,
  { name, size }: { readonly name: string; readonly size: number },
  { start, end }: Stretch,
): { readonly isWhole: boolean } {
  const encoding = response.header("content-encoding") ?? "identity";
  if (encoding.toLowerCase() !== "identity") {
    throw answerInvalid(
      party,
      "sends an encoded file",
      "the file as it is",
      `"${shown(encoding)}"`,
    );
  }
  const isWhole = response.status === 200;
  const length = lengthOf(response.header("content-length"));
  if (isWhole) {
    if (start > 0) {
      const expected = `status 206 for bytes ${start} to ${end - 1}`;
      throw answerInvalid(party, "cannot go on in the middle of a file", expected, "status 200");
    }
    if (length !== null && length !== size) throw sizeDiffers(name, size, `${length} bytes`);
    return { isWhole };
  }
  const range = response.header("content-range") ?? "";
  const [, first, last, total] = rangeForm.exec(range) ?? [];
  if (total !== undefined && Number(total) !== size)
    throw sizeDiffers(name, size, `${total} bytes`);
  const isExact = Number(first) === start && Number(last) === end - 1 && total !== undefined;
  if (!isExact || (length !== null && length !== end - start)) {
    const got = `"${shown(range)}" of ${length ?? "unknown"} bytes`;
    const expected = `"bytes ${start}-${end - 1}/${size}" of ${end - start} bytes`;
    throw answerInvalid(party, "sends another range than it was asked for", expected, got);
  }
  return { isWhole };
}

const rangeForm = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/;

/** Null: it is not told, or not in numbers; then the end of the connection tells. */
function lengthOf(header: string | null): number | null {
  return header !== null && /^\d{1,15}$/.test(header) ? Number(header) : null;
}

/** Of a header that anybody may have written. */
function shown(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, 80);
}
