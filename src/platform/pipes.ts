import { closeSync, constants, openSync, rmSync, writeSync } from "node:fs";
import { fileError, guarded } from "./file-error.ts";
import { pipeOpener } from "./pipe-opener.ts";
import { pumpInto } from "./pipe-pump.ts";
import { programFate, runProgram } from "./run-program.ts";
import { FileError, type Pipes } from "./types.ts";

/** How many paths one call of `mkfifo` gets: far below what the system takes as arguments. */
const pathsAtOnce = 200;

/** What a pipe takes in one piece however full it is not: PIPE_BUF. */
const lineBytes = 4096;

/** Milliseconds; it waits for nothing but the disk. */
const mkfifoTimeoutMs = 60_000;

/** Named pipes of this machine, made by the program `mkfifo`, because Node has no call for it. */
export function nodePipes(mkfifo = "mkfifo"): Pipes {
  const open = pipeOpener();
  return {
    async make(paths) {
      for (let at = 0; at < paths.length; at += pathsAtOnce) {
        await makeSome(mkfifo, paths.slice(at, at + pathsAtOnce));
      }
    },

    openForWrite: open,

    writeLine(fd, line) {
      try {
        const bytes = new TextEncoder().encode(line);
        if (bytes.length > lineBytes) throw new Error(`a line of ${bytes.length} bytes`);
        // The pipe is empty, so all of it goes in at once.
        const written = writeSync(fd, bytes);
        if (written !== bytes.length)
          throw new Error(`${written} of ${bytes.length} bytes went in`);
      } catch (error) {
        throw fileError(error, "pipe");
      } finally {
        closeSync(fd);
      }
    },

    close: closeSync,

    pump: pumpInto,

    releaseAndRemove(paths) {
      for (const path of paths) guarded(path, () => releaseAndRemove(path));
    },
  };
}

async function makeSome(mkfifo: string, paths: readonly string[]): Promise<void> {
  const args = ["-m", "600", "--", ...paths];
  const { end, complaint } = await runProgram(mkfifo, args, mkfifoTimeoutMs);
  if (end.kind === "exited" && end.code === 0) return;
  throw new FileError("EIO", paths[0] ?? "", complaint || `${mkfifo}: ${programFate(end)}`);
}

/**
 * Whoever is blocked in opening a pipe could never be freed once it has no name any more. To open it for both reading
 * and writing never blocks, and wakes both kinds. It stays open until the name is gone: whoever comes in between finds
 * a partner, and whoever comes later finds nothing.
 */
function releaseAndRemove(path: string): void {
  const fd = openBothWays(path);
  try {
    rmSync(path, { force: true, recursive: true });
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

/** Null where it is gone already, or no pipe any more: then nobody waits in it. */
function openBothWays(path: string): number | null {
  try {
    return openSync(path, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch {
    return null;
  }
}
