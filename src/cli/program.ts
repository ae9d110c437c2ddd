import { Command, CommanderError, Option } from "commander";
import { type ExitCode, exitCode } from "../core/exit-code.ts";
import { logLevels } from "../core/log-level.ts";
import type { Problem } from "../core/problem.ts";
import { programVersion } from "../core/program-version.ts";
import type { Machine } from "../install/machine.ts";
import { plainStyle } from "../report/style.ts";
import type { Context, GlobalOptions } from "./commands/context.ts";
import { defineArtifact } from "./definitions/artifact.ts";
import { defineBundle } from "./definitions/bundle.ts";
import { defineFleet } from "./definitions/fleet.ts";
import type { Lazily } from "./definitions/lazily.ts";
import { defineCache } from "./definitions/cache.ts";
import { definePlanning } from "./definitions/planning.ts";
import { defineManual } from "./definitions/manual.ts";
import { defineProof } from "./definitions/proof.ts";
import { defineTools } from "./definitions/tools.ts";
import { defineUpdates } from "./definitions/updates.ts";
import { globalOptions, roughOptions } from "./options.ts";
import { helpForm, wordsOf } from "./manual/help-text.ts";
import { styleOf } from "./output/colour.ts";
import { logFileProblem } from "./output/log-file.ts";
import { failed, type Output, type Sink, say } from "./output/output.ts";
import { type Alone, showingWork } from "./output/working.ts";
import { markRefusedUse } from "./refused-use.ts";
import { missingCommand, usageProblem } from "./usage.ts";

/** What main.ts takes from the process. */
export interface Caller extends Omit<Machine, "options" | "tell" | "working" | "compute"> {
  readonly results: Sink;
  readonly messages: Sink;
  readonly alone: Alone;
}

/** Reads the command line, does what it says, and returns the exit status. */
export async function runProgram(args: readonly string[], caller: Caller): Promise<ExitCode> {
  let exit: ExitCode = exitCode.done;
  const lazily: Lazily =
    (work) =>
    async (...given) => {
      const context = contextOf(caller, globalOptions(program));
      const wrong = await logFileProblem(
        context,
        given.filter((one) => typeof one === "string"),
      );
      if (wrong === null) {
        exit = await work(context, ...given);
        return;
      }
      await markRefusedUse(caller, args, namesOf(program));
      exit = failed(context.output, [wrong]);
    };
  const program = defineProgram(lazily);
  let called = program;
  for (const command of withAllBelow(program)) {
    const isCalled = (error: CommanderError) => {
      called = command;
      throw error;
    };
    command.exitOverride(isCalled).configureOutput({
      writeOut: (text) => caller.results.write(text),
      writeErr: () => {},
      getOutHelpWidth: () => caller.results.width,
    });
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return exit;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return exitCode.done;
    await markRefusedUse(caller, args, namesOf(program));
    return failed(outputOf(caller, roughOptions(args)), [problemOf(error, called)]);
  }
}

function namesOf({ commands }: Command): readonly string[] {
  return commands.map((command) => command.name());
}

/** All that the program can be told, and what each command does. */
export function defineProgram(lazily: Lazily): Command {
  const program = new Command("orchestrator")
    .description(
      "Updates a whole System over the air, in an order that is proved to be acceptable.",
    )
    .usage("<command> [options]")
    .version(programVersion, "-V, --version", "print the version")
    .option("--json", "one JSON document, or a stream of them, and nothing else on stdout")
    .option("-t, --topology-components <file>", "the Components, in a file of their own")
    .addOption(new Option("--log-level <level>", "what is logged").choices(logLevels))
    .option("--log-file <file>", "append the log to a file, too")
    .addOption(
      new Option("--log-format <format>", "how the log is written")
        .choices(["text", "json"])
        .default("text"),
    )
    .option("--no-color", "no colours, as with NO_COLOR")
    .helpCommand(false)
    .helpOption("-h, --help", "show this help")
    .configureHelp(helpForm);
  defineUpdates(program, lazily);
  definePlanning(program, lazily);
  defineFleet(program, lazily);
  defineProof(program, lazily);
  defineBundle(program, lazily);
  defineArtifact(program, lazily);
  defineCache(program, lazily);
  defineTools(program, lazily);
  defineManual(program, lazily);
  return program;
}

function withAllBelow(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withAllBelow)];
}

/** The parser shows help where a command is missing. */
function problemOf(error: CommanderError, called: Command): Problem {
  if (error.code === "commander.help")
    return missingCommand(wordsOf(called).join(" "), namesOf(called));
  return usageProblem(error.message, {
    command: wordsOf(called).join(" "),
    given: called.args,
  });
}

function contextOf(caller: Caller, options: GlobalOptions): Context {
  const { platform, environment, signal, alone, deploys, reachCrashPoint } = caller;
  const output = outputOf(caller, options);
  return {
    platform,
    environment,
    options,
    output,
    signal,
    deploys,
    reachCrashPoint,
    tell: (lines) => say(output, lines),
    ...showingWork(
      // A command that answers has nothing but its answer on stdout.
      async () => {
        const { progressOpener } = await import("./output/progress.ts");
        const seen = { ...output, json: false };
        const shown = { platform, environment, options, signal, output: seen };
        const open = await progressOpener(shown);
        return () => open({ components: [], deployment: null });
      },
      platform.clock,
      alone,
    ),
  };
}

export function outputOf(
  {
    results,
    messages,
    environment,
    platform,
  }: Pick<Caller, "results" | "messages" | "environment" | "platform">,
  { json, color, logFormat }: Pick<GlobalOptions, "json" | "color" | "logFormat">,
): Output {
  const isAllowed = color && environment.isColourAllowed;
  const style = (sink: Sink) => (isAllowed && sink.isTerminal ? styleOf(true) : plainStyle);
  return {
    results,
    messages,
    json,
    logFormat,
    clock: platform.clock,
    resultStyle: style(results),
    messageStyle: style(messages),
    resultCanvas: {
      width: results.width,
      isUnicode: environment.isUnicodeShown,
    },
  };
}
