import type { Place, Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { readManifest } from "../manifest/read-manifest.ts";
import type { TextFile } from "../manifest/source.ts";
import { readStateFile, type StateEntry } from "../manifest/state-file.ts";
import { explainInShort } from "../planner/explain.ts";
import { unlessRefused } from "../platform/types.ts";
import type { PlannedSystem } from "../report/planned.ts";
import { foreseeCache, foreseeWaysOut } from "./at-hand.ts";
import { type ArtifactCandidates, findArtifacts } from "./artifacts.ts";
import { deviceConstraintsFile } from "./device-files.ts";
import { deskNotes } from "./expiry.ts";
import { readText } from "./input-files.ts";
import { type SystemInput, withSystemInput } from "./input.ts";
import type { Machine } from "./machine.ts";
import { matchAndPlan, type Planning, unlessExchanged } from "./planning.ts";
import type { AcceptedRisks } from "./release.ts";
import { readEffectiveSettings } from "./settings.ts";
import { nothingDemanded } from "./trust.ts";

/** What every command that plans is told. */
export interface PlanningOptions {
  /** A file that tells where the System is. */
  readonly state?: string;
  readonly allowUnsignedManifest: boolean;
}

/**
 * As `makePlan`; what `install` would refuse because of its age is refused here, too. Nothing to do is nothing to
 * refuse.
 */
export async function makeInstallPlan(
  machine: Machine,
  file: string,
  options: PlanningOptions,
  risks?: AcceptedRisks,
): Promise<Result<Planning>> {
  const made = await makePlan(machine, file, options);
  if (!made.ok) return made;
  const { answer, manifest } = made.value;
  if (options.state !== undefined) return withNotes(made.value, deskNotes(machine, manifest));
  if (answer.kind !== "plan" || answer.plan.stages.length === 0) return made;
  const { foretellRelease } = await import("./release.ts");
  const told = foretellRelease(machine, manifest, risks);
  return told.ok ? withNotes(made.value, told.value) : told;
}

/**
 * As `makePlan`; what `install` would say of the release's age is a note: an order can be explained whatever its age.
 */
export async function makeToldPlan(
  machine: Machine,
  file: string,
  options: PlanningOptions,
): Promise<Result<Planning>> {
  const made = await makePlan(machine, file, options);
  if (!made.ok) return made;
  const { answer, manifest } = made.value;
  if (answer.kind === "plan" && answer.plan.stages.length === 0) return made;
  if (options.state !== undefined) return withNotes(made.value, deskNotes(machine, manifest));
  const { releaseNotes } = await import("./release.ts");
  return withNotes(made.value, releaseNotes(machine, manifest));
}

/** With the contingency plans, which only those are told who ask for the plan itself. */
export async function withWaysOut(machine: Machine, planning: Planning): Promise<PlannedSystem> {
  const { answer } = planning;
  const told = await withWhyNot(machine, planning);
  if (answer.kind !== "plan") return { ...told, waysOut: [] };
  const { ways, notes } = await foreseeWaysOut(machine, planning, answer.plan);
  const cacheNotes = foreseeCache(machine, planning);
  return { ...told, waysOut: ways, notes: [...told.notes, ...notes, ...cacheNotes] };
}

/** With the reason in short where there is no plan: whoever tells the answer tells it, too. */
export async function withWhyNot(
  { compute }: Machine,
  { planned, manifest, system, answer, openInstalls, nodeLimit }: Planning,
): Promise<PlannedSystem> {
  if (answer.kind !== "no-plan") return planned;
  const whyNot = await compute({ work: "explaining", name: manifest.name, most: null }, (heard) =>
    explainInShort(system, answer, { nodeLimit, heard }, openInstalls),
  );
  return { ...planned, whyNot };
}

/** Plans a Manifest or a bundle from a state file, or without one from where this System is. Changes nothing. */
async function makePlan(
  machine: Machine,
  file: string,
  { state, allowUnsignedManifest }: PlanningOptions,
): Promise<Result<Planning>> {
  if (state !== undefined) {
    const made = await withSystemInput(machine, nothingDemanded, file, (input) =>
      planFromState(machine, input, state),
    );
    return made.ok ? withNotes(made.value, leftOutNote(machine)) : made;
  }
  // What asks Components, the Mender Server and the journal is loaded by those who are here.
  const { planHere } = await import("./plan-here.ts");
  const made = await planHere(machine, file, allowUnsignedManifest);
  return made.ok ? withNotes(made.value.planning, made.value.notes) : made;
}

/** What a state is planned with that needs no device: the same for every state. */
export interface OnPaper {
  readonly manifest: Manifest;
  readonly found: ArtifactCandidates;
  readonly nodeLimit: number;
  /** Of the Manifest. */
  readonly file: TextFile;
}

/** A state that is told by others, of whatever System. */
export interface ToldState {
  readonly systemType: string | null;
  readonly components: readonly (Omit<StateEntry, "at"> & { readonly at: Place | null })[];
  /** Where it was read; null: it is one of many in a file. */
  readonly file: TextFile | null;
}

/**
 * Reads what a state is planned with. Needs no Topology, and no Artifacts: those that are not there are known by name.
 * The state may be that of any System, so the own rules of the device on which it is asked have no say.
 */
export async function readOnPaper(machine: Machine, input: SystemInput): Promise<Result<OnPaper>> {
  const effective = readEffectiveSettings(machine);
  const read = readManifest(input.manifest);
  if (!effective.ok || !read.ok) return fail(...problemsOf(effective), ...problemsOf(read));
  const { manifest, notes } = read.value;
  const found = await findArtifacts(input.places, manifest, { kind: "by name if need be" });
  if (!found.ok) return found;
  return ok({
    manifest,
    found: { ...found.value, notes: [...notes, ...found.value.notes] },
    nodeLimit: effective.value.plannerNodeLimit.value,
    file: input.manifest,
  });
}

/** Plans from a state that a file tells. */
export async function planOnPaper(
  machine: Machine,
  { manifest, found, nodeLimit, file }: OnPaper,
  { systemType, components, file: stateFile }: ToldState,
): Promise<Result<Planning>> {
  return await matchAndPlan(machine, {
    match: {
      manifest,
      deviceConstraints: null,
      systemType,
      components: components.map(({ componentType, id, interface: name, current, facts, at }) => ({
        id,
        type: componentType,
        interface: name,
        current,
        supportsRollback: null,
        rebootsHost: false,
        facts,
        at,
      })),
      absent: [],
      start: "real",
    },
    found,
    survey: null,
    gates: [],
    cache: null,
    nodeLimit,
    inputs: [
      { kind: "manifest", ...file },
      ...(stateFile === null ? [] : [{ kind: "state" as const, ...stateFile }]),
    ],
  });
}

async function planFromState(
  machine: Machine,
  input: SystemInput,
  stateName: string,
): Promise<Result<Planning>> {
  const { platform, environment } = machine;
  const file = readText(platform.files, environment.workingDirectory, stateName);
  const state = file.ok ? readStateFile(file.value) : file;
  const paper = await readOnPaper(machine, input);
  if (!paper.ok || !state.ok) return fail(...problemsOf(paper), ...problemsOf(state));
  const { components } = state.value;
  const made = await planOnPaper(machine, paper.value, {
    systemType: null,
    components,
    file: file.ok ? file.value : null,
  });
  return await unlessExchanged(input, made);
}

function problemsOf(result: Result<unknown>): readonly Problem[] {
  return result.ok ? [] : result.problems;
}

function withNotes(planning: Planning, first: readonly Problem[]): Result<Planning> {
  const { planned } = planning;
  return ok({ ...planning, planned: { ...planned, notes: [...first, ...planned.notes] } });
}

/** Where it cannot be looked there is none that this caller could mean. */
export function leftOutNote({ platform, environment }: Machine): readonly Problem[] {
  const file = deviceConstraintsFile(environment);
  if (unlessRefused(() => platform.files.status(file), null) === null) return [];
  return [
    {
      code: "device-constraints-left-out",
      message: `The rules of this device in "${file}" are not asked: the state comes from a file, which may be that of another System.`,
      hint: "Plan without --state to have them asked; install always asks them.",
    },
  ];
}
