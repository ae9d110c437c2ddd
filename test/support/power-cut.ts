import type { FileIo } from "../../src/platform/file-io.ts";
import { nodeFiles } from "../../src/platform/files.ts";
import type { Files } from "../../src/platform/types.ts";
import { ProcessEnded, type SimDisk, simDisk, withoutSync } from "./sim-fs.ts";

/**
 * The power goes at every call that changes the disk; of what was not synced by then any subset is there, and of every
 * write any part. What was promised before must hold on every such disk.
 */

export type Promised = Record<string, number>;

/** A program that works on files; it tells what it may promise from then on. */
export type Program = (files: Files, promised: Promised) => void;

/** Null where the disk keeps what was promised. */
export type Check = (files: Files, promised: Promised) => string | null;

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

export function explore(program: Program, check: Check) {
  const complaints = [...explored(program, check)];
  return { disks: complaints.length, broken: complaints.filter((each) => each !== null) };
}

/** Whether it is ever noticed that files, or directories, are not synced. */
export function isNoticed(
  program: Program,
  check: Check,
  without: "files" | "directories",
  as: string,
) {
  for (const complaint of explored(program, check, (io) => withoutSync(io, without))) {
    if (complaint === as) return true;
  }
  return false;
}

export function endedAt(disk: SimDisk, call: number, run: () => void): void {
  disk.endAt(call);
  try {
    run();
  } catch (error) {
    if (!(error instanceof ProcessEnded)) throw error;
  }
  disk.endAt(Number.POSITIVE_INFINITY);
}
