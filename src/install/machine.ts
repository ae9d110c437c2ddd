import { join } from "node:path";
import type { LogLevel } from "../core/log-level.ts";
import type { CrashPoint } from "../executor/ports.ts";
import { type Datastore, datastoreAt } from "../journal/datastore.ts";
import type { Heard } from "../planner/model/budget.ts";
import type { Platform } from "../platform/types.ts";
import { type Environment, gatesIn, interfacesIn } from "./environment.ts";
import type { Working, WorkToShow } from "./working.ts";

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
  /** Shows what takes time beside the states of Components. */
  readonly working: Working;
  /** A test wants to see what is left of a process that dies right here. */
  readonly reachCrashPoint: (point: CrashPoint) => void;
}

/** What the caller says in place of the configuration. */
export interface MachineOptions {
  /** Null: what the configuration says, else `info`. */
  readonly logLevel: LogLevel | null;
  /** A file of their own for the Topology's Components. */
  readonly topologyComponents: string | null;
}

/**
 * Does long work of the processor alone, and shows whoever watches what that is. Nobody can listen for a signal
 * meanwhile, and there is nothing to bring to an end, so SIGINT and SIGTERM then end the process at once; also those
 * that have come just before. `use` changes nothing: it may be called again.
 */
export type Compute = <T>(what: Computation, use: (heard: Heard) => T) => Promise<T>;

/**
 * What is computed; `most`: of how many it is heard, or at most, as of the nodes that a search may look at; null where
 * nobody knows. `unit`: of what, unless it is nodes.
 */
export interface Computation extends Pick<WorkToShow, "work" | "name" | "unit"> {
  readonly most: number | null;
}

/**
 * Says that this command changes the machine. Whoever calls such a one, a boot script or the Mender Client, waits for
 * its end more than for what it prints: a reader that takes nothing must not keep it for ever.
 */
export type Deploys = () => void;

/** From SIGTERM to SIGKILL for an Interface, in milliseconds. */
export const graceMs = 5_000;

export function datastoreOf({ environment }: Pick<Machine, "environment">): Datastore {
  return datastoreAt(environment.datastoreDir.value);
}

/** Absolute path of the executable of an Interface. */
export function interfacePath({ environment }: Machine, name: string): string {
  return join(interfacesIn(environment.dataDir.value), name);
}

/** Absolute path of the executable of a gate. */
export function gatePath({ environment }: Machine, name: string): string {
  return join(gatesIn(environment.dataDir.value), name);
}
