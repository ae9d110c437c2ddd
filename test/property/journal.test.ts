import fc from "fast-check";
import { expect, test } from "vitest";
import * as z from "zod";
import { decodeJournal, encodeRecords, type RecordFormat } from "../../src/journal/records.ts";
import { inTier } from "../support/tier.ts";

const AnyRecord = z.looseObject({ format: z.literal(1) });
type AnyRecord = z.infer<typeof AnyRecord>;
const format: RecordFormat<AnyRecord> = { version: 1, schema: AnyRecord };

const record: fc.Arbitrary<AnyRecord> = fc
  .record({ text: fc.string({ unit: "binary" }), value: fc.jsonValue() })
  .map((rest) => AnyRecord.parse(JSON.parse(JSON.stringify({ ...rest, format: 1 }))));

/** Between two syncs. */
const batch = fc.array(record, { minLength: 1, maxLength: 3 });
const batches = fc.array(batch, { minLength: 1, maxLength: 4 });

function encode(all: readonly (readonly AnyRecord[])[]): Uint8Array {
  return Buffer.concat(all.map((records) => encodeRecords(records, true, format)));
}

const decode = (bytes: Uint8Array) => decodeJournal("journal", bytes, [format]);

test("what is written is read", () => {
  fc.assert(
    fc.property(batches, (all) => {
      const journal = decode(encode(all));
      expect(journal).toMatchObject({ ok: true, value: { isTorn: false } });
      expect(journal.ok && journal.value.records).toEqual(all.flat());
    }),
  );
});

test("any bytes are read or refused, and no crash", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .array(fc.constantFrom("\n", "\t", " ", "\0", "{}", "00000000", "a3b1c2d4", '{"format":1}'))
      .map((pieces) => Buffer.from(pieces.join(""))),
  );
  fc.assert(
    fc.property(bytes, (anything) => {
      const journal = decode(anything);
      expect(journal.ok ? journal.value.records : journal.problems).toBeInstanceOf(Array);
    }),
    { numRuns: 2000 },
  );
});

test("of a journal that ends anywhere, the whole records are read", () => {
  fc.assert(
    fc.property(batches, fc.nat(), (all, seed) => {
      const bytes = encode(all);
      const end = seed % (bytes.length + 1);
      const journal = decode(bytes.subarray(0, end));
      const lines = bytes.subarray(0, end).filter((byte) => byte === 0x0a).length;
      expect(journal.ok && journal.value.records).toEqual(all.flat().slice(0, lines));
    }),
  );
});

test("any changed byte is noticed: the journal is refused, or read as torn before it", () => {
  fc.assert(
    fc.property(batches, fc.nat(), fc.integer({ min: 1, max: 255 }), (all, seed, flip) => {
      const bytes = encode(all);
      const at = seed % bytes.length;
      const changed = bytes.map((byte, index) => (index === at ? byte ^ flip : byte));
      const journal = decode(changed);
      const linesBefore = bytes.subarray(0, at).filter((byte) => byte === 0x0a).length;
      if (!journal.ok) {
        expect(journal.problems[0]?.code).toBe("journal-corrupt");
        return;
      }
      expect(journal.value.isTorn).toBe(true);
      expect(journal.value.records).toEqual(all.flat().slice(0, linesBefore));
    }),
    { numRuns: 1000 },
  );
});

test("a changed byte in what was synced before other records is never taken for a torn end", () => {
  fc.assert(
    fc.property(batches, batch, fc.nat(), fc.nat(255), (all, last, seed, value) => {
      const synced = encode(all);
      const at = seed % synced.length;
      fc.pre(synced[at] !== value);
      const changed = synced.map((byte, index) => (index === at ? value : byte));
      const journal = decode(Buffer.concat([changed, encode([last])]));
      expect(journal).toMatchObject({ ok: false, problems: [{ code: "journal-corrupt" }] });
    }),
    { numRuns: 1000 },
  );
});

test.each(["\n", "\t", "\0", "00000000\t", "00000000\t\n", '00000000 {"format":1}\n'])(
  "a large file of nothing but %j is refused or read as torn at once",
  (piece) => {
    const bytes = Buffer.alloc(inTier(1, 4) * 1024 * 1024, piece);
    const journal = decode(bytes);
    expect(journal.ok ? journal.value.records : journal.problems.slice(1)).toEqual([]);
  },
);
