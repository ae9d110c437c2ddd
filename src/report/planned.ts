import type {
  ArtifactName,
  ComponentId,
  ComponentType,
  Sha256,
  SystemVersion,
  Version,
} from "../core/ids.ts";
import type { Place, Problem } from "../core/problem.ts";
import type { Contingency } from "../deployment/contingencies.ts";
import type { PlannedGate } from "../deployment/records.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Preferred } from "../manifest/preference.ts";
import { startState } from "../manifest/system-state.ts";
import type { Rule, System, SystemState } from "../manifest/system.ts";
import { acceptance } from "../planner/constraints/state-acceptance.ts";
import type { WhyNot } from "../planner/explain.ts";
import type { Step } from "../planner/model/plan.ts";
import { type OrderUse, writtenOrder } from "../planner/stage/written-order.ts";
import { closedWays } from "./closed-ways.ts";

/** What is told about a planning besides its answer. */
export interface PlannedSystem {
  /** The Manifest's name. */
  readonly manifest: string;
  /** By which nogoods and explanations name types, Components and versions. */
  readonly system: System;
  readonly from: {
    /** Null where the start is no end state. */
    readonly systemVersion: SystemVersion | null;
    /** In the order of the Topology. */
    readonly components: readonly {
      readonly id: ComponentId;
      readonly type: ComponentType;
      readonly version: Version;
    }[];
  };
  /** Null where there are no tables, so that nothing names it. */
  readonly toVersion: SystemVersion | null;
  /** Whether plans had to keep an order that is written in the Manifest; then the best one is the best of those. */
  readonly writtenOrder: OrderUse;
  /** What a step of the plan installs. */
  readonly artifactOf: (step: Step) => ToldArtifact | null;
  /** Where the Manifest speaks of the type; null: it does not. */
  readonly placesOf: (type: ComponentType) => TypePlaces | null;
  /** Why there is no plan; null where there is one, it is not known, or nobody asked. */
  readonly whyNot: WhyNot | null;
  /** Who is asked on the way, in their order; absent: nobody is. */
  readonly gates?: readonly PlannedGate[];
  readonly notes: readonly Problem[];
  /** The contingency plans, computed before the first step; absent where nobody asked for them. */
  readonly waysOut?: readonly Contingency[];
}

export type ArtifactSource = "bundle" | "file" | "cache" | "mender-server";

/** An Artifact and where it comes from. */
export interface ToldArtifact {
  readonly name: ArtifactName;
  /** Null: it is known by name only. */
  readonly source: ArtifactSource | null;
  /** Of the whole file. */
  readonly bytes: number | null;
  /** Where its release has several for the type: the sum of its `manifest`, which tells it from them. */
  readonly identity?: Sha256;
}

/** Where the Manifest says what of a type. */
export interface TypePlaces {
  /** Its order. */
  readonly order: Place;
  /** Which of its versions to rest in. */
  readonly prefer: Preferred;
  /** The Artifact that is wanted, and from where it may be installed. */
  readonly artifact: Place;
  /** The rows of its edges that keep a Component of it from what is wanted. */
  readonly closed: () => readonly Rule[];
}

/** Of a System that has been matched; without what only those are told who ask for it. */
export function plannedSystem(
  manifest: Manifest,
  system: System,
  artifactOf: PlannedSystem["artifactOf"],
  notes: readonly Problem[],
): PlannedSystem {
  return {
    manifest: manifest.name,
    system,
    from: startOf(system),
    toVersion: goalOf(system),
    writtenOrder: writtenOrder(system),
    artifactOf,
    placesOf: (type) => placesOf(manifest, system, type),
    whyNot: null,
    notes,
  };
}

function placesOf(manifest: Manifest, system: System, type: ComponentType): TypePlaces | null {
  const wanted = manifest.componentTypes.find((one) => one.type === type);
  if (wanted === undefined) return null;
  return {
    order: wanted.orderAt ?? wanted.at,
    prefer: wanted.prefer,
    artifact: wanted.target.depends?.at ?? wanted.edges?.at ?? wanted.at,
    closed: () => closedWays(manifest, system, type),
  };
}

function startOf(system: System): PlannedSystem["from"] {
  return {
    systemVersion: endStateOf(system, startState(system)),
    components: system.components.map(({ id, type: index, start }) => {
      const type = system.types[index];
      const version = type?.versions[start];
      if (type === undefined || version === undefined) throw new Error(`no version of ${id}`);
      return { id, type: type.name, version };
    }),
  };
}

function goalOf(system: System): SystemVersion | null {
  return endStateOf(
    system,
    system.components.map(({ type, start }) => system.types[type]?.target ?? start),
  );
}

function endStateOf(system: System, state: SystemState): SystemVersion | null {
  return acceptance(system, startState(system)).endState(state);
}
