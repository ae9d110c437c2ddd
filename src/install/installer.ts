import { resolve } from "node:path";
import { verifiedAtOnce, verifyArtifact } from "../artifact/verify.ts";
import { inOrder } from "../core/in-order.ts";
import type { Problem } from "../core/problem.ts";
import type { StopPoint } from "../core/protocol.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type Deployed, inProgress, makeWay, start } from "../executor/deploy.ts";
import { journalsIn } from "../executor/journals.ts";
import { makeGood } from "../executor/owed.ts";
import type { Plan } from "../planner/model/plan.ts";
import type { ByteSource } from "../platform/types.ts";
import type { Named } from "../report/progress-lines.ts";
import type { LocatedArtifact } from "../sources/locate.ts";
import { openArtifact } from "../sources/open.ts";
import { removeKept, secureBundle } from "../sources/secure-bundle.ts";
import { beginRecord, providesOf } from "./begin-record.ts";
import { datastoreOf, deployer, type DeployerInput, graceMs, reachCrashPoint } from "./deployer.ts";
import { inOwnDirectory } from "./guard-inputs.ts";
import type { Machine, OpenProgress } from "./machine.ts";
import { readGuardedSettings } from "./permissions.ts";
import { type Planning, planThisSystem } from "./planning.ts";
import { checkRelease } from "./release.ts";
import type { Settings } from "./settings.ts";
import { type CheckedArtifact, checkSpace } from "./space.ts";
import { type Present, type Survey, timeoutOf } from "./survey.ts";
import { isBundle, type SystemInput, withBundle, withManifest } from "./system-input.ts";

/** What the caller of an install has said. */
export interface InstallOptions {
  readonly stopBefore: readonly StopPoint[];
  readonly exitOnReboot: boolean;
  readonly allowDowngrade: boolean;
  readonly allowUnsignedManifest: boolean;
  readonly accept: readonly string[];
}

/** How an install shows what it does. */
export interface InstallPorts {
  readonly showPlan: (planning: Planning) => Promise<void>;
  readonly openProgress: OpenProgress;
}

/** How an install ended that was not refused. */
export type Installed =
  | { readonly kind: "no-plan" }
  | { readonly kind: "nothing-to-do" }
  | { readonly kind: "deployed"; readonly deployed: Deployed };

/** Hexadecimal digits of the id of a deployment; few enough to be typed, and no two that are kept will be the same. */
const idLength = 12;

/** Installs a bundle or a Manifest; the caller holds the lock. */
export async function installFile(
  machine: Machine,
  file: string,
  options: InstallOptions,
  ports: InstallPorts,
): Promise<Result<Installed>> {
  const { platform, environment } = machine;
  const settings = readGuardedSettings(machine);
  if (!settings.ok) return settings;
  const bundled = await isBundle(machine, file);
  if (!bundled.ok) return bundled;
  const lost = inOwnDirectory(machine, file);
  if (lost !== null) return fail(lost);
  const cleared = await clearTheWay(machine, settings.value, ports);
  if (!cleared.ok) return cleared;
  const directory = datastoreOf(machine).bundles;
  // Nothing is in progress: whoever has left one there was killed before it began.
  removeKept(platform.files, directory);
  const demand = { ...settings.value, allowUnsignedManifest: options.allowUnsignedManifest };
  const id = platform.clock.randomId().slice(0, idLength);
  const deploy = async (input: SystemInput): Promise<Result<Installed>> =>
    await planAndRun(machine, settings.value, { input, id, options, ports });
  if (!bundled.value) return await withManifest(machine, demand, file, deploy);
  const secured = await secureBundle(platform.files, {
    name: file,
    path: resolve(environment.workingDirectory, file),
    workingDirectory: environment.workingDirectory,
    clientTrees: settings.value.trustedManifestDirs,
    directory,
    id,
  });
  const installed = secured.ok
    ? await withBundle(machine, demand, file, deploy, secured.value)
    : secured;
  // Nothing was begun, so nobody needs the copy.
  if (!installed.ok || installed.value.kind !== "deployed") removeKept(platform.files, directory);
  return installed;
}

/** An orphan is taken through the error path first; what waits for somebody is in the way. */
async function clearTheWay(
  machine: Machine,
  settings: Settings,
  ports: InstallPorts,
): Promise<Result<null>> {
  const current = inProgress(journalsIn(machine.platform.files, datastoreOf(machine)));
  if (!current.ok) return current;
  const components = current.value?.begin.components ?? [];
  const named = components.map(({ id, componentType }) => ({ id, type: componentType }));
  return await withProgress(ports, settings, named, async (emit) => {
    const orphan = current.value?.begin;
    const cleared = await makeWay(
      deployer(machine, {
        keys: settings.keys,
        from: null,
        emit,
        provides: new Map(),
        ended: () => {},
      }),
    );
    if (cleared.ok && orphan !== undefined) {
      emit({
        type: "note",
        message: `the interrupted deployment ${orphan.deployment} of "${orphan.manifest}" was ended first`,
      });
    }
    return cleared;
  });
}

/** The Cleanups that earlier deployments owe; most often none. */
async function makeOwedGood(
  machine: Machine,
  settings: Settings,
  { components, absent }: Survey<Present>,
  ports: InstallPorts,
): Promise<Result<null>> {
  const { platform, environment, signal } = machine;
  const store = datastoreOf(machine);
  if (platform.files.status(store.owed) === null) return ok(null);
  const named = components.map(({ entry, id }) => ({ id, type: entry.componentType }));
  return await withProgress(ports, settings, named, (emit) =>
    makeGood(
      components.map(({ entry, id, executable }) => ({
        id,
        componentType: entry.componentType,
        executable,
        args: entry.args,
        timeoutMs: timeoutOf(entry, settings),
        environment: environment.inherited,
      })),
      absent,
      {
        platform,
        store,
        graceMs,
        emit,
        signal,
        reachCrashPoint: (point) => {
          reachCrashPoint(machine, point);
        },
      },
    ),
  );
}

interface Wanted {
  readonly input: SystemInput;
  readonly id: string;
  readonly options: InstallOptions;
  readonly ports: InstallPorts;
}

async function planAndRun(
  machine: Machine,
  settings: Settings,
  { input, id, options, ports }: Wanted,
): Promise<Result<Installed>> {
  const made = await planThisSystem(machine, settings, input, (present) =>
    makeOwedGood(machine, settings, present, ports),
  );
  if (!made.ok) return made;
  const planning = made.value;
  const { answer, survey } = planning;
  await ports.showPlan(planning);
  if (answer.kind !== "plan") return ok({ kind: "no-plan" });
  const { plan } = answer;
  const refused = refusal(plan, options);
  if (refused !== null) return fail(refused);
  // A caller that wants to commit must find something to commit, even if it is nothing.
  if (plan.stages.length === 0 && options.stopBefore.length === 0) {
    return ok({ kind: "nothing-to-do" });
  }
  const { files, clock } = machine.platform;
  const release = checkRelease(
    { files, store: datastoreOf(machine), now: clock.now() },
    planning.manifest,
    {
      allowDowngrade: options.allowDowngrade,
      acceptExpired: options.accept.includes("expired"),
    },
  );
  if (!release.ok) return release;
  const lost = planning.located.flatMap(
    ({ location }) => (location.kind === "file" && inOwnDirectory(machine, location.path)) || [],
  );
  if (lost.length > 0) return fail(...lost);
  const verified = await verifyAll(machine, settings, planning.located);
  if (!verified.ok) return verified;
  const room = checkSpace(files, machine.environment.datastoreDir.value, plan, verified.value);
  if (!room.ok) return room;
  const components = survey?.components ?? [];
  const { exitOnReboot, stopBefore } = options;
  const { trust } = input;
  const begin = beginRecord(machine, settings, {
    id,
    planning,
    trust,
    plan,
    components,
    exitOnReboot,
  });
  return await withProgress(ports, settings, namesOf(planning), async (emit) => {
    const provides = providesOf(components);
    const deployPorts = deployer(machine, {
      keys: settings.keys,
      from: null,
      emit,
      provides,
      ended: () => {},
    });
    for (const { message } of [...release.value, ...room.value]) emit({ type: "note", message });
    if (trust?.kind === "allowed") emit({ type: "note", message: allowedNote });
    const deployed = await start(begin, { verb: "install", stopBefore, exitOnReboot }, deployPorts);
    return ok({ kind: "deployed", deployed });
  });
}

const allowedNote =
  "the Manifest is not signed, and is installed because --allow-unsigned-manifest was said";

function namesOf({ planned }: Planning): readonly Named[] {
  return planned.from.components.map(({ id, type }) => ({ id, type }));
}

async function withProgress<T>(
  { openProgress }: InstallPorts,
  settings: Settings,
  components: readonly Named[],
  use: (emit: DeployerInput["emit"]) => Promise<T>,
): Promise<T> {
  const progress = openProgress(components, settings.logLevel);
  try {
    return await use(progress.emit);
  } finally {
    progress.close();
  }
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

/** The same bytes under the name that people know. */
function named(source: ByteSource, name: string): ByteSource {
  return { name, size: source.size, read: (...args) => source.read(...args) };
}

/** Every byte of every Artifact, before anything is changed. */
async function verifyAll(
  { platform }: Machine,
  { keys }: Settings,
  located: readonly LocatedArtifact[],
): Promise<Result<readonly CheckedArtifact[]>> {
  const { files, decompressors } = platform;
  const results = await inOrder(located, verifiedAtOnce, async (one) => {
    const { location, name, artifact } = one;
    const access = { files, decompressors, keys };
    const opened = await openArtifact(access, location, artifact.identity);
    if (!opened.ok) return opened;
    const { source, close } = opened.value;
    const verified = await verifyArtifact(named(source, name), keys, decompressors);
    close();
    return verified.ok ? ok({ located: one, files: verified.value.files }) : verified;
  });
  const problems = results.flatMap((result) => (result.ok ? [] : result.problems));
  if (problems.length > 0) return fail(...problems);
  return ok(results.flatMap((result) => (result.ok ? [result.value] : [])));
}
