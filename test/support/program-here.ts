import type { Sink } from "../../src/cli/output/output.ts";
import { runProgram } from "../../src/cli/program.ts";
import type { ExitCode } from "../../src/core/exit-code.ts";
import type { Platform } from "../../src/platform/types.ts";
import { machineAt } from "./machine.ts";

/** How the program is run in the process of a test. */
export interface RunHere {
  readonly isTerminal?: boolean;
  /** What else the machine is than this one. */
  readonly on?: (platform: Platform) => Platform;
  /** Hears all that was written up to now, to either stream. */
  readonly onWritten?: (written: string) => void;
}

/** The program on the System in a directory, without a process of its own: a test may change its machine. */
export async function runHere(
  directory: string,
  args: readonly string[],
  { isTerminal = false, on = (platform) => platform, onWritten = () => {} }: RunHere = {},
): Promise<{ readonly exit: ExitCode; readonly written: string }> {
  const { platform, ...machine } = machineAt(directory);
  let written = "";
  const sink: Sink = {
    write: (text) => {
      written += text;
      onWritten(written);
    },
    ready: () => Promise.resolve(true),
    isTerminal,
    isJournal: false,
    width: 100,
    height: 24,
  };
  const exit = await runProgram(args, {
    ...machine,
    platform: on(platform),
    results: sink,
    messages: sink,
    alone: (work) => Promise.resolve(work()),
  });
  return { exit, written };
}
