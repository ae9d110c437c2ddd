import { basename, dirname } from "node:path";
import { withHiddenShown } from "../core/hidden-characters.ts";
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

/** What an executable is for. */
export type Kind = "interface" | "gate";

const words = { interface: "Interface", gate: "gate" } as const satisfies Record<Kind, string>;

/**
 * Looks at an Interface or a gate before anything is changed: it must be an executable file that only its owner can
 * write. With `allowWritable`, for development, the last does not matter. Gives the path with links resolved.
 */
export function checkExecutable(
  files: Pick<Files, "realPath" | "status" | "head" | "list" | "read">,
  path: string,
  allowWritable: boolean,
  kind: Kind = "interface",
): Result<string> {
  try {
    const realPath = files.realPath(path);
    const status = files.status(realPath);
    if (status === null) return fail(missing(kind, files, path, null));
    const problems = [
      ...problemsOf(kind, path, status, allowWritable),
      ...(status.kind === "file" ? formatProblems(kind, files, path, realPath) : []),
    ];
    return problems.length === 0 ? ok(realPath) : fail(...problems);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return fail(missing(kind, files, path, error));
  }
}

function problemsOf(
  kind: Kind,
  path: string,
  status: FileStatus,
  allowWritable: boolean,
): Problem[] {
  const what = words[kind];
  if (status.kind !== "file") {
    return [
      {
        code: `${kind}-not-a-file`,
        message: `The ${what} "${path}" is not a file.`,
        expected: "an executable file",
        got: status.kind,
        hint: `Put the executable there, or change the name of the ${what} in the Topology.`,
      },
    ];
  }
  const mode = modeText(status);
  const problems: Problem[] = [];
  if ((status.mode & 0o111) === 0) {
    problems.push({
      code: `${kind}-not-executable`,
      message: `The ${what} "${path}" is not executable.`,
      expected: "mode 0755",
      got: `mode ${mode}`,
      hint: `Run: chmod 0755 '${path}'`,
    });
  }
  if ((status.mode & 0o022) !== 0 && !allowWritable) {
    problems.push({
      code: `${kind}-writable`,
      message: `The ${what} "${path}" can be changed by others than its owner.`,
      expected: "mode 0755",
      got: `mode ${mode}`,
      hint: `Run: chmod go-w '${path}'; for development the configuration can allow it.`,
    });
  }
  return problems;
}

function formatProblems(
  kind: Kind,
  files: Parameters<typeof whyNotRunnable>[0],
  path: string,
  realPath: string,
): Problem[] {
  // Who may run it and not read it will see when it is called.
  const why = unlessRefused(() => whyNotRunnable(files, realPath), null);
  if (why === null) return [];
  const what = words[kind];
  return [
    {
      code: `${kind}-not-runnable`,
      message: `The ${what} "${path}" cannot be run on this machine: ${why}.`,
      expected: "a program of this machine, or a script",
      hint: "Install the one that was built for this machine.",
    },
  ];
}

function missing(
  kind: Kind,
  files: Pick<Files, "list">,
  path: string,
  error: FileError | null,
): Problem {
  const what = words[kind];
  const isThere = error !== null && error.code !== "ENOENT";
  return {
    code: `${kind}-missing`,
    message: isThere
      ? `The ${what} "${path}" cannot be looked at: ${error.message}.`
      : `There is no ${what} "${path}".`,
    expected: "an executable file",
    got: isThere ? error.code : nothing(files, path),
    hint: hints[kind],
  };
}

const hints = {
  interface: `Install it there, or name the right one with "interface" in the Topology.`,
  gate: `Install it there, or correct the "name" of the gate in the Topology.`,
} as const satisfies Record<Kind, string>;

/** So many of what lies beside it are told: the one that was meant may be among them. */
const maxBeside = 10;

function nothing(files: Pick<Files, "list">, path: string): string {
  const directory = dirname(path);
  const names = unlessRefused(() => files.list(directory).toSorted(), null);
  if (names?.includes(basename(path)) === true) return "a link that leads nowhere";
  if (names === null) return `nothing; "${directory}" cannot be read`;
  if (names.length === 0) return "nothing; the directory is empty";
  const shown = names.slice(0, maxBeside).map((name) => `"${withHiddenShown(name)}"`);
  const more = names.length > maxBeside ? ` and ${names.length - maxBeside} more` : "";
  return `nothing; beside it: ${shown.join(", ")}${more}`;
}
