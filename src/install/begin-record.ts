import type { Provides } from "../artifact/matching.ts";
import type { ComponentId, Sha256 } from "../core/ids.ts";
import { defaultNodeLimit } from "../core/node-limit.ts";
import {
  type Begin,
  type ManifestTrust,
  type PlannedArtifact,
  recordFormat,
  type TopologyComponent,
} from "../deployment/records.ts";
import type { ArtifactLocation } from "../manifest/location.ts";
import type { TopologyEntry } from "../manifest/topology.ts";
import { versionNamed } from "../manifest/version.ts";
import type { Plan } from "../planner/model/plan.ts";
import type { LocatedArtifact } from "../sources/located.ts";
import { plannedGate } from "./gates.ts";
import type { Machine } from "./machine.ts";
import type { Planning } from "./planning.ts";
import type { Settings } from "./settings.ts";
import { type Surveyed, timeoutOf } from "./survey.ts";

/** What the first record of a journal is made of. */
export interface BeginInput {
  readonly id: string;
  readonly planning: Planning;
  /** Of what is installed. */
  readonly input: Sha256;
  /** Why the Manifest is believed. */
  readonly trust: ManifestTrust | null;
  readonly plan: Plan;
  /** The Components of this machine, of the same planning. */
  readonly components: readonly Surveyed[];
  readonly exitOnReboot: boolean;
  /** Of these the bytes are not on the device. */
  readonly away: readonly LocatedArtifact[];
}

/** The whole deployment as it was planned: later calls need neither the Manifest nor the Topology. */
export function beginRecord(
  { platform }: Machine,
  settings: Settings,
  { id, planning, input, trust, plan, components, exitOnReboot, away }: BeginInput,
): Begin {
  return {
    type: "begin",
    format: recordFormat,
    deployment: id,
    at: platform.clock.now().toISOString(),
    manifest: planning.manifest.name,
    sequence: planning.manifest.sequence,
    input,
    manifestTrust: trust,
    exitOnReboot,
    system: planning.system,
    plan,
    components: components.map(({ entry, id: component }) => ({
      id: component,
      componentType: entry.componentType,
      interface: entry.interface,
      args: entry.args,
      timeoutMs: timeoutOf(entry, settings),
      onInterrupt: entry.onInterrupt,
      ...declaredFacts(planning, component, entry),
    })),
    artifacts: planning.allotment.located.map((one) => ({
      ...plannedArtifact(one),
      ...chosenBy(one, planning.allotment.takersOf(one)),
      ...(away.includes(one) ? { isAway: true } : {}),
    })),
    ...(planning.gates.length === 0 ? {} : { gates: planning.gates.map(plannedGate) }),
    ...(planning.gates.length > 0 && exitOnReboot ? { gateWaitMs: settings.gateWaitMs } : {}),
    ...(planning.nodeLimit === defaultNodeLimit ? {} : { nodeLimit: planning.nodeLimit }),
  };
}

/** What the Topology says of it, of the facts that are asked. */
function declaredFacts(
  { system }: Planning,
  component: ComponentId,
  { facts }: TopologyEntry,
): Pick<TopologyComponent, "facts"> {
  const asked = system.components.find(({ id }) => id === component)?.facts ?? [];
  const declared = asked.flatMap(({ key }) => {
    const value = facts.get(key);
    return value === undefined ? [] : [{ key, value }];
  });
  return declared.length === 0 ? {} : { facts: declared };
}

/** What one of several of its release is chosen by. */
function chosenBy(
  { artifact }: LocatedArtifact,
  takers: readonly ComponentId[] | null,
): Pick<PlannedArtifact, "components" | "depends"> {
  return takers === null
    ? {}
    : { components: takers, depends: Object.fromEntries(artifact.depends) };
}

/** What is opened by its identity, which does not cover every byte of the file. */
function isSupplied({ kind }: ArtifactLocation): boolean {
  return kind === "server" || kind === "cache";
}

function plannedArtifact({ wanted, artifact, location }: LocatedArtifact): PlannedArtifact {
  const { pin } = wanted.reference;
  return {
    componentType: wanted.type,
    version: versionNamed(artifact.name),
    name: artifact.name,
    location,
    identity: artifact.identity,
    ...(isSupplied(location) && pin !== null ? { pin: pin.sha256 } : {}),
    provides: Object.fromEntries(artifact.provides),
    clears: artifact.clears,
  };
}

/** What the Components have told just now. */
export function providesOf(components: readonly Surveyed[]): ReadonlyMap<ComponentId, Provides> {
  return new Map(components.map(({ id, provides }) => [id, provides]));
}
