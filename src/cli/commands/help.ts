import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import type { Problem } from "../../core/problem.ts";
import { nearest } from "../../core/nearest.ts";
import { commandAt, type DescribedCommand } from "../manual/described.ts";
import { examplesOf } from "../manual/examples.ts";
import { answer, failed } from "../output/output.ts";
import type { Context } from "./context.ts";

/** What a command takes. `text`: as `--help` behind it shows it. */
// oxlint-disable-next-line require-await
export async function help(
  { output }: Context,
  root: DescribedCommand,
  words: readonly string[],
  text: () => string,
): Promise<ExitCode> {
  const { command, taken } = commandAt(root, words);
  const unknown = words[taken];
  if (unknown !== undefined) return failed(output, [unknownCommand(command, unknown)]);
  answer(
    output,
    () => text().trimEnd().split("\n"),
    () => ({ type: "help", ...command, examples: examplesOf(command.words) }),
  );
  return exitCode.done;
}

function unknownCommand({ words, commands }: DescribedCommand, name: string): Problem {
  const close = nearest(
    name,
    commands.map((one) => one.words.at(-1) ?? ""),
  );
  return {
    code: "unknown-command",
    message: `There is no command "${[...words, name].join(" ")}".`,
    hint:
      close === null
        ? `"orchestrator ${["help", ...words].join(" ")}" lists the commands.`
        : `Did you mean "${[...words, close].join(" ")}"?`,
  };
}
