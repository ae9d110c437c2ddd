import { resolve } from "node:path";
import { unlessRefused } from "../platform/types.ts";
import type { Machine } from "./machine.ts";
import type { Count } from "./working.ts";

/** Unpacks or copies a file, and shows how much of it was read. */
export async function showingUnpacked<T>(
  { working, platform: { files }, environment }: Machine,
  name: string,
  use: (count: Count) => Promise<T>,
): Promise<T> {
  const path = resolve(environment.workingDirectory, name);
  const bytes = unlessRefused(() => files.status(path)?.size ?? null, null);
  const total = bytes === null ? null : ({ count: bytes, unit: "bytes" } as const);
  return await working({ work: "unpacking", name, total }, use);
}
