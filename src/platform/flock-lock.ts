import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { fileError, guarded, quietly } from "./file-error.ts";
import { nodeFiles } from "./files.ts";
import { lockOf } from "./lock-of.ts";
import { privateFile } from "./open-file.ts";
import { FileError, type Locks } from "./types.ts";

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
export function acquireFlock(program: string, path: string): ReturnType<Locks["acquire"]> | null {
  const flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK;
  const fd = guarded(path, () => fs.openSync(path, flags, privateFile));
  const outcome = flockOutcome(program, path, fd);
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

function flockOutcome(
  program: string,
  path: string,
  fd: number,
): "taken" | "held" | "no-such-program" | FileError {
  const { error, status, stderr } = spawnSync(program, ["-n", "3"], {
    stdio: ["ignore", "ignore", "pipe", fd],
    cwd: "/",
    timeout: flockTimeoutMs,
    encoding: "utf8",
  });
  if (error !== undefined) {
    const failure = fileError(error, program);
    return failure.code === "ENOENT" ? "no-such-program" : failure;
  }
  if (status === 0) return "taken";
  if (status === heldStatus) return "held";
  return new FileError("ENOLCK", path, `it cannot be locked: ${stderr.trim()}`);
}

function holderOf(path: string): number | null {
  const written = new TextDecoder().decode(nodeFiles().read(path, 1024));
  return /^[1-9][0-9]{0,9}\n$/.test(written) ? Number(written) : null;
}
