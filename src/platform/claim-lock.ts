import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { guarded, isFileError } from "./file-error.ts";
import { lockOf } from "./lock-of.ts";
import { readProcess } from "./process-table.ts";
import { FileError, type LockAnswer } from "./types.ts";

/** Each ends with the lock held, or with one more dead holder out of the way. */
const rounds = 100;

/**
 * The lock where there is no `flock`: a directory that holds one file, named after its holder by pid, start time
 * and boot. The lock is free where the directory is absent, empty, or its holder dead.
 *
 * It is taken by renaming a directory made ready beside it. The system renames over no directory that has something in
 * it, so of any number of takers one wins. A dead holder's file is removed by its name, which is never used again:
 * whoever comes late with that removes nothing of the next holder's. (A plain lock file lacks just this: between
 * reading it and removing it, it may have become another's.)
 */
export function acquireClaim(path: string, bootId: string): LockAnswer {
  const holder = nameOfHolder(bootId);
  const held = `${path}.held`;
  const ready = `${path}.ready-${holder}`;
  guarded(ready, () => fs.mkdirSync(ready, 0o700));
  try {
    guarded(ready, () => fs.writeFileSync(join(ready, holder), "", { mode: 0o600 }));
    for (let round = 0; round < rounds; round += 1) {
      if (renamedOver(ready, held)) {
        removeLeftOvers(path, bootId);
        return { lock: lockOf(() => guarded(held, () => fs.rmSync(join(held, holder)))) };
      }
      const [other] = guarded(held, () => fs.readdirSync(held));
      if (other === undefined) continue;
      if (isAlive(other, bootId)) return { heldBy: Number.parseInt(other, 10) };
      guarded(held, () => fs.rmSync(join(held, other), { force: true }));
    }
    throw new FileError("EBUSY", path, "its holder changes too often");
  } finally {
    guarded(ready, () => fs.rmSync(ready, { recursive: true, force: true }));
  }
}

function nameOfHolder(bootId: string): string {
  const self = readProcess(process.pid);
  if (self === null) throw new FileError("ENOENT", "/proc", "it does not tell of this process");
  const unique = randomBytes(8).toString("hex");
  return `${self.pid}-${self.startTime}-${plain(bootId)}-${unique}`;
}

/** A dead process that its parent has not noticed yet is dead. */
function isAlive(holder: string, bootId: string): boolean {
  const [pid, startTime, boot] = holder.split("-");
  if (boot !== plain(bootId)) return false;
  const found = readProcess(Number(pid));
  return found !== null && !found.isDead && found.startTime === startTime;
}

function plain(bootId: string): string {
  return bootId.replaceAll(/[^0-9a-zA-Z]/g, "");
}

function renamedOver(ready: string, held: string): boolean {
  try {
    guarded(held, () => fs.renameSync(ready, held));
    return true;
  } catch (error) {
    if (isFileError(error, "ENOTEMPTY", "EEXIST")) return false;
    throw error;
  }
}

/** What takers that were killed made ready. */
function removeLeftOvers(path: string, bootId: string): void {
  const directory = dirname(path);
  const start = `${basename(path)}.ready-`;
  for (const name of guarded(directory, () => fs.readdirSync(directory))) {
    if (!name.startsWith(start) || isAlive(name.slice(start.length), bootId)) continue;
    guarded(directory, () => fs.rmSync(join(directory, name), { recursive: true, force: true }));
  }
}
