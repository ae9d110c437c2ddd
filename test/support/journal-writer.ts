import * as fs from "node:fs";
import * as z from "zod";
import { datastoreAt } from "../../src/journal/datastore.ts";
import { archiveJournal } from "../../src/journal/history.ts";
import type { RecordFormat } from "../../src/journal/records.ts";
import { createJournal } from "../../src/journal/store.ts";
import { nodeFiles } from "../../src/platform/files.ts";
import { withoutSync } from "./sim-fs.ts";

/**
 * A process that writes journals, one after the other, and prints what it promises after every sync: `synced d3 4`, the
 * number of records, and `archived d3`. Arguments: the datastore, how many deployments, and `files` or `directories`
 * for a process that does not sync those.
 */

export const Entry = z.strictObject({
  format: z.literal(1),
  deployment: z.string(),
  number: z.int(),
  text: z.string(),
});
export type Entry = z.infer<typeof Entry>;
export const entryFormat: RecordFormat<Entry> = { version: 1, schema: Entry };

export const recordsEach = 6;

export function entryOf(deployment: string, number: number): Entry {
  return { format: 1, deployment, number, text: "x".repeat(number * 300) };
}

function write(root: string, count: number, without: string | undefined): void {
  const io = without === "files" || without === "directories" ? withoutSync(fs, without) : fs;
  const files = nodeFiles(io);
  const store = datastoreAt(root);
  for (let at = 1; at <= count; at += 1) {
    const deployment = `d${at}`;
    const writer = createJournal(files, store, entryFormat);
    for (let number = 0; number < recordsEach; number += 2) {
      writer.append([entryOf(deployment, number)]);
      writer.append([entryOf(deployment, number + 1)]);
      writer.sync();
      fs.writeSync(1, `synced ${deployment} ${number + 2}\n`);
    }
    writer.close();
    archiveJournal(files, store, deployment);
    fs.writeSync(1, `archived ${deployment}\n`);
  }
}

const [root, count, without] = process.argv.slice(2);
if (root !== undefined) write(root, Number(count), without);
