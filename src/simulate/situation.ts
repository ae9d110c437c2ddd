import type { ComponentId } from "../core/ids.ts";
import { decide } from "../deployment/decide.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { begin, evolve } from "../deployment/evolve.ts";
import type { Begin, JournalRecord } from "../deployment/records.ts";
import type { RoundName } from "../deployment/rounds.ts";
import type { Grounding } from "../planner/constraints/grounding.ts";
import type { WaysOut } from "./ways-out.ts";
import { type World, worldOf } from "./world.ts";

/** A point in one of all possible runs: what the journal would tell, and what is really there. */
export interface Situation {
  readonly deployment: Deployment;
  readonly world: World;
  /** A boot loader has dropped something: what is passed on the way back from there is none of our choosing. */
  readonly isShaken: boolean;
  readonly lasting: Lasting;
}

/** What stays wrong once it went wrong, and costs no further fault. */
export interface Lasting {
  /** No Download can succeed any more. */
  readonly isSupplyGone: boolean;
  /** For each Component, in the System's order. */
  readonly components: readonly LastingFault[];
}

/** Its Cleanup never succeeds, or it answers SupportsRollback other than declared, or both. */
export type LastingFault = "none" | "cleanup" | "rollback" | "both";

/** What stays the same in all situations. */
export interface Setting {
  readonly machine: Machine;
  readonly answers: Answers;
  /** Of the tables of the System. */
  readonly grounding: Grounding;
  /** Absent: each way out is planned at once, however long it takes. */
  readonly wayOut?: WaysOut;
  /** Is told of each record that is decided on. */
  readonly watch?: (deployment: Deployment, record: JournalRecord) => void;
}

/** The machine that is explored: the real one, or in a test one with a bug. */
export interface Machine {
  readonly decide: typeof decide;
  readonly evolve: typeof evolve;
}

export const realMachine: Machine = { decide, evolve };

/** How the Interfaces answer where nothing goes wrong. */
export interface Answers {
  readonly supportsRollback: (component: ComponentId) => "Yes" | "No";
  readonly needsReboot: (component: ComponentId) => "No" | "Automatic" | "Yes";
  /** Whether the Interface says that it has done this, and has not; none does unless said. */
  readonly lies?: (component: ComponentId, round: RoundName) => boolean;
}

/** Where the first run has just begun. */
export function firstSituation(first: Begin): Situation {
  const deployment = begin(first, {
    type: "run",
    at: first.at,
    runId: "simulated",
    bootId: "a",
    verb: "install",
    stopBefore: [],
    exitOnReboot: false,
  });
  return {
    deployment,
    world: worldOf(deployment),
    isShaken: false,
    lasting: { isSupplyGone: false, components: deployment.members.map(() => "none") },
  };
}

export function fold({ machine }: Setting, situation: Situation, record: JournalRecord): Situation {
  const { deployment, world, isShaken, lasting } = situation;
  return { deployment: machine.evolve(deployment, record), world, isShaken, lasting };
}

export function placeOf({ deployment }: Situation, component: ComponentId): number {
  return deployment.members.findIndex((member) => member.id === component);
}
