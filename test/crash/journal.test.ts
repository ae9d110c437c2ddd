import * as z from "zod";
import { describe, expect, test } from "vitest";
import { datastoreAt } from "../../src/journal/datastore.ts";
import { archiveJournal, listHistory } from "../../src/journal/history.ts";
import { clearMark, leaveMark, markOf } from "../../src/journal/caller-mark.ts";
import type { RecordFormat } from "../../src/journal/records.ts";
import {
  continueJournal,
  createJournal,
  readJournal,
  replaceJournal,
} from "../../src/journal/store.ts";
import { nodeFiles } from "../../src/platform/files.ts";
import type { Files } from "../../src/platform/types.ts";
import {
  type Check,
  endedAt,
  explore,
  isNoticed,
  type Program,
  type Promised,
} from "../support/power-cut.ts";
import { type SimDisk, simDisk } from "../support/sim-fs.ts";

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

/** As a run does that finds a journal, or none. */
function takeUp(files: Files) {
  const found = readJournal(files, store.journal, [format]);
  if (!found.ok) throw new Error("the journal cannot be read");
  return found.value === null
    ? { writer: createJournal(files, store, format), done: 0 }
    : {
        writer: continueJournal(files, store, found.value, format),
        done: found.value.records.length,
      };
}

function finish(files: Files): void {
  if (files.status(store.journal) === null && listHistory(files, store).length > 0) return;
  const { writer, done } = takeUp(files);
  writer.append(entries.slice(done));
  writer.sync();
  writer.close();
  archiveJournal(files, store, "d1");
}

describe("the journal, after a power cut at any call", () => {
  test("holds every synced record, and is in one place", () => {
    const { disks, broken } = explore(deployment, keepsTheJournal);
    expect(broken).toEqual([]);
    expect(disks).toBeGreaterThan(500);
  });

  test("can be gone on with to its end", () => {
    const goesOn: Check = (files, promised) => {
      const before = keepsTheJournal(files, promised);
      if (before !== null) return before;
      finish(files);
      return keepsTheJournal(files, { records: entries.length, archived: 1 });
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
      const { writer, done } = takeUp(files);
      // Nothing is written yet, but from now on what was read is relied on.
      check(disk, { records: done });
      writer.append(entries.slice(done));
      check(disk, { records: done });
      writer.sync();
      check(disk, { records: entries.length });
      writer.close();
      archiveJournal(files, store, "d1");
      check(disk, { records: entries.length, archived: 1 });
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
          const next = takeUp(nodeFiles(again.io));
          next.writer.append(entries.slice(next.done, 7));
          next.writer.sync();
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

describe("a journal that a shorter one takes the place of, after a power cut at any call", () => {
  const long = entries.slice(0, 6);
  const short = entries.filter((_, index) => index === 0 || index === 5);
  const more = entries.slice(6);

  const shortening: Program = (files, promised) => {
    const first = createJournal(files, store, format);
    first.append(long);
    first.sync();
    first.close();
    promised["long"] = 1;
    replaceJournal(files, store, short, format);
    const { writer } = takeUp(files);
    writer.append(more);
    writer.sync();
    promised["more"] = 1;
    writer.close();
  };
  const isOneOfBoth: Check = (files, promised) => {
    const journal = readJournal(files, store.journal, [format]);
    if (!journal.ok) return `unreadable: ${journal.problems[0]?.message}`;
    const records = journal.value?.records ?? [];
    if (promised["long"] !== 1) return null;
    const wholes = promised["more"] === 1 ? [] : [long, short, [...short, ...more.slice(0, 1)]];
    const found = JSON.stringify(records);
    const isWhole = [...wholes, [...short, ...more]].some((one) => JSON.stringify(one) === found);
    return isWhole ? null : "it is neither the long nor the short one, or a synced record is lost";
  };

  test("is the long one or the short one, whole, and what is written on is never lost", () => {
    const { disks, broken } = explore(shortening, isOneOfBoth);
    expect(broken).toEqual([]);
    expect(disks).toBeGreaterThan(50);
  });

  test("would not be without the sync of files", () => {
    const lost = "it is neither the long nor the short one, or a synced record is lost";
    expect(isNoticed(shortening, isOneOfBoth, "files", lost)).toBe(true);
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

test("of a file that is cut and appended to, nothing that was cut off comes back", () => {
  const disk = simDisk();
  const files = nodeFiles(disk.io);
  files.writeDurably("/journal", new TextEncoder().encode("good, and a torn end"));
  files.openAppend("/journal", 6).append(new TextEncoder().encode("new"));
  const left = [...disk.afterPowerCut()].map(({ io }) =>
    new TextDecoder().decode(nodeFiles(io).read("/journal", 100)),
  );
  expect(new Set(left)).toEqual(
    new Set(["good, ", "good, ne", "good, new", "good, \0\0\0", "good, ne\0"]),
  );
});

describe("the mark of a refused install, after a power cut at any call", () => {
  const isKept: Check = (files, promised) => {
    const promise = promised["marked"];
    const isThere = markOf(files, store, "/tree") !== null;
    if (promise === undefined || isThere === (promise === 1)) return null;
    return promise === 1 ? "it was made and is not there" : "it was cleared and is there";
  };

  test("is there once it was made", () => {
    const program: Program = (files, promised) => {
      leaveMark(files, store, "/tree", { kind: "refused", reason: "no-plan" });
      promised["marked"] = 1;
    };
    expect(explore(program, isKept).broken).toEqual([]);
  });

  test("is gone once it was cleared", () => {
    const program: Program = (files, promised) => {
      leaveMark(files, store, "/tree", { kind: "refused", reason: "no-plan" });
      clearMark(files, store, "/tree");
      promised["marked"] = 0;
    };
    expect(explore(program, isKept).broken).toEqual([]);
  });
});
