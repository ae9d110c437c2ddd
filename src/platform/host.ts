import { fstatSync, readlinkSync } from "node:fs";
import { isatty } from "node:tty";
import { fileError } from "./file-error.ts";
import { nodeFiles } from "./files.ts";
import { programFate, runProgram } from "./run-program.ts";
import { FileError, type Host } from "./types.ts";

export interface HostOptions {
  readonly bootIdFile: string;
  /** Program and arguments; it must return once the reboot is under way. */
  readonly rebootCommand: readonly [string, ...(readonly string[])];
}

/** How long the reboot command may take to be accepted, in milliseconds. */
const rebootTimeoutMs = 60_000;

/** Bytes; a boot id has 36. */
const longestBootId = 4096;

export function nodeHost({ bootIdFile, rebootCommand }: HostOptions): Host {
  return {
    bootId() {
      const bytes = nodeFiles().read(bootIdFile, longestBootId);
      const bootId = new TextDecoder().decode(bytes).trim();
      if (bootId === "") throw new FileError("EIO", bootIdFile, "there is no boot id in it");
      return bootId;
    },

    workingDirectory() {
      try {
        return process.cwd();
      } catch {
        return readlinkSync("/proc/self/cwd").replace(/ \(deleted\)$/, "");
      }
    },

    standardInput,

    hasTerminal: () => [0, 1, 2].some((fd) => isatty(fd)),

    errorStreamId() {
      try {
        const { dev, ino } = fstatSync(2, { bigint: true });
        return `${dev}:${ino}`;
      } catch {
        return null;
      }
    },

    async reboot() {
      const [program, ...args] = rebootCommand;
      // The host's way down may begin by ending our process group, and so is in another.
      const { end, complaint } = await runProgram(program, args, rebootTimeoutMs);
      if (end.kind === "exited" && end.code === 0) return;
      throw new FileError("EIO", program, complaint || programFate(end));
    },
  };
}

async function* standardInput(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { stdin } = process;
  const stop = () => stdin.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    if (!signal.aborted) yield* piecesOf(stdin);
  } catch (error) {
    if (!signal.aborted) throw fileError(error, "stdin");
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function* piecesOf(stream: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const piece of stream) if (piece instanceof Uint8Array) yield piece;
}
