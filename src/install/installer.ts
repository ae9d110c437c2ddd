import { resolve } from "node:path";
import type { Problem } from "../core/problem.ts";
import type { StopPoint } from "../core/protocol.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { ManifestTrust } from "../deployment/records.ts";
import { type Deployed, inProgress, start } from "../executor/deploy.ts";
import { journalsIn } from "../executor/journals.ts";
import { askedFacts } from "../manifest/facts.ts";
import { readManifest } from "../manifest/read-manifest.ts";
import { factsOfSurveyed } from "./facts.ts";
import type { Plan } from "../planner/model/plan.ts";
import type { Supply } from "../sources/access.ts";
import { FileError } from "../platform/types.ts";
import { removeKept, secureBundle } from "../sources/secure-bundle.ts";
import { bringWaysOut, type WaysAtHand } from "./at-hand.ts";
import { type CheckedArtifact, findArtifacts, verifyArtifacts } from "./artifacts.ts";
import { beginRecord, providesOf } from "./begin-record.ts";
import { deployPorts } from "./deploy-ports.ts";
import { readDeviceConstraints, topologyFor } from "./device-files.ts";
import { prefetch } from "./bring.ts";
import { clearTheWay, makeOwedGood } from "./earlier-deployments.ts";
import { withElsewhere } from "./elsewhere.ts";
import { inOwnDirectory } from "./guard-inputs.ts";
import { inputFile } from "./input-directory.ts";
import {
  isBundle,
  openBundleInput,
  openManifestInput,
  type OpenSystemInput,
  type SystemInput,
  withSystemInput,
} from "./input.ts";
import { toldToOthers } from "./live-downloads.ts";
import { datastoreOf, type Machine } from "./machine.ts";
import { readGuardedSettings } from "./permissions.ts";
import { matchAndPlan, type Planning, unlessExchanged } from "./planning.ts";
import { askNextSources } from "./next-source.ts";
import { type OpenProgress, withProgress } from "./progress.ts";
import { checkRelease } from "./release.ts";
import type { Settings } from "./settings.ts";
import { checkSpace } from "./space.ts";
import { type Supplies, withSupply } from "./supply.ts";
import { type BeforeProvides, survey } from "./survey.ts";
import type { TrustDemand } from "./trust.ts";
import { failedBefore, withoutKeys } from "./unattended.ts";

/** What the caller of an install has said. */
export interface InstallOptions {
  readonly stopBefore: readonly StopPoint[];
  readonly exitOnReboot: boolean;
  readonly allowDowngrade: boolean;
  readonly allowUnsignedManifest: boolean;
  readonly accept: readonly string[];
  /** Nobody watches. */
  readonly unattended: boolean;
  /** All that the plan installs is to be on this device before the first install. */
  readonly prefetch: boolean;
}

/** An install up to its plan. Whoever has it carries it out, which closes its input. */
export interface PreparedInstall {
  /** Of the deployment. */
  readonly id: string;
  readonly settings: Settings;
  readonly input: OpenSystemInput;
  readonly planning: Planning;
}

/** How an install ended that was not refused. */
export type Installed =
  | { readonly kind: "no-plan" }
  | { readonly kind: "nothing-to-do" }
  | { readonly kind: "deployed"; readonly deployed: Deployed };

/** Hexadecimal digits of the id of a deployment; few enough to be typed, and no two that are kept will be the same. */
const idLength = 12;

/**
 * Reads a bundle or a Manifest, which may be the one in a directory, ends what earlier deployments have left, and
 * plans; the caller holds the lock.
 */
export async function prepareInstall(
  machine: Machine,
  given: string,
  options: Pick<InstallOptions, "allowUnsignedManifest" | "unattended">,
  openProgress: OpenProgress,
): Promise<Result<PreparedInstall>> {
  const guarded = readGuardedSettings(machine);
  if (!guarded.ok) return guarded;
  const settings = guarded.value;
  const keyless = options.unattended ? withoutKeys(settings) : null;
  if (keyless !== null) return fail(keyless);
  const found = await inputFile(machine, given);
  if (!found.ok) return found;
  const file = found.value;
  const bundled = await isBundle(machine, file);
  if (!bundled.ok) return bundled;
  const lost = inOwnDirectory(machine, file);
  if (lost !== null) return fail(lost);
  const demand = { ...settings, allowUnsignedManifest: options.allowUnsignedManifest };
  const believed = await believedIfInTheWay(machine, demand, file);
  if (!believed.ok) return believed;
  const cleared = await clearTheWay(machine, settings, openProgress);
  if (!cleared.ok) return cleared;
  // Nothing is in progress: whoever has left one there was killed before it began.
  removeKeptBundle(machine);
  const id = machine.platform.clock.randomId().slice(0, idLength);
  const opened = bundled.value
    ? await machine.working({ work: "unpacking", name: file, total: null }, () =>
        openSecured(machine, demand, file, id),
      )
    : openManifestInput(machine, demand, file);
  if (!opened.ok) {
    removeKeptBundle(machine);
    return opened;
  }
  const input = opened.value;
  const planned = await planThisSystem(machine, settings, input, (present) =>
    makeOwedGood(machine, settings, present, openProgress),
  );
  if (planned.ok) return ok({ id, settings, input, planning: planned.value });
  input.close();
  removeKeptBundle(machine);
  return planned;
}

/** Nothing that was interrupted is rolled back for what nobody believes. */
async function believedIfInTheWay(
  machine: Machine,
  demand: TrustDemand,
  file: string,
): Promise<Result<null>> {
  const current = inProgress(journalsIn(machine.platform.files, datastoreOf(machine)));
  if (!current.ok) return current;
  if (current.value === null) return ok(null);
  try {
    const look = await withSystemInput(machine, demand, file, () => Promise.resolve(ok(null)));
    const hasNoRoom = !look.ok && look.problems.some(({ code }) => code === "not-enough-space");
    return hasNoRoom ? ok(null) : look;
  } catch (error) {
    // A compressed one that cannot be unpacked to look at it is believed, or not, once the way is clear.
    if (error instanceof FileError) return ok(null);
    throw error;
  }
}

/**
 * Plans from where this System is: what an install does, and the commands that only want to know. Reads, asks Identity
 * and Provides, and changes nothing but what `beforeProvides` does.
 */
export async function planThisSystem(
  machine: Machine,
  settings: Settings,
  input: SystemInput,
  beforeProvides: BeforeProvides | null,
): Promise<Result<Planning>> {
  return await unlessExchanged(input, await planHere(machine, settings, input, beforeProvides));
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
  const constraints = readDeviceConstraints(machine);
  if (!constraints.ok) return constraints;
  const topology = topologyFor(machine, settings, manifest);
  if (!topology.ok) return topology;
  const candidates = await withElsewhere(machine, settings, (elsewhere) =>
    findArtifacts(input.places, manifest, { kind: "all must be there", elsewhere }),
  );
  if (!candidates.ok) return candidates;
  const surveyed = await survey(machine, settings, topology.value, beforeProvides);
  if (!surveyed.ok) return surveyed;
  const asked = askedFacts(manifest, constraints.value);
  const facts = await factsOfSurveyed(machine, settings, surveyed.value.components, asked);
  if (!facts.ok) return facts;
  const components = surveyed.value.components.map(({ entry, id, provides }, index) => ({
    id,
    type: entry.componentType,
    interface: entry.interface,
    current: { kind: "provides" as const, provides },
    supportsRollback: entry.supportsRollback,
    rebootsHost: entry.rebootsHost,
    facts: facts.value[index] ?? entry.facts,
    at: null,
  }));
  const match = {
    manifest,
    deviceConstraints: constraints.value,
    systemType: topology.value.systemType,
    components,
    absent: surveyed.value.absent,
    start: "real" as const,
  };
  const widened = await askNextSources(input.places, match, candidates.value, (use) =>
    withElsewhere(machine, settings, use),
  );
  const found = widened.candidates;
  const made = await matchAndPlan(machine, {
    match,
    found: { ...found, notes: [...notes, ...found.notes] },
    survey: surveyed.value,
    nodeLimit: settings.plannerNodeLimit,
    cache: settings.cache,
  });
  return made.ok ? made : fail(...made.problems, ...widened.problems);
}

/** Refuses the plan, or checks all that can be checked before anything changes, and runs it. */
export async function carryOut(
  machine: Machine,
  prepared: PreparedInstall,
  options: InstallOptions,
  openProgress: OpenProgress,
): Promise<Result<Installed>> {
  try {
    let tell = (message: string): void => machine.tell([message]);
    const supplied = (supply: Supplies) =>
      deploy(machine, prepared, options, openProgress, {
        supply,
        tell: (message) => tell(message),
        tellBy: (by) => {
          tell = by;
        },
      });
    const installed = await withSupply(
      machine,
      prepared.settings,
      (message) => tell(message),
      supplied,
    );
    // Nothing was begun, so nobody needs the copy.
    if (!installed.ok || installed.value.kind !== "deployed") removeKeptBundle(machine);
    return installed;
  } finally {
    prepared.input.close();
  }
}

/** What is supplied, and who is told of what goes wrong with that: the events of the run once there is one. */
interface Told {
  readonly supply: Supplies;
  readonly tell: (message: string) => void;
  readonly tellBy: (tell: Told["tell"]) => void;
}

async function deploy(
  machine: Machine,
  prepared: PreparedInstall,
  options: InstallOptions,
  openProgress: OpenProgress,
  { supply, tell, tellBy }: Told,
): Promise<Result<Installed>> {
  const { id, settings, planning, input } = prepared;
  const { answer, planned } = planning;
  const { stopBefore, exitOnReboot } = options;
  if (answer.kind !== "plan") return ok({ kind: "no-plan" });
  const { plan } = answer;
  const refused = refusal(plan, options);
  if (refused !== null) return fail(refused);
  // A caller that wants to commit must find something to commit, even if it is nothing.
  if (plan.stages.length === 0 && stopBefore.length === 0) return ok({ kind: "nothing-to-do" });
  const checked = await preflight(machine, prepared, plan, options, supply);
  if (!checked.ok) return checked;
  // What is brought takes room of what the work dirs need, so that is looked at again behind it.
  const atHand = await bringHere(machine, supply, planning, plan, options, tell);
  if (!atHand.ok) return atHand;
  const { away, notes } = atHand.value;
  const room = checkSpace(
    machine.platform.files,
    machine.environment.datastoreDir.value,
    plan,
    planning.allotment,
    checked.value.artifacts,
  );
  if (!room.ok) return room;
  const components = planning.survey?.components ?? [];
  const { trust } = input;
  const begin = beginRecord(machine, settings, {
    id,
    planning,
    input: input.identity,
    trust,
    plan,
    components,
    exitOnReboot,
    away,
  });
  const named = planned.from.components;
  const shown = await openProgress(named, settings.logLevel);
  return await withProgress(toldToOthers(machine, id, shown), async (emit) => {
    const ports = deployPorts(machine, {
      keys: settings.keys,
      from: null,
      emit,
      provides: providesOf(components),
      ended: () => {},
      supply,
      cache: settings.cache,
      historyLimit: settings.historyLimit,
    });
    tellBy((message) => emit({ type: "note", message }));
    const lost = notes.map(({ message }) => message);
    const short = room.value.map(({ message }) => message);
    for (const message of [...checked.value.notes, ...short, ...lost, ...trustNotes(trust)])
      emit({ type: "note", message });
    const deployed = await start(begin, { verb: "install", stopBefore, exitOnReboot }, ports);
    return ok({ kind: "deployed", deployed });
  });
}

/** What lies on this device before the first install; most often nothing is to be brought. */
async function bringHere(
  machine: Machine,
  supply: Supplies,
  planning: Planning,
  plan: Plan,
  options: Pick<InstallOptions, "prefetch">,
  tell: Told["tell"],
): Promise<Result<Pick<WaysAtHand, "away" | "notes">>> {
  const { located } = planning.allotment;
  const needed = new Set(located.map(({ artifact }) => artifact.identity));
  supply.cache.protect(needed);
  supply.aside.protect(needed);
  for (const { location, artifact } of located) {
    if (location.kind === "server") supply.heads.set(artifact.identity, artifact);
  }
  const isRemote = located.some(({ location }) => location.kind === "server");
  if (!isRemote) return ok({ away: [], notes: [] });
  const here = options.prefetch ? await prefetch(supply, planning.allotment, plan, tell) : ok([]);
  if (!here.ok) return here;
  return await bringWaysOut(machine, supply, planning, plan, tell, here.value);
}

/** A rollback could not restore the start once an earlier stage is committed. */
function refusal(plan: Plan, { stopBefore }: InstallOptions): Problem | null {
  if (plan.stages.length < 2 || !stopBefore.includes("ArtifactCommit")) return null;
  return {
    code: "stages-need-commit",
    message: `The plan has ${plan.stages.length} stages, and each must be committed before the next one starts.`,
    expected: "one stage, to stop before its ArtifactCommit",
    hint: "Make each stage a Manifest of its own, or install without --stop-before ArtifactCommit.",
  };
}

interface Checked {
  readonly artifacts: readonly CheckedArtifact[];
  readonly notes: readonly string[];
}

/**
 * All that may keep the plan from being run: the age of the release, where its files lie, their bytes, and space. Gives
 * notes.
 */
async function preflight(
  machine: Machine,
  { settings, planning, input }: PreparedInstall,
  plan: Plan,
  { allowDowngrade, accept, unattended }: InstallOptions,
  supply: Supply,
): Promise<Result<Checked>> {
  const { files, clock } = machine.platform;
  const { allotment } = planning;
  const { located } = allotment;
  const release = checkRelease(
    { files, store: datastoreOf(machine), now: clock.now() },
    planning.manifest,
    { allowDowngrade, acceptExpired: accept.includes("expired") },
  );
  if (!release.ok) return release;
  const failed = unattended ? failedBefore(machine, input.identity) : null;
  if (failed !== null) return fail(failed);
  const lost = located.flatMap(
    ({ location }) => (location.kind === "file" && inOwnDirectory(machine, location.path)) || [],
  );
  if (lost.length > 0) return fail(...lost);
  const verified = await verifyArtifacts(machine, settings, supply, located);
  if (!verified.ok) return verified;
  const store = machine.environment.datastoreDir.value;
  const room = checkSpace(files, store, plan, allotment, verified.value);
  if (!room.ok) return room;
  return ok({
    artifacts: verified.value,
    notes: release.value.map(({ message }) => message),
  });
}

function trustNotes(trust: ManifestTrust | null): readonly string[] {
  return trust?.kind === "allowed"
    ? ["the Manifest is not signed, and is installed because --allow-unsigned-manifest was said"]
    : [];
}

/** Opens a bundle where it stays readable until the deployment has ended. */
async function openSecured(
  machine: Machine,
  demand: Settings & { readonly allowUnsignedManifest: boolean },
  file: string,
  id: string,
): Promise<Result<OpenSystemInput>> {
  const { platform, environment } = machine;
  const { workingDirectory } = environment;
  const secured = await secureBundle(platform.files, {
    name: file,
    path: resolve(workingDirectory, file),
    workingDirectory,
    clientTrees: demand.trustedManifestDirs,
    directory: datastoreOf(machine).bundles,
    id,
  });
  return secured.ok ? await openBundleInput(machine, demand, file, secured.value) : secured;
}

function removeKeptBundle(machine: Machine): void {
  removeKept(machine.platform.files, datastoreOf(machine).bundles);
}
