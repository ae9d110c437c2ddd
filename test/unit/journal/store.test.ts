import * as fs from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { defaultHistoryLimit } from "../../../src/core/history-limit.ts";
import type { JournalRecord } from "../../../src/deployment/records.ts";
import { type Datastore, datastoreAt } from "../../../src/journal/datastore.ts";
import { currentFormat } from "../../../src/executor/journals.ts";
import { archiveJournal, listHistory, readHistory } from "../../../src/journal/history.ts";
import { clearMark, leaveMark, markOf } from "../../../src/journal/caller-mark.ts";
import { continueJournal, createJournal, readJournal } from "../../../src/journal/store.ts";
import type { FileIo } from "../../../src/platform/file-io.ts";
import { nodeFiles } from "../../../src/platform/files.ts";
import { Boards, beginOf, drive, exited } from "../../support/drive.ts";
import { scratchDirectory } from "../../support/scratch.ts";

const files = nodeFiles();

const freshStore = (): Datastore => datastoreAt(join(scratchDirectory(), "datastore"));

const spec = {
  boards: [
    { id: "G13", type: "gateway", group: 1 },
    { id: "R456", type: "rtos", group: 2 },
  ],
};

/** Everything that a deployment writes which fails half way and rolls back. */
function recordsOfADeployment(): readonly JournalRecord[] {
  const boards = new Boards(spec, (round, id) =>
    round === "ArtifactInstall" && id === "R456" ? exited(1) : "ok",
  );
  return drive(beginOf(spec), boards).records;
}

function read(store: Datastore) {
  const journal = readJournal(files, store.journal, [currentFormat]);
  if (!journal.ok) throw new Error(journal.problems[0]?.message);
  return journal.value;
}

function write(store: Datastore, records: readonly JournalRecord[]): void {
  const writer = createJournal(files, store, currentFormat);
  writer.append(records);
  writer.sync();
  writer.close();
}

describe("the journal in progress", () => {
  test("gives back every record of a deployment", () => {
    const store = freshStore();
    const records = recordsOfADeployment();
    expect(read(store)).toBeNull();
    write(store, records);
    expect(read(store)?.records).toEqual(records);
    expect(fs.statSync(store.journal).mode & 0o777).toBe(0o600);
    expect(fs.statSync(store.deployment).mode & 0o777).toBe(0o700);
  });

  test("is gone on with behind its last whole record", () => {
    const store = freshStore();
    const records = recordsOfADeployment();
    write(store, records.slice(0, 5));
    fs.appendFileSync(store.journal, '0123abcd {"type":"outc');
    const found = read(store);
    expect(found?.isTorn).toBe(true);
    if (found === null) throw new Error("the journal is lost");
    const writer = continueJournal(files, store, found, currentFormat);
    writer.append(records.slice(5, 6));
    writer.append([]);
    writer.append(records.slice(6));
    writer.sync();
    writer.close();
    expect(read(store)).toMatchObject({ records, isTorn: false });
  });

  test("of which not even the first record was written whole counts as none, and is written anew", () => {
    const store = freshStore();
    const records = recordsOfADeployment();
    write(store, records.slice(0, 1));
    fs.truncateSync(store.journal, 100);
    expect(read(store)).toBeNull();
    write(store, records);
    expect(read(store)?.records).toEqual(records);
  });

  test("with records in it is never begun anew", () => {
    const store = freshStore();
    write(store, recordsOfADeployment());
    expect(() => createJournal(files, store, currentFormat)).toThrow("must not be lost");
    fs.copyFileSync("fixtures/journals/unknown-version", store.journal);
    expect(() => createJournal(files, store, currentFormat)).toThrow("must not be lost");
  });

  test.each([
    { fixture: "unknown-version", code: "journal-version" },
    { fixture: "damaged", code: "journal-corrupt" },
  ])("of $fixture is refused, and not changed by it", ({ fixture, code }) => {
    const store = freshStore();
    fs.mkdirSync(store.deployment, { recursive: true });
    fs.copyFileSync(join("fixtures/journals", fixture), store.journal);
    expect(readJournal(files, store.journal, [currentFormat])).toMatchObject({
      ok: false,
      problems: [{ code, at: { file: store.journal } }],
    });
    expect(fs.readFileSync(store.journal)).toEqual(
      fs.readFileSync(join("fixtures/journals", fixture)),
    );
  });
});

describe("a journal that cannot be written", () => {
  const [first, second, ...rest] = recordsOfADeployment();
  if (first === undefined || second === undefined) throw new Error("a deployment has records");

  function refused(code: string): Error {
    return Object.assign(new Error(code), { code });
  }

  test("on a full disk fails for good, until a later run goes on where it was whole", () => {
    let free = Number.POSITIVE_INFINITY;
    const io: FileIo = {
      ...fs,
      writeSync(fd, bytes, offset, length) {
        if (free === 0) throw refused("ENOSPC");
        const count = Math.min(free, length);
        free -= count;
        return fs.writeSync(fd, bytes, offset, count);
      },
    };
    const store = freshStore();
    const writer = createJournal(nodeFiles(io), store, currentFormat);
    writer.append([first]);
    writer.sync();
    free = 30;
    expect(() => writer.append([second])).toThrow("no space left on device");
    free = Number.POSITIVE_INFINITY;
    expect(() => writer.append([second])).toThrow("no space left on device");
    expect(() => writer.sync()).toThrow("no space left on device");

    const found = read(store);
    expect(found).toMatchObject({ records: [first], isTorn: true });
    if (found === null) throw new Error("the journal is lost");
    const later = continueJournal(files, store, found, currentFormat);
    later.append([second, ...rest]);
    later.sync();
    expect(read(store)).toMatchObject({ records: [first, second, ...rest], isTorn: false });
  });

  test("after a failed sync is not synced again: nobody would know what is on the disk", () => {
    let syncs = 0;
    const io: FileIo = {
      ...fs,
      fdatasyncSync() {
        syncs += 1;
        throw refused("EIO");
      },
    };
    const writer = createJournal(nodeFiles(io), freshStore(), currentFormat);
    writer.append([first]);
    expect(() => writer.sync()).toThrow("the medium failed");
    expect(() => writer.sync()).toThrow("the medium failed");
    expect(() => writer.append([second])).toThrow("the medium failed");
    expect(syncs).toBe(1);
  });
});

describe("the history", () => {
  function archive(store: Datastore, id: string): void {
    write(store, recordsOfADeployment());
    archiveJournal(files, store, id);
  }

  test("holds what has ended, the last one first, and nothing is in progress then", () => {
    const store = freshStore();
    expect(listHistory(files, store)).toEqual([]);
    archive(store, "b7");
    archive(store, "a1");
    expect(read(store)).toBeNull();
    expect(listHistory(files, store)).toEqual([
      { id: "a1", number: 2, path: join(store.history, "000002-a1") },
      { id: "b7", number: 1, path: join(store.history, "000001-b7") },
    ]);
    expect(readHistory(files, store, "b7", [currentFormat])).toMatchObject({
      ok: true,
      value: { records: recordsOfADeployment(), isTorn: false },
    });
  });

  test("holds a deployment once, even if an earlier call was killed after it was there", () => {
    const store = freshStore();
    archive(store, "a1");
    fs.linkSync(join(store.history, "000001-a1"), store.journal);
    archiveJournal(files, store, "a1");
    expect(read(store)).toBeNull();
    expect(listHistory(files, store)).toHaveLength(1);
  });

  test("keeps a bounded number, and forgets the oldest", () => {
    const store = freshStore();
    for (let number = 1; number <= defaultHistoryLimit + 2; number += 1)
      archive(store, `d${number}`);
    const kept = listHistory(files, store);
    expect(kept).toHaveLength(defaultHistoryLimit);
    expect(kept[0]?.id).toBe(`d${defaultHistoryLimit + 2}`);
    expect(kept.at(-1)?.id).toBe("d3");
  });

  test("finds one by the beginning of its id, if that is of one only", () => {
    const store = freshStore();
    archive(store, "ab12");
    archive(store, "ab34");
    fs.writeFileSync(join(store.history, "notes.txt"), "by hand");
    expect(readHistory(files, store, "ab1", [currentFormat]).ok).toBe(true);
    expect(readHistory(files, store, "ab", [currentFormat])).toEqual({
      ok: false,
      problems: [
        {
          code: "history-unknown",
          message: '2 past deployments have an id that begins with "ab".',
          expected: "one of ab34, ab12",
          got: '"ab"',
          hint: "The command history lists them all.",
        },
      ],
    });
    expect(readHistory(files, store, "", [currentFormat])).toMatchObject({
      problems: [{ message: "The id of the past deployment is missing: it is empty." }],
    });
    expect(readHistory(files, store, "../lock", [currentFormat])).toMatchObject({
      problems: [{ message: 'There is no past deployment "../lock".' }],
    });
    expect(readHistory(files, freshStore(), "ab", [currentFormat])).toMatchObject({
      problems: [{ expected: "no deployment has ended yet" }],
    });
  });

  test("takes no id that could lead out of it", () => {
    const store = freshStore();
    write(store, recordsOfADeployment());
    expect(() => archiveJournal(files, store, "../x")).toThrow("cannot be the name of a file");
    expect(read(store)).not.toBeNull();
  });
});

describe("the mark of a caller", () => {
  const refused = { kind: "refused", reason: "no-plan" } as const;

  test("stays until it is cleared, the last one of each working directory", () => {
    const store = freshStore();
    expect(markOf(files, store, "/a")).toBeNull();
    leaveMark(files, store, "/a", refused);
    leaveMark(files, store, "/b", refused);
    leaveMark(files, store, "/a", { kind: "ended", deployment: "d1" });
    expect(markOf(files, store, "/a")).toMatchObject({ kind: "ended", deployment: "d1" });
    expect(markOf(files, store, "/b")).toMatchObject(refused);
    clearMark(files, store, "/a");
    clearMark(files, store, "/a");
    expect(markOf(files, store, "/a")).toBeNull();
    expect(markOf(files, store, "/b")).toMatchObject(refused);
  });

  test("that is damaged keeps its caller from everything, and can be cleared", () => {
    const store = freshStore();
    leaveMark(files, store, "/a", refused);
    for (const name of fs.readdirSync(store.marks)) fs.writeFileSync(join(store.marks, name), "{");
    expect(markOf(files, store, "/a")).toMatchObject({ kind: "refused" });
    clearMark(files, store, "/a");
    expect(markOf(files, store, "/a")).toBeNull();
  });

  test("is forgotten where its directory is gone and many are kept", () => {
    const store = freshStore();
    leaveMark(files, store, store.root, refused);
    for (let at = 0; at < 100; at += 1) leaveMark(files, store, `/gone/${at}`, refused);
    expect(fs.readdirSync(store.marks).length).toBeLessThanOrEqual(34);
    expect(markOf(files, store, store.root)).toMatchObject(refused);
    expect(markOf(files, store, "/gone/99")).toMatchObject(refused);
  });

  test("leaves the deployment in progress alone", () => {
    const store = freshStore();
    write(store, recordsOfADeployment());
    const before = fs.readFileSync(store.journal);
    leaveMark(files, store, "/a", refused);
    clearMark(files, store, "/a");
    expect(fs.readFileSync(store.journal)).toEqual(before);
  });
});
