import * as fs from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Begin, JournalRecord } from "../../../src/deployment/records.ts";
import { currentFormat, journalsIn, releaseMemory } from "../../../src/executor/journals.ts";
import { type Datastore, datastoreAt } from "../../../src/journal/datastore.ts";
import { defaultHistoryLimit } from "../../../src/core/history-limit.ts";
import { listHistory } from "../../../src/journal/history.ts";
import { encodeRecords } from "../../../src/journal/records.ts";
import type { FileIo } from "../../../src/platform/file-io.ts";
import { nodeFiles } from "../../../src/platform/files.ts";
import { Boards, beginOf, drive, exited } from "../../support/drive.ts";
import { scratchDirectory } from "../../support/scratch.ts";

const spec = { boards: [{ id: "G13", group: 1 }] };

/** Everything that a deployment writes. */
function recordsOf(deployment: string, sequence: number | null, outcome: "ok" | "failed") {
  const first: Begin = { ...beginOf(spec), deployment, sequence };
  const boards = new Boards(spec, (round) =>
    outcome === "failed" && round === "Download" ? exited(1) : "ok",
  );
  return drive(first, boards).records;
}

const bytesOf = (records: readonly JournalRecord[]) => encodeRecords(records, true, currentFormat);

type Kind = number | "failed" | "damaged" | "cut" | "empty" | "unbegun" | "unreadable";

/** A journal of a kind; a number is the sequence of a release that was committed. */
function journalOf(id: string, kind: Kind): Uint8Array {
  if (typeof kind === "number") return bytesOf(recordsOf(id, kind, "ok"));
  const failed = recordsOf(id, 7, "failed");
  const bytes = bytesOf(failed);
  switch (kind) {
    case "damaged":
      return bytes.map((byte, at) => (at === 300 ? byte ^ 1 : byte));
    case "cut":
      return bytes.subarray(0, -20);
    case "empty":
      return new Uint8Array();
    case "unbegun":
      return bytesOf(failed.slice(0, 1));
    default:
      return bytes;
  }
}

/**
 * A datastore whose history holds these, the first one first; what is unreadable lies on a broken place of its medium.
 */
function historyOf(kinds: readonly Kind[]) {
  const store = datastoreAt(join(scratchDirectory(), "datastore"));
  fs.mkdirSync(store.history, { recursive: true });
  fs.mkdirSync(store.deployment, { recursive: true });
  const broken = new Set<string>();
  for (const [index, kind] of kinds.entries()) {
    const id = `d${String(index + 1)}`;
    const path = join(store.history, `${String(index + 1).padStart(6, "0")}-${id}`);
    fs.writeFileSync(path, journalOf(id, kind));
    if (kind === "unreadable") broken.add(path);
  }
  const io: FileIo = {
    ...fs,
    openSync(path, flags, mode) {
      if (broken.has(path)) throw Object.assign(new Error("EIO"), { code: "EIO" });
      return fs.openSync(path, flags, mode);
    },
    rmSync(path, options) {
      if (unremovable.has(path)) throw Object.assign(new Error("EIO"), { code: "EIO" });
      fs.rmSync(path, options);
    },
  };
  const unremovable = new Set<string>();
  const files = nodeFiles(io);
  const ids = () => listHistory(files, store).map(({ id }) => id);
  const memory = () => {
    const { last, unreadable } = releaseMemory(files, store);
    return { last, unreadable: unreadable.map(({ id }) => id) };
  };
  return { store, files, ids, memory, unremovable };
}

/** Lets one more deployment fail, and end. */
function endAnother({ store, files }: { store: Datastore; files: ReturnType<typeof nodeFiles> }) {
  const id = `next${String(listHistory(files, store).length)}`;
  const journals = journalsIn(files, store);
  const writer = journals.create();
  writer.append(recordsOf(id, 7, "failed"));
  writer.sync();
  journals.archive(id);
  expect(fs.existsSync(store.journal)).toBe(false);
  return id;
}

const many = (count: number, kind: Kind): readonly Kind[] =>
  Array.from({ length: count }, () => kind);

describe("the last release", () => {
  test("is the last one that was committed, whatever has failed since", () => {
    expect(historyOf([5, 3, "failed", "unbegun"]).memory()).toEqual({
      last: { deployment: "d2", sequence: 3 },
      unreadable: [],
    });
    expect(historyOf(["failed"]).memory()).toEqual({ last: null, unreadable: [] });
  });

  test.each(["unreadable", "damaged", "cut", "empty"] as const)(
    "may be another one where a later journal is %s, which is told",
    (kind) => {
      expect(historyOf([kind, 3, kind, "failed", kind]).memory()).toEqual({
        last: { deployment: "d2", sequence: 3 },
        unreadable: ["d5", "d3"],
      });
      expect(historyOf([kind]).memory()).toEqual({ last: null, unreadable: ["d1"] });
    },
  );

  test("is found although its id begins that of another one", () => {
    // d1 and d10 to d12
    const { last } = historyOf([3, ...many(11, "failed")]).memory();
    expect(last).toEqual({ deployment: "d1", sequence: 3 });
  });
});

test("a journal for whose shorter one the disk has no room is gone on with as it is", () => {
  const store = datastoreAt(join(scratchDirectory(), "datastore"));
  const records = recordsOf("d1", 1, "ok");
  let isFull = false;
  const io: FileIo = {
    ...fs,
    writeSync(fd, bytes, offset, length) {
      if (isFull) throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
      return fs.writeSync(fd, bytes, offset, length);
    },
  };
  const journals = journalsIn(nodeFiles(io), store);
  journals.create().append(records.slice(0, -1));
  isFull = true;
  journals.replace(records.slice(0, 2));
  isFull = false;
  const writer = journals.reopen();
  writer.append(records.slice(-1));
  writer.close();
  expect(journals.load()).toEqual({ ok: true, value: records });
  expect(fs.readdirSync(store.deployment)).toEqual(["journal"]);
});

describe("a deployment that ends when the history is full", () => {
  test.each(["unreadable", "damaged"] as const)(
    "ends in order where an old journal is %s, which is kept: it may be that of the last release",
    (kind) => {
      const history = historyOf([2, kind, "failed", ...many(defaultHistoryLimit, "failed")]);
      const id = endAnother(history);
      expect(history.ids()).toHaveLength(defaultHistoryLimit + 2);
      expect(history.ids()[0]).toBe(id);
      expect(history.ids().slice(-2)).toEqual(["d2", "d1"]);
    },
  );

  test.each(["unreadable", "damaged"] as const)(
    "forgets old journals that are %s once a later release is committed",
    (kind) => {
      const history = historyOf([2, kind, 3, ...many(defaultHistoryLimit, "failed")]);
      endAnother(history);
      expect(history.ids()).toHaveLength(defaultHistoryLimit + 1);
      expect(history.ids().at(-1)).toBe("d3");
    },
  );

  test("keeps a bounded number, however many cannot be read", () => {
    const history = historyOf([2, ...many(3 * defaultHistoryLimit, "unreadable")]);
    endAnother(history);
    const kept = history.ids().length;
    expect(kept).toBeLessThan(2 * defaultHistoryLimit);
    endAnother(history);
    expect(history.ids()).toHaveLength(kept);
    expect(history.memory().last).toEqual({ deployment: "d1", sequence: 2 });
  });

  test("ends in order where an old journal cannot be removed; the others go", () => {
    const history = historyOf([...many(defaultHistoryLimit + 3, "failed")]);
    history.unremovable.add(join(history.store.history, "000003-d3"));
    endAnother(history);
    expect(history.ids()).toHaveLength(defaultHistoryLimit + 1);
    expect(history.ids().at(-1)).toBe("d3");
    history.unremovable.clear();
    endAnother(history);
    expect(history.ids()).toHaveLength(defaultHistoryLimit);
  });
});
