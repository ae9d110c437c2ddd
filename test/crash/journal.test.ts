import * as z from "zod";
import { describe, expect, test } from "vitest";
import { datastoreAt } from "../../src/journal/datastore.ts";
import { archiveJournal, listHistory } from "../../src/journal/history.ts";
import { clearRefusal, isRefused, markRefused } from "../../src/journal/refusal.ts";
import type { RecordFormat } from "../../src/journal/records.ts";
import { continueJournal, createJournal, readJournal } from "../../src/journal/store.ts";
import type { FileIo } from "../../src/platform/file-io.ts";
import { nodeFiles } from "../../src/platform/files.ts";
import type { Files } from "../../src/platform/types.ts";
import { ProcessEnded, type SimDisk, simDisk, withoutSync } from "../support/sim-fs.ts";

/**
 * The power goes at every call that changes the disk; of what was not synced by then any subset is there, and of every write
 * any part. What was promised before must hold on every such disk.
 */

type Promised = Record<string, number>;

/** A program that works on files; it tells what it may promise from then on. */
type Program = (files: Files, promised: Promised) => void;

/** Null where the disk keeps what was promised. */
type Check = (files: Files, promised: Promised) => string | null;

/** For every disk that a power cut can leave: what is broken on it. */
function* explored(program: Program, check: Check, faulty = (io: FileIo) => io) {
  const whole = simDisk();
  program(nodeFiles(faulty(whole.io)), {});
  for (let call = 0; call <= whole.calls(); call += 1) {
    const disk = simDisk();
    const promised = {};
    endedAt(disk, call, () => program(nodeFiles(faulty(disk.io)), promised));
    for (const left of disk.afterPowerCut()) yield check(nodeFiles(left.io), promised);
  }
}

function explore(program: Program, check: Check) {
  const complaints = [...explored(program, check)];
  return { disks: complaints.length, broken: complaints.filter((each) => each !== null) };
}

/** Whether it is ever noticed that files, or directories, are not synced. */
function isNoticed(program: Program, check: Check, without: "files" | "directories", as: string) {
  for (const complaint of explored(program, check, (io) => withoutSync(io, without))) {
    if (complaint === as) return true;
  }
  return false;
}

function endedAt(disk: SimDisk, call: number, run: () => void): void {
  disk.endAt(call);
  try {
    run();
  } catch (error) {
    if (!(error instanceof ProcessEnded)) throw error;
  }
  disk.endAt(Number.POSITIVE_INFINITY);
}

const store = datastoreAt("/datastore");

const Entry = z.strictObject({
  type: z.literal("step"),
  format: z.literal(1),
  number: z.int(),
  text: z.string(),
});
type Entry = z.infer<typeof Entry>;
const format: RecordFormat<Entry> = { version: 1, schema: Entry };

const entries: readonly Entry[] = Array.from({ length: 8 }, (_, number) => ({
  type: "step",
  format: 1,
  number,
  text: `näme\n${"x".repeat(number * 5)}`,
}));

/** Like a deployment: intents that are synced, outcomes that wait for the next one, several at once, an end. */
const deployment: Program = (files, promised) => {
  const writer = createJournal(files, store, format);
  writer.append(entries.slice(0, 2));
  writer.sync();
  promised["records"] = 2;
  writer.append(entries.slice(2, 3));
  writer.append(entries.slice(3, 4));
  writer.append(entries.slice(4, 6));
  writer.sync();
  promised["records"] = 6;
  writer.append(entries.slice(6, 7));
  writer.append(entries.slice(7, 8));
  writer.sync();
  promised["records"] = 8;
  writer.close();
  archiveJournal(files, store, "d1");
  promised["archived"] = 1;
};

const keepsTheJournal: Check = (files, promised) => {
  const [past, ...others] = listHistory(files, store);
  const journal = readJournal(files, past?.path ?? store.journal, [format]);
  if (!journal.ok) return `unreadable: ${journal.problems[0]?.message}`;
  const records = journal.value?.records ?? [];
  if (others.length > 0) return "it is in the history twice";
  if (promised["archived"] === 1 && past === undefined) return "it was archived and is not";
  if (promised["archived"] === 1 && files.status(store.journal) !== null) {
    return "it was archived and is still in progress";
  }
  if (past !== undefined && records.length < entries.length) return "it was archived in part";
  if (JSON.stringify(records) !== JSON.stringify(entries.slice(0, records.length))) {
    return "it holds records that were never written";
  }
  return records.length < (promised["records"] ?? 0) ? "a synced record is lost" : null;
};

describe("the journal, after a power cut at any call", () => {
  test("holds every synced record, and is in one place", () => {
    const { disks, broken } = explore(deployment, keepsTheJournal);
    expect(broken).toEqual([]);
    expect(disks).toBeGreaterThan(500);
  });

  test("can be gone on with, and holds what is synced then", () => {
    const goesOn: Check = (files, promised) => {
      const first = keepsTheJournal(files, promised);
      if (first !== null || listHistory(files, store).length > 0) return first;
      const found = readJournal(files, store.journal, [format]);
      if (!found.ok) return "unreadable";
      const writer =
        found.value === null
          ? createJournal(files, store, format)
          : continueJournal(files, store, found.value, format);
      const done = found.value?.records.length ?? 0;
      writer.append(entries.slice(done));
      writer.sync();
      const again = readJournal(files, store.journal, [format]);
      if (!again.ok || again.value === null || again.value.isTorn) return "unreadable later";
      return JSON.stringify(again.value.records) === JSON.stringify(entries)
        ? null
        : "it holds something else later";
    };
    expect(explore(deployment, goesOn).broken).toEqual([]);
  });

  test("holds what a process synced that went on after a killed one", () => {
    const broken: string[] = [];
    const check = (disk: SimDisk, promised: Promised): void => {
      for (const left of disk.afterPowerCut()) {
        const complaint = keepsTheJournal(nodeFiles(left.io), promised);
        if (complaint !== null) broken.push(complaint);
      }
    };
    const whole = simDisk();
    deployment(nodeFiles(whole.io), {});
    const calls = whole.calls();
    for (let killed = 0; killed < calls; killed += 1) {
      const disk = simDisk();
      const files = nodeFiles(disk.io);
      endedAt(disk, killed, () => deployment(files, {}));
      if (listHistory(files, store).length > 0) continue;
      const found = readJournal(files, store.journal, [format]);
      if (!found.ok) throw new Error("a killed process leaves no damage");
      const writer =
        found.value === null
          ? createJournal(files, store, format)
          : continueJournal(files, store, found.value, format);
      // Opened, and nothing else: what was read is relied on from now on.
      const relied = { records: found.value?.records.length ?? 0 };
      check(disk, relied);
      writer.append(entries.slice(relied.records));
      check(disk, relied);
      writer.sync();
      check(disk, { records: entries.length });
    }
    expect(broken).toEqual([]);
  });

  test("is recovered the same if the power goes again while it is recovered", () => {
    const torn = simDisk();
    const writer = createJournal(nodeFiles(torn.io), store, format);
    writer.append(entries.slice(0, 3));
    writer.sync();
    writer.append(entries.slice(3, 5));
    const broken = new Set<string>();
    for (const first of torn.afterPowerCut()) {
      for (let call = 0; call < 12; call += 1) {
        const [again] = [...first.afterPowerCut()];
        if (again === undefined) throw new Error("a disk at rest is one disk");
        const promised: Promised = { records: 3 };
        endedAt(again, call, () => {
          const files = nodeFiles(again.io);
          const found = readJournal(files, store.journal, [format]);
          if (!found.ok || found.value === null) throw new Error("the journal is lost");
          const next = continueJournal(files, store, found.value, format);
          next.append(entries.slice(found.value.records.length, 7));
          next.sync();
          promised["records"] = 7;
        });
        for (const second of again.afterPowerCut()) {
          const complaint = keepsTheJournal(nodeFiles(second.io), promised);
          if (complaint !== null) broken.add(complaint);
        }
      }
    }
    expect([...broken]).toEqual([]);
  });

  test.each([
    { without: "files", as: "a synced record is lost" },
    { without: "directories", as: "a synced record is lost" },
    { without: "directories", as: "it was archived and is not" },
  ] as const)("would not without the sync of $without: $as", ({ without, as }) => {
    expect(isNoticed(deployment, keepsTheJournal, without, as)).toBe(true);
  });
});

describe("a file written durably, after a power cut at any call", () => {
  const path = "/state";
  const contents = ["", "the old content", "new"];

  const writesTwice: Program = (files, promised) => {
    for (const [index, content] of contents.entries()) {
      promised["may be"] = index;
      if (content !== "") files.writeDurably(path, new TextEncoder().encode(content));
      promised["must be"] = index;
    }
  };
  const isOldOrNew: Check = (files, promised) => {
    const found =
      files.status(path) === null ? "" : new TextDecoder().decode(files.read(path, 100));
    const index = contents.indexOf(found);
    if (index < 0) return "it is neither the old nor the new one";
    return index < (promised["must be"] ?? 0) || index > (promised["may be"] ?? 0)
      ? "it is not the last one"
      : null;
  };

  test("is the old one or the new one, whole", () => {
    expect(explore(writesTwice, isOldOrNew).broken).toEqual([]);
  });

  test.each([
    { without: "files", as: "it is neither the old nor the new one" },
    { without: "directories", as: "it is not the last one" },
  ] as const)("would not be without the sync of $without: $as", ({ without, as }) => {
    expect(isNoticed(writesTwice, isOldOrNew, without, as)).toBe(true);
  });
});

describe("the mark of a refused install, after a power cut at any call", () => {
  test("is there once it was made, and gone once it was cleared", () => {
    const program: Program = (files, promised) => {
      markRefused(files, store, "no-plan");
      promised["marked"] = 1;
      clearRefusal(files, store);
      promised["marked"] = 0;
    };
    let isClearing = false;
    const check: Check = (files, promised) => {
      if (promised["marked"] === undefined) return null;
      const isThere = isRefused(files, store);
      if (promised["marked"] === 0) return isThere ? "it was cleared and is there" : null;
      isClearing ||= !isThere;
      return null;
    };
    expect(explore(program, check).broken).toEqual([]);
    expect(isClearing).toBe(true);
  });
});
