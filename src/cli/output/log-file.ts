import { dirname, resolve } from "node:path";
import type { Problem } from "../../core/problem.ts";
import type { Machine } from "../../install/machine.ts";
import { unlessRefused } from "../../platform/types.ts";

/** Where the log goes, and how. */
export interface LogOptions {
  readonly logFile: string | null;
  readonly logFormat: "text" | "json";
}

/**
 * What is wrong with `--log-file`, told before anything is done; null: nothing, or there is none. `inputs`: what the
 * command is given to read.
 */
export async function logFileProblem(
  machine: Machine & { readonly options: LogOptions },
  inputs: readonly string[],
): Promise<Problem | null> {
  const {
    platform: { files },
    environment,
    options: { logFile },
  } = machine;
  if (logFile === null) return null;
  const path = resolve(environment.workingDirectory, logFile);
  const kindOf = (at: string) =>
    unlessRefused(() => files.status(files.realPath(at))?.kind ?? null, null);
  const directory = dirname(path);
  if (kindOf(directory) !== "directory") {
    return {
      code: "invalid-argument",
      message: `The log file "${logFile}" cannot be written: there is no directory "${directory}".`,
      hint: "Make the directory, or name another file with --log-file.",
    };
  }
  if (kindOf(path) !== "directory") {
    const { overInput } = await import("./output-file.ts");
    return overInput(machine, logFile, inputs);
  }
  return {
    code: "invalid-argument",
    message: `The log file "${logFile}" cannot be written: it is a directory.`,
    hint: "Name a file in it with --log-file.",
  };
}
