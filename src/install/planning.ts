import { wrongSums } from "../bundle/sums.ts";
import { type LogLevel, logLevels } from "../core/log-level.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { ArtifactLocation } from "../manifest/location.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { MatchInput } from "../manifest/match-input.ts";
import { type MatchedSystem, matchSystem } from "../manifest/match.ts";
import type { TextFile } from "../manifest/source.ts";
import type { System } from "../manifest/system.ts";
import type { TopologyGate } from "../manifest/topology.ts";
import { versionNamed } from "../manifest/version.ts";
import type { TraceEvent } from "../planner/model/trace.ts";
import { findPlan, findPlanTraced } from "../planner/find-plan.ts";
import type { Answer } from "../planner/model/plan.ts";
import {
  type ArtifactSource,
  type PlannedSystem,
  plannedSystem,
  type ToldArtifact,
} from "../report/planned.ts";
import type { LocatedArtifact } from "../sources/located.ts";
import { type Allotment, allot } from "./allotment.ts";
import { type ArtifactCandidates, availableAmong } from "./artifacts.ts";
import { plannedGate } from "./gates.ts";
import type { SystemInput } from "./input.ts";
import type { Machine } from "./machine.ts";
import type { CacheSettings } from "./settings.ts";
import type { Survey, Surveyed } from "./survey.ts";

/** A file that a planning has read, as it was then. */
export interface PlanInput extends TextFile {
  readonly kind: "manifest" | "device-constraints" | "topology" | "state";
}

/** A Manifest brought together with where the System is, and the planner's answer. */
export interface Planning {
  readonly manifest: Manifest;
  readonly system: System;
  readonly answer: Answer;
  /** To tell what closes installs, where there is no plan. */
  readonly openInstalls: MatchedSystem["openInstalls"];
  /** What the search has done; empty where nobody asked. */
  readonly trace: readonly TraceEvent[];
  /** How many nodes each search may look at, those for ways out among them. */
  readonly nodeLimit: number;
  /** For the reports. */
  readonly planned: PlannedSystem;
  /** Where the Artifacts lie, and who gets which; without those that are known by name only. */
  readonly allotment: Allotment;
  /** Null where a state file was given in place of the System. */
  readonly survey: Survey<Surveyed> | null;
  /** Of the Topology; none where a state file was given. */
  readonly gates: readonly TopologyGate[];
  /** Where Artifacts are kept; null where a state file was given, for then none is. */
  readonly cache: CacheSettings | null;
  /** The files that it was read from, but for Artifacts. */
  readonly inputs: readonly PlanInput[];
}

/** What is matched, and what a planning keeps of where that came from. */
export interface ToPlan extends Pick<
  Planning,
  "survey" | "nodeLimit" | "cache" | "inputs" | "gates"
> {
  readonly match: Omit<MatchInput, "artifacts">;
  readonly found: ArtifactCandidates;
}

/** Matches a Manifest with a System, and plans. */
export async function matchAndPlan(
  { compute, options }: Machine,
  { match, found, ...kept }: ToPlan,
): Promise<Result<Planning>> {
  const { nodeLimit } = kept;
  const matched = matchSystem({ ...match, artifacts: availableAmong(found) });
  if (!matched.ok) return matched;
  const { system, choices, notes, openInstalls } = matched.value;
  const { manifest } = match;
  const { answer, trace } = await compute(
    { work: "planning", name: manifest.name, most: nodeLimit },
    (heard) =>
      isTraced(options.logLevel)
        ? findPlanTraced(system, { nodeLimit, heard })
        : { answer: findPlan(system, { nodeLimit, heard }), trace: [] },
  );
  const allotment = allot(found.each, choices, answer);
  const artifactOf = artifactTeller(found, allotment);
  const planned = plannedSystem(manifest, system, artifactOf, [...found.notes, ...notes]);
  const { gates } = kept;
  const asked = gates.length === 0 ? planned : { ...planned, gates: gates.map(plannedGate) };
  return ok({ manifest, system, answer, openInstalls, trace, planned: asked, allotment, ...kept });
}

/** What the search does is told with `--log-level debug`. */
function isTraced(level: LogLevel | null): boolean {
  return level !== null && logLevels.indexOf(level) <= logLevels.indexOf("debug");
}

/** The same object for the same Artifact. */
function artifactTeller(
  found: ArtifactCandidates,
  { located, ofStep, takersOf }: Allotment,
): PlannedSystem["artifactOf"] {
  const told = new Map(located.map((one) => [one, toldArtifact(one, takersOf(one) === null)]));
  const named = availableAmong(found).filter(({ artifact }) => artifact === null);
  return (step) => {
    const one = ofStep(step);
    if (one !== null) return told.get(one) ?? null;
    const { name } =
      named.find(
        ({ type, name: own }) => type === step.componentType && versionNamed(own) === step.to,
      ) ?? {};
    return name === undefined ? null : { name, source: null, bytes: null };
  };
}

function toldArtifact(
  { artifact, location, size }: LocatedArtifact,
  isOnly: boolean,
): ToldArtifact {
  const { name, identity } = artifact;
  const told = { name, source: sourceOfLocation(location), bytes: size };
  return isOnly ? told : { ...told, identity };
}

/** As the reports tell it. */
export function sourceOfLocation({ kind }: ArtifactLocation): ArtifactSource {
  return sources[kind];
}

const sources = {
  bundle: "bundle",
  file: "file",
  cache: "cache",
  server: "mender-server",
} as const satisfies Readonly<Record<ArtifactLocation["kind"], ArtifactSource>>;

/** That there is no plan may be for another reason than it seems, where Artifacts of the bundle were exchanged. */
export async function unlessExchanged(
  { places: { bundle } }: SystemInput,
  made: Result<Planning>,
): Promise<Result<Planning>> {
  if (bundle === null || (made.ok && made.value.answer.kind === "plan")) return made;
  const wrong = await wrongSums(bundle.bundle, bundle.source);
  return wrong.length > 0 ? fail(...wrong) : made;
}
