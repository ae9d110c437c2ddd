import * as fs from "node:fs";
import { guarded, isFileError, quietly } from "./file-error.ts";
import { nodeFiles } from "./files.ts";
import { lockOf } from "./lock-of.ts";
import { privateFile } from "./open-file.ts";
import { programFate, runProgram } from "./run-program.ts";
import { FileError, type LockAnswer } from "./types.ts";

const { O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDWR } = fs.constants;

/** What `flock -n` ends with where another process holds the lock. */
const heldStatus = 1;

/** Milliseconds; it does not wait for the lock, so it is done at once. */
const flockTimeoutMs = 10_000;

/**
 * A real flock(2): the program takes it on the file as we have opened it, which it gets as its descriptor 3, and
 * ends. The lock belongs to the open file, so it stays with this process and goes when this process goes. Interfaces do
 * not inherit the descriptor. Null where there is no such program.
 */
export async function acquireFlock(program: string, path: string): Promise<LockAnswer | null> {
  const flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK;
  const fd = guarded(path, () => fs.openSync(path, flags, privateFile));
  const outcome = await flockOutcome(program, path, fd);
  if (outcome !== "taken") {
    quietly(() => fs.closeSync(fd));
    if (outcome instanceof Error) throw outcome;
    return outcome === "held" ? { heldBy: holderOf(path) } : null;
  }
  // For the message of whoever comes while we hold it; the lock does not depend on it.
  quietly(() => {
    fs.ftruncateSync(fd, 0);
    fs.writeSync(fd, `${process.pid}\n`, 0);
  });
  return { lock: lockOf(() => guarded(path, () => fs.closeSync(fd))) };
}

async function flockOutcome(
  program: string,
  path: string,
  fd: number,
): Promise<"taken" | "held" | "no-such-program" | FileError> {
  try {
    const { end, complaint } = await runProgram(program, ["-n", "3"], flockTimeoutMs, fd);
    if (end.kind === "exited" && end.code === 0) return "taken";
    if (end.kind === "exited" && end.code === heldStatus) return "held";
    return new FileError("ENOLCK", path, `it cannot be locked: ${complaint || programFate(end)}`);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return isFileError(error, "ENOENT") ? "no-such-program" : error;
  }
}

function holderOf(path: string): number | null {
  const written = new TextDecoder().decode(nodeFiles().read(path, 1024));
  return /^[1-9][0-9]{0,9}\n$/.test(written) ? Number(written) : null;
}
