import * as z from "zod";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { decodeLines, encodeLine } from "./codec.ts";

/** A version of what the records look like; it is told by the first record's `format`. */
export interface RecordFormat<R> {
  readonly version: number;
  readonly schema: z.ZodType<R>;
}

/** What a journal holds. */
export interface Journal<R> {
  /** Without those that never reached the disk; all of them were whole when they were written. */
  readonly records: readonly R[];
  /** The version of its format, which it keeps to its end; null where no record is left. */
  readonly format: number | null;
  /** Bytes that the records take. */
  readonly length: number;
  /** Behind them lies what a power cut left of further ones. */
  readonly isTorn: boolean;
}

/** One line a record. `allSynced`: all that was written before has been synced. */
export function encodeRecords<R>(
  records: readonly R[],
  allSynced: boolean,
  { schema }: RecordFormat<R>,
): Uint8Array {
  const lines = records.map((record, index) => {
    const json = JSON.stringify(record);
    // What cannot be read again must not be written: a deployment would end at it for good.
    schema.parse(JSON.parse(json));
    return encodeLine(json, allSynced && index === 0);
  });
  return Buffer.concat(lines);
}

/** Reads a whole journal; `file` is what problems call it. */
export function decodeJournal<R>(
  file: string,
  bytes: Uint8Array,
  formats: readonly RecordFormat<R>[],
): Result<Journal<R>> {
  const { records: lines, length, rest } = decodeLines(bytes);
  const [first] = lines;
  if (rest === "corrupt") return fail(corrupt(file, lines.length + 1, "its checksum is wrong"));
  if (first === undefined)
    return ok({ records: [], format: null, length, isTorn: rest === "torn" });

  const version = versionOf(first);
  if (version === null) return fail(corrupt(file, 1, "it tells no format"));
  const format = formats.find((known) => known.version === version);
  if (format === undefined) return fail(unknownVersion(file, version, formats));

  const records: R[] = [];
  for (const [index, json] of lines.entries()) {
    const record = format.schema.safeParse(parsed(json));
    if (!record.success) return fail(corrupt(file, index + 1, "it is none of the known records"));
    records.push(record.data);
  }
  return ok({ records, format: version, length, isTorn: rest === "torn" });
}

const Versioned = z.looseObject({ format: z.int() });

function versionOf(json: string): number | null {
  const record = Versioned.safeParse(parsed(json));
  return record.success ? record.data.format : null;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function corrupt(file: string, line: number, reason: string): Problem {
  return {
    code: "journal-corrupt",
    message: `Record ${line} of the journal "${file}" is damaged: ${reason}.`,
    at: { file, line },
    expected: "records as they were written",
    hint: "Nothing was changed. Check the disk, then look at what is installed with show-provides; move the file away to begin anew.",
  };
}

function unknownVersion<R>(
  file: string,
  version: number,
  formats: readonly RecordFormat<R>[],
): Problem {
  return {
    code: "journal-version",
    message: `The journal "${file}" was written by another version of this program.`,
    at: { file, line: 1 },
    expected: `format ${formats.map((format) => format.version).join(" or ")}`,
    got: `format ${version}`,
    hint: "Nothing was changed. Let the version of the program that began the deployment end it, with resume or rollback.",
  };
}
