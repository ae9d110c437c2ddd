import { shellWord } from "../../report/words.ts";
import { dirname, join, resolve } from "node:path";
import type { Problem } from "../../core/problem.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Machine } from "../../install/machine.ts";
import { FileError, type ProcessEnd } from "../../platform/types.ts";
import { copy } from "./copy.ts";

/** The seed's System in a directory of its own, and this program called on it as anybody would. */
export interface DemoSystem {
  readonly directory: string;
  /** What has to be in the environment for this program to find the System. */
  readonly variables: Readonly<Record<string, string>>;
  /** What anybody types into a shell to call this program on the System: these arguments, as a shell reads them. */
  readonly commandLine: (args: string) => string;
  readonly call: (call: Call) => Promise<ProcessEnd>;
  /** All boards as they were delivered: on v.1, and none told to fail. */
  readonly resetBoards: () => Promise<void>;
  /** From now on each state that changes a board takes so many seconds longer. */
  readonly slowDown: (seconds: number) => void;
}

export interface Call {
  readonly args: readonly string[];
  readonly onOutput: (stream: "stdout" | "stderr", text: string) => void;
  /** Where the process is to kill itself. */
  readonly crashPoint?: string;
}

/** No call of the demo takes longer. Milliseconds. */
const callTimeoutMs = 60_000;

/** Copies the System to `directory`, which must be absent or empty. */
export async function makeDemoSystem(
  machine: Machine,
  directory: string,
): Promise<Result<DemoSystem>> {
  const { platform, environment } = machine;
  const { files } = platform;
  const [node, script] = environment.program;
  try {
    const package_ = dirname(dirname(files.realPath(script)));
    const original = join(package_, "fixtures", "systems", "seed");
    if (files.status(original) === null) return fail(incomplete(original));
    if (files.status(directory) !== null && files.list(directory).length > 0) {
      return fail(notEmpty(directory));
    }
    files.makeDirectory(directory);
    await copy(platform, `${original}/.`, directory);
    const variables = {
      MENDER_ORCHESTRATOR_DATA_DIR: directory,
      MENDER_ORCHESTRATOR_CONF_DIR: join(directory, "conf"),
      MENDER_ORCHESTRATOR_DATASTORE_DIR: join(directory, "datastore"),
      MENDER_ORCHESTRATOR_TOPOLOGY_DIR: directory,
    };
    files.makeDirectory(variables.MENDER_ORCHESTRATOR_DATASTORE_DIR);
    const caller = join(directory, "orchestrator");
    files.write(caller, Buffer.from(wrapper(variables, [node, resolve(script)])));
    return ok({
      directory,
      variables,
      commandLine: (args) => `sh ${shellWord(caller)} ${args}`,
      call: async ({ args, onOutput, crashPoint }) => {
        const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
        const child = await platform.processes.start({
          file: node,
          args: [resolve(script), ...args],
          cwd: directory,
          env: {
            ...environment.inherited,
            ...variables,
            ...(crashPoint === undefined ? {} : { ORCHESTRATOR_CRASH_POINT: crashPoint }),
          },
          timeoutMs: callTimeoutMs,
          graceMs: 5000,
          onOutput: (stream, bytes) =>
            onOutput(stream, decoders[stream].decode(bytes, { stream: true })),
        });
        return await child.ended;
      },
      resetBoards: async () => {
        files.remove(join(directory, "boards"));
        await copy(platform, join(original, "boards"), directory);
      },
      slowDown: (seconds) => {
        files.write(join(directory, "boards", "pace"), Buffer.from(`${seconds}\n`));
      },
    });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return fail(notMade(directory, error));
  }
}

/** A script of sh that calls this program on the System. */
function wrapper(
  variables: Readonly<Record<string, string>>,
  program: readonly [string, string],
): string {
  const exports = Object.entries(variables).map(
    ([name, value]) => `export ${name}=${shellWord(value)}\n`,
  );
  return `${exports.join("")}exec ${program.map(shellWord).join(" ")} "$@"\n`;
}

function incomplete(original: string): Problem {
  return {
    code: "file-unreadable",
    message: `The System of the demo is missing: there is no "${original}".`,
    hint: "Run the demo from a complete checkout or package.",
  };
}

function notEmpty(directory: string): Problem {
  return {
    code: "invalid-argument",
    message: `The directory "${directory}" is not empty.`,
    hint: "Give one that is absent or empty, or remove it first.",
  };
}

function notMade(directory: string, error: FileError): Problem {
  return {
    code: "output-not-written",
    message: `The System of the demo cannot be made in "${directory}": ${error.message}.`,
    got: error.code,
    hint: "Give a directory that can be written, with --dir.",
  };
}
