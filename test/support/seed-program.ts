import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { type Ran, runProgram, runProgramBeside } from "./program.ts";
import { copySeedSystem, type SeedSystem } from "./seed-system.ts";
import { roundNames } from "../../src/deployment/rounds.ts";

/** The built program on a copy of the seed's System. */
export interface SeedProgram extends SeedSystem {
  /** What a call of the program is told of where everything lies. */
  readonly environment: Readonly<Record<string, string>>;
  readonly run: (args: readonly string[], env?: Readonly<Record<string, string>>) => Ran;
  /** The same, while other Systems run. */
  readonly runBeside: (
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ) => Promise<Ran>;
  /** What the three boards run, in the order G13, R456, R998. */
  readonly versions: () => readonly string[];
  /**
   * Whether a journal lies where resume looks for one: a call that only asks takes as long as seven of an Interface.
   */
  readonly isInProgress: () => boolean;
}

export function seedProgram(): SeedProgram {
  const system = copySeedSystem();
  const environment = {
    MENDER_ORCHESTRATOR_DATA_DIR: system.directory,
    MENDER_ORCHESTRATOR_CONF_DIR: system.path("conf"),
    MENDER_ORCHESTRATOR_DATASTORE_DIR: system.path("datastore"),
    MENDER_ORCHESTRATOR_TOPOLOGY_DIR: system.directory,
  };
  const optionsWith = (env: Readonly<Record<string, string>>) => ({
    cwd: system.directory,
    env: { ...environment, ...env },
  });
  return {
    ...system,
    environment,
    run: (args, env = {}) => runProgram(args, optionsWith(env)),
    runBeside: async (args, env = {}) => await runProgramBeside(args, optionsWith(env)),
    versions: () => [system.version("G13"), system.version("R456"), system.version("R998")],
    isInProgress: () => existsSync(system.path("datastore/deployment/journal")),
  };
}

/** Makes the System's directory look like the tree that a Mender Client hands to its update module. */
export function makeClientTree({ path }: Pick<SeedProgram, "path">): void {
  for (const name of ["header", "tmp"]) mkdirSync(path(name));
  writeFileSync(path("version"), "3\n");
}

export const v1 = ["gateway-v1", "rtos-v1", "rtos-v1"];
export const v2 = ["gateway-v2", "rtos-v2", "rtos-v2"];

/** Every named crash point that a round has. */
export const roundCrashPoints = roundNames.flatMap((round) =>
  ["intent-appended", "intent-synced", "started", "outcome-appended"].map(
    (moment) => `${round}:${moment}`,
  ),
);

/** The crash points outside of rounds. */
export const otherCrashPoints = [
  "begin:appended",
  "begin:synced",
  "run:appended",
  "run:synced",
  "stop:appended",
  "stop:synced",
  "end:appended",
  "end:synced",
  "told:appended",
  "told:synced",
  "end:archived",
];
