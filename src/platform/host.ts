import { readlinkSync } from "node:fs";
import { isatty } from "node:tty";
import { fileError } from "./file-error.ts";
import { nodeFiles } from "./files.ts";
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

    hasTerminal: () => [0, 1, 2].some((fd) => isatty(fd)),

    async reboot() {
      const [program, ...args] = rebootCommand;
      // Loaded when it is needed: hardly any run reboots.
      const { execa } = await import("execa");
      const ended = await execa(program, args, {
        reject: false,
        stdin: "ignore",
        stdout: "ignore",
        cwd: "/",
        timeout: rebootTimeoutMs,
        maxBuffer: 4096,
        // The host's way down may begin by ending our process group: the command must not go with it.
        detached: true,
        cleanup: false,
      });
      if (!ended.failed) return;
      if (ended.cause !== undefined) throw fileError(ended.cause, program);
      const complaint = ended.stderr?.trim() ?? "";
      const fate = ended.timedOut ? "it did not end" : `it ended with status ${ended.exitCode}`;
      throw new FileError("EIO", program, complaint === "" ? fate : complaint);
    },
  };
}
