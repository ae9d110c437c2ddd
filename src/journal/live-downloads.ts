import { join } from "node:path";
import * as z from "zod";
import { ComponentId } from "../core/ids.ts";
import { parseJson } from "../core/json.ts";
import { type Files, unlessRefused } from "../platform/types.ts";
import type { Datastore } from "./datastore.ts";

/**
 * What the running downloads have read, for whoever looks on from another process. No part of a deployment ever reads
 * it: it is neither synced nor believed without a process at work, and a file that a crash has left does no harm.
 */
const LiveDownloads = z.strictObject({
  deployment: z.string(),
  downloads: z
    .array(
      z.strictObject({
        component: ComponentId,
        bytes: z.int().nonnegative(),
        totalBytes: z.int().nonnegative(),
      }),
    )
    .readonly(),
});
type LiveDownloads = z.infer<typeof LiveDownloads>;
export type LiveDownload = LiveDownloads["downloads"][number];

/** Bytes; a System is never so large. */
const maxBytes = 4 * 1024 * 1024;

/** Throws FileError. */
export function writeLiveDownloads(files: Files, store: Datastore, live: LiveDownloads): void {
  const unfinished = unfinishedOf(store);
  files.write(unfinished, Buffer.from(JSON.stringify(live)));
  files.rename(unfinished, pathOf(store));
}

/** Throws FileError. */
export function removeLiveDownloads(files: Files, store: Datastore): void {
  for (const path of [pathOf(store), unfinishedOf(store)]) files.remove(path);
}

/** Those of a deployment; none where there is no file, or no whole one. */
export function readLiveDownloads(
  files: Files,
  store: Datastore,
  deployment: string,
): readonly LiveDownload[] {
  const bytes = unlessRefused(() => files.read(pathOf(store), maxBytes), null);
  const live = bytes === null ? null : parsed(bytes);
  return live?.deployment === deployment ? live.downloads : [];
}

function parsed(bytes: Uint8Array): LiveDownloads | null {
  try {
    return LiveDownloads.safeParse(parseJson(new TextDecoder().decode(bytes))).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function pathOf({ deployment }: Datastore): string {
  return join(deployment, "downloads");
}

function unfinishedOf(store: Datastore): string {
  return `${pathOf(store)}.unfinished`;
}
