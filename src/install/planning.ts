import { wrongSums } from "../bundle/sums.ts";
import type { ComponentType, SystemVersion } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { byNameNote, uncheckedStoneNotes } from "../manifest/artifact-notes.ts";
import {
  type AvailableArtifact,
  nameNotes,
  wantedArtifacts,
} from "../manifest/available-artifacts.ts";
import { readConstraintsFile } from "../manifest/constraints-file.ts";
import { type Manifest, readManifest } from "../manifest/manifest.ts";
import type { MatchInput } from "../manifest/match-input.ts";
import { matchSystem } from "../manifest/match.ts";
import { readStateFile } from "../manifest/state-file.ts";
import { startState, type System, type SystemState } from "../manifest/system.ts";
import type { Constraints } from "../manifest/table.ts";
import { versionNamed } from "../manifest/version.ts";
import { acceptance } from "../planner/constraints/state-acceptance.ts";
import { findPlan, writtenOrder } from "../planner/find-plan.ts";
import type { Answer } from "../planner/model/plan.ts";
import type { PlannedSystem, TypePlaces } from "../report/planned.ts";
import {
  type LocatedArtifact,
  locateArtifacts,
  missingArtifact,
  standInsFor,
} from "../sources/locate.ts";
import { deviceConstraintsFile } from "./device-constraints.ts";
import { readText } from "./input-files.ts";
import type { Machine } from "./machine.ts";
import type { Settings } from "./settings.ts";
import { type BeforeProvides, type Survey, survey, type Surveyed } from "./survey.ts";
import type { SystemInput } from "./system-input.ts";
import { topologyFor } from "./topology.ts";

/** A Manifest brought together with where the System is, and the planner's answer. */
export interface Planning {
  readonly manifest: Manifest;
  readonly system: System;
  readonly answer: Answer;
  /** How many nodes each search may look at, those for ways out among them. */
  readonly nodeLimit: number;
  /** For the reports. */
  readonly planned: PlannedSystem;
  /** Where the Artifacts lie; without those that are known by name only. */
  readonly located: readonly LocatedArtifact[];
  /** Null where a state file was given in place of the System. */
  readonly survey: Survey<Surveyed> | null;
}

/** Plans from where this System is. Reads, asks Identity and Provides, and changes nothing but what `beforeProvides` does. */
export async function planThisSystem(
  machine: Machine,
  settings: Settings,
  input: SystemInput,
  beforeProvides: BeforeProvides | null,
): Promise<Result<Planning>> {
  return await believed(input, await planHere(machine, settings, input, beforeProvides));
}

/** That there is no plan may be for another reason than it seems, where Artifacts of the bundle were exchanged. */
async function believed(
  { places: { bundle } }: SystemInput,
  made: Result<Planning>,
): Promise<Result<Planning>> {
  if (bundle === null || (made.ok && made.value.answer.kind === "plan")) return made;
  const wrong = await wrongSums(bundle.bundle, bundle.source);
  return wrong.length > 0 ? fail(...wrong) : made;
}

async function planHere(
  machine: Machine,
  settings: Settings,
  input: SystemInput,
  beforeProvides: BeforeProvides | null,
): Promise<Result<Planning>> {
  const read = readManifest(input.manifest);
  if (!read.ok) return read;
  const { manifest, notes } = read.value;
  const constraints = readDeviceConstraints(machine, settings);
  if (!constraints.ok) return constraints;
  const topology = topologyFor(machine, settings, manifest);
  if (!topology.ok) return topology;
  const artifacts = await readArtifacts(input, manifest, "all must be there");
  if (!artifacts.ok) return artifacts;
  const surveyed = await survey(machine, settings, topology.value, beforeProvides);
  if (!surveyed.ok) return surveyed;
  return await planned(
    machine,
    {
      manifest,
      deviceConstraints: constraints.value,
      systemType: topology.value.systemType,
      components: surveyed.value.components.map(({ entry, id, provides }) => ({
        id,
        type: entry.componentType,
        interface: entry.interface,
        current: { kind: "provides" as const, provides },
        supportsRollback: entry.supportsRollback,
        rebootsHost: entry.rebootsHost,
        at: null,
      })),
      absent: surveyed.value.absent,
      start: "real",
      artifacts: artifacts.value.available,
    },
    { ...artifacts.value, survey: surveyed.value, notes: [...notes, ...artifacts.value.notes] },
    settings.plannerNodeLimit,
  );
}

/**
 * Plans from a state that a file tells. Needs no Topology, and no Artifacts: those that are not there are known by name. The
 * state may be that of any System, so the own rules of the device on which it is asked have no say.
 */
export async function planFromState(
  machine: Machine,
  input: SystemInput,
  stateName: string,
  nodeLimit: number,
): Promise<Result<Planning>> {
  return await believed(input, await planOnPaper(machine, input, stateName, nodeLimit));
}

async function planOnPaper(
  machine: Machine,
  input: SystemInput,
  stateName: string,
  nodeLimit: number,
): Promise<Result<Planning>> {
  const { platform, environment } = machine;
  const read = readManifest(input.manifest);
  const file = readText(platform.files, environment.workingDirectory, stateName);
  const state = file.ok ? readStateFile(file.value) : file;
  if (!read.ok || !state.ok) return fail(...problemsOf(read), ...problemsOf(state));
  const { manifest, notes } = read.value;
  const artifacts = await readArtifacts(input, manifest, "by name if need be");
  if (!artifacts.ok) return artifacts;
  return await planned(
    machine,
    {
      manifest,
      deviceConstraints: null,
      systemType: null,
      components: state.value.components.map(({ componentType, id, current, at }) => ({
        id,
        type: componentType,
        interface: componentType,
        current,
        supportsRollback: null,
        rebootsHost: false,
        at,
      })),
      absent: [],
      start: "real",
      artifacts: artifacts.value.available,
    },
    { ...artifacts.value, survey: null, notes: [...notes, ...artifacts.value.notes] },
    nodeLimit,
  );
}

function readDeviceConstraints(
  { platform, environment }: Machine,
  { confDir }: Settings,
): Result<Constraints | null> {
  const path = deviceConstraintsFile(confDir);
  if (platform.files.status(path) === null) return ok(null);
  const file = readText(platform.files, environment.workingDirectory, path);
  return file.ok ? readConstraintsFile(file.value) : file;
}

interface ReadArtifacts {
  readonly available: readonly AvailableArtifact[];
  readonly located: readonly LocatedArtifact[];
  readonly notes: readonly Problem[];
}

async function readArtifacts(
  { places }: SystemInput,
  manifest: Manifest,
  demand: "all must be there" | "by name if need be",
): Promise<Result<ReadArtifacts>> {
  const wanted = wantedArtifacts(manifest);
  const located = await locateArtifacts(places, wanted);
  if (!located.ok) return located;
  const missing = wanted.filter((_, index) => located.value[index] === null);
  if (missing.length > 0 && demand === "all must be there") {
    return fail(...missing.map(missingArtifact));
  }
  const there = located.value.filter((one) => one !== null);
  const standIns = standInsFor(wanted, located.value);
  return ok({
    available: standIns.map((one) => one.available),
    located: there,
    notes: [
      ...standIns.flatMap((one) => nameNotes(one.wanted, one.available)),
      ...byNameNote(standIns),
      ...uncheckedStoneNotes(standIns),
    ],
  });
}

async function planned(
  { compute }: Machine,
  match: MatchInput,
  { located, survey, notes }: Pick<Planning, "located" | "survey"> & Pick<ReadArtifacts, "notes">,
  nodeLimit: number,
): Promise<Result<Planning>> {
  const matched = matchSystem(match);
  if (!matched.ok) return matched;
  const { system } = matched.value;
  const answer = await compute(() => findPlan(system, { nodeLimit }));
  return ok({
    manifest: match.manifest,
    system,
    answer,
    nodeLimit,
    located,
    survey,
    planned: {
      manifest: match.manifest.name,
      from: startOf(system),
      toVersion: goalOf(system),
      writtenOrder: writtenOrder(system),
      artifactOf: (type, version) =>
        match.artifacts.find((one) => one.type === type && versionNamed(one.name) === version)
          ?.name ?? null,
      placesOf: (type) => placesOf(match.manifest, type),
      whyNot: null,
      notes: [...notes, ...matched.value.notes],
    },
  });
}

function placesOf({ componentTypes }: Manifest, type: ComponentType): TypePlaces | null {
  const wanted = componentTypes.find((one) => one.type === type);
  if (wanted === undefined) return null;
  return { order: wanted.orderAt ?? wanted.at, artifact: wanted.target.depends?.at ?? wanted.at };
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
  const start = startState(system);
  return acceptance(system, start).endState(state);
}

function problemsOf(result: Result<unknown>): readonly Problem[] {
  return result.ok ? [] : result.problems;
}
