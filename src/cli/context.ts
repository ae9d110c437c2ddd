import type { Platform } from "../platform/types.ts";
import type { Environment } from "./environment.ts";
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

/** What a command is given: the machine, its streams, and when to stop. */
export interface Context {
  readonly platform: Platform;
  readonly environment: Environment;
  readonly options: GlobalOptions;
  readonly output: Output;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  readonly compute: Compute;
  readonly deploys: Deploys;
}

/**
 * Does long work of the processor alone. Nobody can listen for a signal meanwhile, and there is nothing to bring to an
 * end, so SIGINT and SIGTERM then end the process at once; also those that have come just before.
 */
export type Compute = <T>(work: () => T) => Promise<T>;

/**
 * Says that this command changes the machine. Whoever calls such a one, a boot script or the Mender Client, waits for its end
 * more than for what it prints: a reader that takes nothing must not keep it for ever.
 */
export type Deploys = () => void;
