import { JournalRecord, recordFormat } from "../deployment/records.ts";
import type { RecordFormat } from "./records.ts";

/** What new journals are written in. */
export const currentFormat: RecordFormat<JournalRecord> = {
  version: recordFormat,
  schema: JournalRecord,
};

/** What this release reads: its own format and the one before, of which there is none yet. */
export const knownFormats: readonly RecordFormat<JournalRecord>[] = [currentFormat];
