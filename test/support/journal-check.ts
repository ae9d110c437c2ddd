import { datastoreAt } from "../../src/journal/datastore.ts";
import { listHistory } from "../../src/journal/history.ts";
import { readJournal } from "../../src/journal/store.ts";
import { nodeFiles } from "../../src/platform/files.ts";
import { entryFormat, entryOf, recordsEach } from "./journal-writer.ts";

const files = nodeFiles();

/** What is broken of what `journal-writer` printed, on the disk that it left; null: nothing. */
export function brokenPromise(root: string, printed: string): string | null {
  const store = datastoreAt(root);
  const promises = printed.split("\n").filter((line) => line !== "");
  const [kind = "none", deployment = "", count] = promises.at(-1)?.split(" ") ?? [];
  const past = listHistory(files, store).find(({ id }) => id === deployment);
  const journal = readJournal(files, past?.path ?? store.journal, [entryFormat]);
  if (!journal.ok) return journal.problems[0]?.message ?? "unreadable";
  if (kind === "none") return null;
  if (kind === "archived" && past === undefined) return `${deployment} was archived and is not`;
  const records = journal.value?.records ?? [];
  const wrong = records.findIndex(
    (record, number) =>
      JSON.stringify(record) !== JSON.stringify(entryOf(record.deployment, number)),
  );
  if (wrong >= 0) return `record ${wrong} was never written like this`;
  const isNext = past === undefined && records[0]?.deployment !== deployment;
  if (isNext) return `${deployment} is lost`;
  const least = kind === "archived" ? recordsEach : Number(count);
  return records.length < least ? `${least - records.length} synced records are lost` : null;
}
