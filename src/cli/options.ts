import type { Command } from "commander";
import type { GlobalOptions } from "./commands/context.ts";

/** For problems of the command line itself, when nothing has been read of it yet. */
export function roughOptions(
  args: readonly string[],
): Pick<GlobalOptions, "json" | "color" | "logFormat"> {
  const end = args.indexOf("--");
  const options = end < 0 ? args : args.slice(0, end);
  const isLogJson = / --log-format[ =]json /.test(` ${options.join(" ")} `);
  return {
    json: options.includes("--json"),
    color: !options.includes("--no-color"),
    logFormat: isLogJson ? "json" : "text",
  };
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

/** What the command line says to every command. */
export function globalOptions(program: Command): GlobalOptions {
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
