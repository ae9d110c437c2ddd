import type { ComponentId, ComponentType } from "../core/ids.ts";
import type { Place } from "../core/problem.ts";
import type { AvailableArtifact } from "./available-artifacts.ts";
import type { Facts } from "./fact-cells.ts";
import type { Manifest } from "./manifest.ts";
import type { Constraints } from "./written-constraints.ts";
import type { Current } from "./version.ts";

/** What a Manifest is matched with: the Components as they are now, and the available Artifacts. */
export interface MatchInput {
  readonly manifest: Manifest;
  /** The device's own rules. */
  readonly deviceConstraints: Constraints | null;
  /** Null: nobody says it, so it is not compared. */
  readonly systemType: string | null;
  /** In the order of the Topology. */
  readonly components: readonly MatchComponent[];
  /** The types of Components that are not required and do not answer, one for each. */
  readonly absent: readonly ComponentType[];
  /** Whether the Components are where they are; what is only made up need not lead anywhere. */
  readonly start: "real" | "made-up";
  /** For each type of the Manifest its target, and its stepping stones. */
  readonly artifacts: readonly AvailableArtifact[];
}

export interface MatchComponent {
  readonly id: ComponentId;
  readonly type: ComponentType;
  /** The name of its Interface, which is part of its mandatory version key. */
  readonly interface: string;
  readonly current: Current;
  /** Null: not declared. */
  readonly supportsRollback: boolean | null;
  readonly rebootsHost: boolean;
  /** What a file or its Inventory says of it, beside what it provides. */
  readonly facts: Facts;
  /** Where a file tells of it; null: it was asked, or made up. */
  readonly at: Place | null;
}
