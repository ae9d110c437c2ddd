import { dirname, join, resolve } from "node:path";
import type { Problem } from "../../core/problem.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Machine } from "../../install/machine.ts";
import { FileError } from "../../platform/types.ts";
import { copy } from "./copy.ts";

/**
 * Writes a System to start from: Topology, Manifest, Interfaces, and the scripts that make its Artifacts and try it.
 * `directory` is absolute, and absent or empty.
 */
export async function writeStarter(
  machine: Machine,
  starter: string,
  directory: string,
): Promise<Result<null>> {
  const { platform, environment } = machine;
  const { files } = platform;
  const script = resolve(environment.program[1]);
  if (/["'\\$`\p{Cc}]/u.test(directory)) return fail(unquotable(directory));
  try {
    const there = files.status(directory);
    if (there !== null && there.kind === "file") return fail(noDirectory(directory));
    if (there !== null && files.list(directory).length > 0) return fail(notEmpty(directory));
    const package_ = dirname(dirname(files.realPath(script)));
    // In a checkout and in a package of npm, or as on a device.
    const interfaces = [
      join(package_, "bin/interfaces"),
      join(package_, "../../share/mender-orchestrator/interfaces"),
    ].find((place) => files.status(place) !== null);
    const examples = join(package_, "bin/examples");
    if (interfaces === undefined || files.status(examples) === null) {
      return fail(incomplete(package_));
    }
    files.makeDirectory(directory);
    await copy(platform, interfaces, join(directory, "interfaces"));
    await copy(platform, `${examples}/common/.`, directory);
    await copy(platform, `${examples}/${starter}/.`, directory);
    fillIn(machine, join(directory, "topology.yaml"), { "@DIRECTORY@": directory });
    fillIn(machine, join(directory, "env.sh"), {
      "@DIRECTORY@": directory,
      "@PROGRAM@": files.realPath(script),
    });
    return ok(null);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return fail(notWritten(directory, error));
  }
}

/** No file of a starter is larger. */
const maxBytes = 64 * 1024;

function fillIn(
  { platform: { files } }: Machine,
  file: string,
  values: Readonly<Record<string, string>>,
): void {
  const text = new TextDecoder().decode(files.read(file, maxBytes));
  const filled = Object.entries(values).reduce(
    (before, [name, value]) => before.replaceAll(name, () => value),
    text,
  );
  files.write(file, new TextEncoder().encode(filled));
}

function unquotable(directory: string): Problem {
  return {
    code: "invalid-argument",
    message: `The directory "${directory}" has a quote, a backslash, "$" or a control character in its name.`,
    hint: "Its name is written into YAML and shell scripts: give one without.",
  };
}

function noDirectory(directory: string): Problem {
  return {
    code: "invalid-argument",
    message: `"${directory}" is not a directory.`,
    hint: "Give one that is absent or empty; nothing was changed.",
  };
}

function notEmpty(directory: string): Problem {
  return {
    code: "invalid-argument",
    message: `The directory "${directory}" is not empty.`,
    hint: "Give one that is absent or empty; nothing was changed.",
  };
}

function incomplete(package_: string): Problem {
  return {
    code: "file-unreadable",
    message: `The examples or the Interfaces that come with this program are missing in "${package_}".`,
    hint: "Run it from a complete checkout or package.",
  };
}

function notWritten(directory: string, error: FileError): Problem {
  return {
    code: "output-not-written",
    message: `No System can be written to "${directory}": ${error.message}.`,
    got: error.code,
    hint: "Give a directory that can be written.",
  };
}
