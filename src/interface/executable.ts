import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import {
  FileError,
  type Files,
  type FileStatus,
  modeText,
  unlessRefused,
} from "../platform/types.ts";
import { whyNotRunnable } from "./runnable.ts";

/**
 * Looks at an Interface before anything is changed: it must be an executable file that only its owner can write. With
 * `allowWritable`, for development, the last does not matter. Gives the path with links resolved.
 */
export function checkExecutable(
  files: Pick<Files, "realPath" | "status" | "head" | "list" | "read">,
  path: string,
  allowWritable: boolean,
): Result<string> {
  try {
    const realPath = files.realPath(path);
    const status = files.status(realPath);
    if (status === null) return fail(missing(path));
    const problems = [
      ...problemsOf(path, status, allowWritable),
      ...(status.kind === "file" ? formatProblems(files, path, realPath) : []),
    ];
    return problems.length === 0 ? ok(realPath) : fail(...problems);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return fail(missing(path, error));
  }
}

function problemsOf(path: string, status: FileStatus, allowWritable: boolean): Problem[] {
  if (status.kind !== "file") {
    return [
      {
        code: "interface-not-a-file",
        message: `The Interface "${path}" is not a file.`,
        expected: "an executable file",
        got: status.kind,
        hint: "Put the executable there, or change the name of the Interface in the Topology.",
      },
    ];
  }
  const mode = modeText(status);
  const problems: Problem[] = [];
  if ((status.mode & 0o111) === 0) {
    problems.push({
      code: "interface-not-executable",
      message: `The Interface "${path}" is not executable.`,
      expected: "mode 0755",
      got: `mode ${mode}`,
      hint: `Run: chmod 0755 '${path}'`,
    });
  }
  if ((status.mode & 0o022) !== 0 && !allowWritable) {
    problems.push({
      code: "interface-writable",
      message: `The Interface "${path}" can be changed by others than its owner.`,
      expected: "mode 0755",
      got: `mode ${mode}`,
      hint: `Run: chmod go-w '${path}'; for development the configuration can allow it.`,
    });
  }
  return problems;
}

function formatProblems(
  files: Parameters<typeof whyNotRunnable>[0],
  path: string,
  realPath: string,
): Problem[] {
  // Who may run it and not read it will see when it is called.
  const why = unlessRefused(() => whyNotRunnable(files, realPath), null);
  if (why === null) return [];
  return [
    {
      code: "interface-not-runnable",
      message: `The Interface "${path}" cannot be run on this machine: ${why}.`,
      expected: "a program of this machine, or a script",
      hint: "Install the one that was built for this machine.",
    },
  ];
}

function missing(path: string, error?: FileError): Problem {
  const isThere = error !== undefined && error.code !== "ENOENT";
  return {
    code: "interface-missing",
    message: isThere
      ? `The Interface "${path}" cannot be looked at: ${error.message}.`
      : `There is no Interface "${path}".`,
    expected: "an executable file",
    hint: "Install it there, or change the name of the Interface in the Topology.",
  };
}
