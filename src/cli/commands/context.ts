import type { Machine, MachineOptions } from "../../install/machine.ts";
import type { LogOptions } from "../output/log-file.ts";
import type { Output } from "../output/output.ts";
import type { Joined } from "../output/working.ts";

/** The options that every command takes. */
export interface GlobalOptions extends LogOptions, MachineOptions {
  readonly json: boolean;
  readonly color: boolean;
}

/** What a command is given: the machine, what every command is told, and its streams. */
export interface Context extends Machine {
  readonly options: GlobalOptions;
  readonly output: Output;
  readonly joined: Joined;
}
