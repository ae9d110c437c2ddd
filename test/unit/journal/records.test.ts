import { describe, expect, test } from "vitest";
import * as z from "zod";
import { decodeJournal, encodeRecords, type RecordFormat } from "../../../src/journal/records.ts";

const Entry = z.strictObject({
  format: z.literal(1).exactOptional(),
  step: z.string().min(1),
});
type Entry = z.infer<typeof Entry>;
const format: RecordFormat<Entry> = { version: 1, schema: Entry };

const file = "deployment/journal";
const begin: Entry = { format: 1, step: "begin" };
const install: Entry = { step: "install" };
const commit: Entry = { step: "commit" };
const end: Entry = { step: "end" };

/** What was appended between two syncs, each. */
function journalOf(...batches: readonly (readonly Entry[])[]): Uint8Array {
  return Buffer.concat(batches.map((batch) => encodeRecords(batch, true, format)));
}

const decode = (bytes: Uint8Array) => decodeJournal(file, bytes, [format]);

function problemOf(bytes: Uint8Array) {
  const journal = decode(bytes);
  return journal.ok ? journal.value : journal.problems;
}

/** The bytes with the first place of `found` written over. */
function altered(bytes: Uint8Array, found: string, by: string): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1");
  if (!text.includes(found)) throw new Error(`no ${found} in ${text}`);
  return Buffer.from(text.replace(found, by), "latin1");
}

test("one record is one line: checksum, tab or space, JSON", () => {
  const bytes = journalOf([begin, install], [commit]);
  expect(new TextDecoder().decode(bytes)).toBe(
    '4c5ba750\t{"format":1,"step":"begin"}\n' +
      'ea343522 {"step":"install"}\n' +
      '6a69beaf\t{"step":"commit"}\n',
  );
  expect(decode(bytes)).toEqual({
    ok: true,
    value: { records: [begin, install, commit], format: 1, length: bytes.length, isTorn: false },
  });
});

test("an empty file is a journal without records", () => {
  expect(problemOf(new Uint8Array(0))).toEqual({
    records: [],
    format: null,
    length: 0,
    isTorn: false,
  });
});

test("what the schema would refuse is a bug, and never written", () => {
  expect(() => encodeRecords([{ step: "" }], true, format)).toThrow("Too small");
});

describe("a torn end is cut off", () => {
  const whole = journalOf([begin], [install, commit]);
  const good = journalOf([begin], [install]);
  const cut = { records: [begin, install], format: 1, length: good.length, isTorn: true };

  test.each([
    { what: "the last line is short", bytes: whole.subarray(0, -4) },
    { what: "only the last newline is missing", bytes: whole.subarray(0, -1) },
    { what: "the last line is zeros", bytes: Buffer.concat([good, Buffer.alloc(30)]) },
    {
      what: "the last line ends in a page of zeros",
      bytes: Buffer.concat([whole.subarray(0, -8), Buffer.alloc(4096)]),
    },
    { what: "the last line is garbage", bytes: Buffer.concat([good, Buffer.from("garbage\n")]) },
    {
      what: "whole records follow behind a gap",
      bytes: Buffer.concat([good, Buffer.alloc(30), encodeRecords([commit, end], false, format)]),
    },
  ])("where $what", ({ bytes }) => {
    expect(problemOf(bytes)).toEqual(cut);
  });

  test.each([
    { what: "is short", bytes: journalOf([begin]).subarray(0, 20) },
    { what: "is zeros", bytes: Buffer.alloc(4096) },
    {
      what: "has a gap, with a whole one behind it",
      bytes: Buffer.concat([Buffer.alloc(20), encodeRecords([install], false, format)]),
    },
  ])("where the first record $what: then nothing had begun", ({ bytes }) => {
    expect(problemOf(bytes)).toEqual({ records: [], format: null, length: 0, isTorn: true });
  });
});

describe("damage to what was written whole is told, and nothing is cut off", () => {
  const whole = journalOf([begin], [install, commit], [end]);

  const damagedAt = (line: number) => [
    {
      code: "journal-corrupt",
      message: `Record ${line} of the journal "deployment/journal" is damaged: its checksum is wrong.`,
      at: { file, line },
      expected: "records as they were written",
      hint: "Nothing was changed. Check the disk, then look at what is installed with show-provides; move the file away to begin anew.",
    },
  ];

  test("in a record before the last one", () => {
    expect(problemOf(altered(whole, "install", "instant"))).toEqual(damagedAt(2));
    expect(problemOf(altered(whole, "commit", "commix"))).toEqual(damagedAt(3));
  });

  test("in a checksum, a blank or a newline", () => {
    expect(problemOf(altered(whole, "12f3deeb", "12F3DEEB"))).toEqual(damagedAt(2));
    expect(problemOf(altered(whole, "\t", " "))).toEqual(damagedAt(1));
    expect(problemOf(altered(whole, "\n", " "))).toEqual(damagedAt(1));
  });

  test("even if it is zeros, where later records were written on the word of a sync", () => {
    expect(problemOf(altered(whole, "install", "\0".repeat(7)))).toEqual(damagedAt(2));
    const unsynced = Buffer.concat([
      altered(journalOf([begin, install]), "install", "\0".repeat(7)),
      encodeRecords([commit], false, format),
    ]);
    expect(problemOf(unsynced)).toMatchObject({ records: [begin], isTorn: true });
  });

  test("in the newline before such a record, whatever has become of it", () => {
    const damaged = altered(journalOf([begin], [install], [end]), 'l"}\n', 'l"}\0');
    expect(problemOf(damaged)).toEqual(damagedAt(2));
    expect(problemOf(altered(damaged, "\0", "x"))).toEqual(damagedAt(2));
  });

  test("in the first record, of which nothing is left to go back to", () => {
    expect(problemOf(altered(journalOf([begin]), "begin", "begun"))).toEqual(damagedAt(1));
    expect(problemOf(Buffer.from("not a journal\n"))).toEqual(damagedAt(1));
  });
});

describe("a journal of another version of the program", () => {
  /** As another version would have written it: whole, with records that are none of ours. */
  function foreign(...records: readonly unknown[]): Uint8Array {
    const anything: RecordFormat<unknown> = { version: 9, schema: z.unknown() };
    return encodeRecords(records, true, anything);
  }

  test("is told from the format in its first record", () => {
    expect(problemOf(foreign({ format: 2, start: true }, { any: "thing" }))).toEqual([
      {
        code: "journal-version",
        message: `The journal "deployment/journal" was written by another version of this program.`,
        at: { file, line: 1 },
        expected: "format 1",
        got: "format 2",
        hint: "Nothing was changed. Let the version of the program that began the deployment end it, with resume or rollback.",
      },
    ]);
  });

  test("of the previous format is read by its own schema", () => {
    const Old = z
      .object({ format: z.literal(0).optional(), what: z.string() })
      .transform(({ what }): Entry => ({ step: what }));
    const journal = decodeJournal(file, foreign({ format: 0, what: "begin" }, { what: "end" }), [
      format,
      { version: 0, schema: Old },
    ]);
    expect(journal).toMatchObject({
      ok: true,
      value: { records: [{ step: "begin" }, { step: "end" }], format: 0 },
    });
  });

  test.each([
    {
      what: "a first record without a format",
      record: { step: "begin" },
      line: 1,
      reason: "it tells no format",
    },
    {
      what: "a first record that is no object",
      record: [1],
      line: 1,
      reason: "it tells no format",
    },
    {
      what: "a first record of another shape",
      record: { format: 1 },
      line: 1,
      reason: "it is none of the known records",
    },
  ])("$what is told", ({ record, line, reason }) => {
    expect(problemOf(foreign(record))).toMatchObject([
      {
        code: "journal-corrupt",
        message: `Record ${line} of the journal "deployment/journal" is damaged: ${reason}.`,
      },
    ]);
  });

  test("an unknown record after a known one is told", () => {
    expect(problemOf(Buffer.concat([journalOf([begin]), foreign({ step: 3 })]))).toMatchObject([
      {
        message: `Record 2 of the journal "deployment/journal" is damaged: it is none of the known records.`,
      },
    ]);
  });
});
