import type { Event } from "../core/events.ts";
import type { LogLevel } from "../core/log-level.ts";
import type { Platform } from "../platform/types.ts";
import type { Named } from "../report/progress-lines.ts";
import type { Environment } from "./environment.ts";

/** What everything here is given from outside: the machine, where things lie on it, and when to stop. */
export interface Machine {
  readonly platform: Platform;
  readonly environment: Environment;
  readonly options: MachineOptions;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  readonly compute: Compute;
  readonly deploys: Deploys;
  /** Shows lines to whoever watches; they are no result. */
  readonly tell: (lines: readonly string[]) => void;
}

/** What the caller says in place of the configuration. */
export interface MachineOptions {
  /** Null: what the configuration says, else `info`. */
  readonly logLevel: LogLevel | null;
  /** A file of their own for the Topology's Components. */
  readonly topologyComponents: string | null;
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

/** Where the events of a run go. */
export interface Progress {
  readonly emit: (event: Event) => void;
  readonly close: () => void;
}

/** `components` are all of the System, in its order; `configured` is the level of the configuration. */
export type OpenProgress = (components: readonly Named[], configured: LogLevel) => Progress;
