import { Command, CommanderError, Option } from "commander";
import { type ExitCode, exitCode } from "../core/exit-code.ts";
import type { Problem } from "../core/problem.ts";
import type { Machine } from "../install/machine.ts";
import { plainStyle } from "../report/style.ts";
import { styleOf } from "./colour.ts";
import { type Context, type GlobalOptions, logLevels } from "./context.ts";
import { defineArtifact } from "./definitions/artifact.ts";
import { defineBundle } from "./definitions/bundle.ts";
import { definePlanning } from "./definitions/planning.ts";
import { defineProof } from "./definitions/proof.ts";
import { defineTools } from "./definitions/tools.ts";
import { defineUpdates } from "./definitions/updates.ts";
import { failed, type Output, type Sink, writeLines } from "./output.ts";
import { logFileProblem } from "./log-file.ts";
import { markRefusedUse } from "./refused-use.ts";
import { missingCommand, usageProblem } from "./usage.ts";
import { programVersion } from "../core/program-version.ts";

/** What main.ts takes from the process. */
export interface Caller extends Omit<Machine, "options" | "tell"> {
  readonly results: Sink;
  readonly messages: Sink;
}

/** A command's work: its arguments and its own options come as the command line's parser gives them. */
export type Work<Given extends readonly unknown[]> = (
  context: Context,
  ...given: Given
) => Promise<ExitCode>;

/** Turns a command's work into what the parser calls. */
export type Lazily = <Given extends readonly unknown[]>(
  work: Work<Given>,
) => (...given: Given) => Promise<void>;

const exitCodes = `
Exit status: 0 done, 1 unexpected, 2 nothing in progress, 4 reboot and resume, 10 wrong use,
11 invalid input, 12 not trusted, 13 not compatible, 14 no plan, 15 not ready, 17 in progress,
20 failed and unchanged, 21 failed and stopped as asked, 22 rolled back, 24 failed in another
acceptable state, 30 INCONSISTENT. See docs/cli.md.`;

/** Reads the command line, does what it says, and returns the exit status. */
export async function runProgram(args: readonly string[], caller: Caller): Promise<ExitCode> {
  let exit: ExitCode = exitCode.done;
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
    .configureHelp({ showGlobalOptions: true })
    .addHelpText("after", exitCodes)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => caller.results.write(text),
      writeErr: () => {},
    });
  const lazily: Lazily =
    (work) =>
    async (...given) => {
      const context = contextOf(caller, globalOptions(program));
      const wrong = logFileProblem(context);
      if (wrong === null) {
        exit = await work(context, ...given);
        return;
      }
      markRefusedUse(caller, args, namesOf(program));
      exit = failed(context.output, [wrong]);
    };
  defineCommands(program, lazily);
  try {
    await program.parseAsync(args, { from: "user" });
    return exit;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return exitCode.done;
    markRefusedUse(caller, args, namesOf(program));
    return failed(outputOf(caller, roughOptions(args)), [problemOf(error)]);
  }
}

function namesOf({ commands }: Command): readonly string[] {
  return commands.map((command) => command.name());
}

/** All that the program can be told to do. */
export function defineCommands(program: Command, lazily: Lazily): void {
  defineUpdates(program, lazily);
  definePlanning(program, lazily);
  defineProof(program, lazily);
  defineBundle(program, lazily);
  defineArtifact(program, lazily);
  defineTools(program, lazily);
}

/** The parser shows help where a command is missing. */
function problemOf(error: CommanderError): Problem {
  return error.code === "commander.help" ? missingCommand() : usageProblem(error.message);
}

function contextOf(caller: Caller, options: GlobalOptions): Context {
  const { platform, environment, signal, compute, deploys } = caller;
  const output = outputOf(caller, options);
  return {
    platform,
    environment,
    options,
    output,
    signal,
    compute,
    deploys,
    tell: (lines) => writeLines(output.messages, lines),
  };
}

export function outputOf(
  { results, messages, environment }: Pick<Caller, "results" | "messages" | "environment">,
  { json, color }: Pick<GlobalOptions, "json" | "color">,
): Output {
  const isAllowed = color && environment.isColourAllowed;
  const style = (sink: Sink) => (isAllowed && sink.isTerminal ? styleOf(true) : plainStyle);
  return { results, messages, json, resultStyle: style(results), messageStyle: style(messages) };
}

/** For problems of the command line itself, when nothing has been read of it yet. */
export function roughOptions(args: readonly string[]): Pick<GlobalOptions, "json" | "color"> {
  const end = args.indexOf("--");
  const options = end < 0 ? args : args.slice(0, end);
  return { json: options.includes("--json"), color: !options.includes("--no-color") };
}

/** As commander keeps them; absent ones are undefined. */
interface Given {
  readonly json?: boolean;
  readonly color: boolean;
  readonly logLevel?: GlobalOptions["logLevel"];
  readonly logFile?: string;
  readonly logFormat: GlobalOptions["logFormat"];
  readonly topologyComponents?: string;
}

function globalOptions(program: Command): GlobalOptions {
  const given: Given = program.opts<Given>();
  return {
    json: given.json ?? false,
    color: given.color,
    logLevel: given.logLevel ?? null,
    logFile: given.logFile ?? null,
    logFormat: given.logFormat,
    topologyComponents: given.topologyComponents ?? null,
  };
}
