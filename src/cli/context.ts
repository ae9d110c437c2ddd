import type { Machine } from "../install/machine.ts";
import type { Output } from "./output.ts";

export const logLevels = ["trace", "debug", "info", "warning", "error", "fatal"] as const;
export type LogLevel = (typeof logLevels)[number];

/** The options that every command takes. */
export interface GlobalOptions {
  readonly json: boolean;
  readonly color: boolean;
  /** Null: what the configuration says, else `info`. */
  readonly logLevel: LogLevel | null;
  readonly logFile: string | null;
  readonly logFormat: "text" | "json";
  readonly topologyComponents: string | null;
}

/** What a command is given: the machine, what every command is told, and its streams. */
export interface Context extends Machine {
  readonly options: GlobalOptions;
  readonly output: Output;
}
