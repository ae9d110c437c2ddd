import { Argument, type Command } from "commander";
import { completionKinds, type CompletionKind } from "../commands/completion-kinds.ts";
import type { Lazily } from "./lazily.ts";

/** What the program tells of itself. */
export function defineManual(program: Command, lazily: Lazily): void {
  const all = async () => {
    const { described } = await import("../manual/described.ts");
    return described(program);
  };
  program
    .command("help")
    .description("what a command takes, with examples")
    .argument("[command...]", "its words; default: all commands")
    .action(
      lazily(async (context, words: readonly string[]) => {
        const { help } = await import("../commands/help.ts");
        return help(context, await all(), words, () => helpOf(program, words));
      }),
    );
  program
    .command("version")
    .description("print the version")
    .action(
      lazily(async (context) => {
        const { version } = await import("../commands/version.ts");
        return version(context);
      }),
    );
  program
    .command("completion")
    .description("a script by which a shell completes commands, options and their values")
    .addArgument(
      new Argument("<shell>", "the shell; or deployments, which the scripts ask for").choices(
        completionKinds,
      ),
    )
    .action(
      lazily(async (context, kind: CompletionKind) => {
        const { completion } = await import("../commands/completion.ts");
        return completion(context, await all(), kind);
      }),
    );
  program
    .command("man")
    .description("the manual page, for man")
    .action(
      lazily(async (context) => {
        const { man } = await import("../commands/man.ts");
        return man(context, await all());
      }),
    );
}

function helpOf(program: Command, words: readonly string[]): string {
  let command = program;
  for (const word of words) {
    command = command.commands.find((one) => one.name() === word) ?? command;
  }
  return command.helpInformation();
}
