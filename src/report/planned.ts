import type {
  ArtifactName,
  ComponentId,
  ComponentType,
  SystemVersion,
  Version,
} from "../core/ids.ts";
import type { Contingency } from "../deployment/contingencies.ts";
import type { Place, Problem } from "../core/problem.ts";
import type { System } from "../manifest/system.ts";
import type { WhyNot } from "../planner/explain.ts";
import type { OrderUse } from "../planner/stage/written-order.ts";

/** What is told about a planning besides its answer. */
export interface PlannedSystem {
  /** The Manifest's name. */
  readonly manifest: string;
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
  /** The Artifact that brings a version of a type. */
  readonly artifactOf: (type: ComponentType, version: Version) => ArtifactName | null;
  /** Where the Manifest speaks of the type; null: it does not. */
  readonly placesOf: (type: ComponentType) => TypePlaces | null;
  /** Why there is no plan, by the names of this System; null where there is one, it is not known, or nobody asked. */
  readonly whyNot: { readonly system: System; readonly why: WhyNot } | null;
  readonly notes: readonly Problem[];
  /** The contingency plans, computed before the first step; absent where nobody asked for them. */
  readonly waysOut?: readonly Contingency[];
}

/** Where the Manifest says what of a type. */
export interface TypePlaces {
  /** Its order. */
  readonly order: Place;
  /** The Artifact that is wanted, and from where it may be installed. */
  readonly artifact: Place;
}
