import type { Provides } from "../artifact/matching.ts";
import type { Event } from "../core/events.ts";
import type { ComponentId } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { fail } from "../core/result.ts";
import type { Deployment } from "../deployment/deployment.ts";
import type { Begin, PlannedArtifact } from "../deployment/records.ts";
import type { DeployPorts } from "../executor/deploy.ts";
import { gateAsker } from "../executor/gate-asker.ts";
import { journalsIn } from "../executor/journals.ts";
import { leftOvers } from "../executor/left-overs.ts";
import { performer } from "../executor/perform.ts";
import { sweepWorkDirs } from "../executor/sweep.ts";
import { checkExecutable } from "../interface/executable.ts";
import { clearMark } from "../journal/caller-mark.ts";
import { oweCleanups } from "../journal/owed.ts";
import { versionOf } from "../manifest/version.ts";
import { openArtifact } from "../sources/open.ts";
import { relocated } from "../sources/relocate.ts";
import { removeKept } from "../sources/secure-bundle.ts";
import { stillThere } from "../sources/still-there.ts";
import { identitiesOf } from "./cache-contents.ts";
import { expectedMs } from "./expected.ts";
import { datastoreOf, gatePath, graceMs, interfacePath, type Machine } from "./machine.ts";
import type { Medium } from "./medium.ts";
import type { Settings } from "./settings.ts";
import type { Supplies } from "./supply.ts";

/** So long is waited for a reboot that the command has accepted. Milliseconds. */
const rebootWaitMs = 10 * 60_000;

export interface DeployPortsInput {
  readonly settings: Pick<Settings, "keys" | "cache" | "historyLimit">;
  readonly medium: Medium;
  readonly emit: (event: Event) => void;
  /** What the Components have told just now; empty where nobody has asked. */
  readonly provides: ReadonlyMap<ComponentId, Provides>;
  readonly ended: DeployPorts["ended"];
  /** So long gates that say not now are waited for, in milliseconds. */
  readonly gateWaitMs: number;
  readonly supply: Supplies;
  /** What is configured cannot be read, keys among it: nothing is removed that may be wanted. */
  readonly isUnconfigured: boolean;
  /** The install that this makes way for, whose bundle stays; null: none waits. */
  readonly next: string | null;
}

/** Everything a deployment needs of this machine. */
export function deployPorts(machine: Machine, input: DeployPortsInput): DeployPorts {
  const { platform, environment, signal } = machine;
  const { settings, medium } = input;
  const store = datastoreOf(machine);
  const executable = (name: string) => interfacePath(machine, name);
  const access = {
    files: platform.files,
    decompressors: platform.decompressors,
    keys: settings.keys,
    supply: input.supply,
  };
  const hasty = { ...access, supply: input.supply.hasty };
  const lyingAt = (from: string | null, planned: PlannedArtifact): PlannedArtifact =>
    // Of an Artifact that the journal does not identify nobody could tell whether it is the same.
    from === null || planned.identity === undefined
      ? planned
      : { ...planned, location: relocated(platform.files, planned.location, from) };
  const left = leftOvers({
    processes: platform.processes,
    clock: platform.clock,
    graceMs,
    emit: input.emit,
    signal,
  });
  const perform = performer({
    platform,
    executable,
    places: store,
    environment: environment.inherited,
    graceMs,
    keys: settings.keys,
    open: async (planned, purpose) =>
      planned.identity === undefined && input.isUnconfigured
        ? fail(notIdentified(planned))
        : openArtifact(access, lyingAt(await medium.ifReadable(), planned), purpose),
    versionOf: (begin, component, provides) =>
      versionOf(provides, component.interface, availableIn(begin, component.componentType)),
    provides: new Map(input.provides),
    makeRoom: () => input.supply.cache.giveWay(),
    emit: input.emit,
    markCall: left.mark,
  });
  const askGate = gateAsker({
    platform,
    gatePath: (name) => gatePath(machine, name),
    environment: environment.inherited,
    graceMs,
    emit: input.emit,
  });
  return {
    perform,
    askGate,
    gateWaitMs: input.gateWaitMs,
    journals: journalsIn(platform.files, store, settings.historyLimit),
    processes: platform.processes,
    host: platform.host,
    clock: platform.clock,
    emit: input.emit,
    endLeftOvers: left.end,
    signal,
    graceMs,
    rebootWaitMs,
    missing: async (artifacts) => {
      const from = await medium.demanded();
      if (!from.ok) return from.problems;
      // One after the other: each holds a file open.
      const problems: Problem[] = [];
      for (const planned of artifacts)
        problems.push(...(await stillThere(hasty, lyingAt(from.value, planned))));
      return problems;
    },
    unreachable: (components) =>
      unreachable(
        machine,
        "interface",
        new Set(components.map((component) => executable(component.interface))),
      ),
    unfitGate: ({ name }) => unreachable(machine, "gate", new Set([gatePath(machine, name)])),
    expectedMs: (begin) => expectedMs(machine, begin),
    // From here on a rollback of this caller is one of this deployment.
    begun: () => {
      clearMark(platform.files, store, environment.workingDirectory);
    },
    owe: (debts) => {
      oweCleanups(platform.files, store, platform.clock.now().toISOString(), debts);
    },
    ended: input.ended,
    sweep: (ended) => {
      sweepWorkDirs(platform.files, store, ended, input.emit);
      removeKept(platform.files, store.bundles, (id) => id !== input.next);
      if (ended !== null) settleCache(input, ended);
    },
    reachCrashPoint: machine.reachCrashPoint,
  };
}

/** What it has used stays for the next one, where there is a cache. */
function settleCache(
  { supply, settings, isUnconfigured }: DeployPortsInput,
  { begin, ended }: Deployment,
): void {
  supply.aside.settle({ used: new Set(), committed: null });
  if (isUnconfigured) return;
  supply.cache.settle({
    used: settings.cache.isEnabled ? identitiesOf(begin) : new Set(),
    committed: ended?.outcome === "success" ? begin.manifest : null,
  });
}

function notIdentified({ name }: PlannedArtifact): Problem {
  return {
    code: "source-changed",
    message: `Nothing tells whether the Artifact "${name}" is still the one that was planned: no key can be read, and the journal does not identify it.`,
    hint: "Mend the configuration, then call this command again.",
  };
}

function availableIn(begin: Begin, componentType: string) {
  return begin.artifacts
    .filter((artifact) => artifact.componentType === componentType)
    .map(({ name, provides, clears }) => ({
      name,
      provides: new Map(Object.entries(provides)),
      clears,
    }));
}

/** Who may write them was asked when the deployment began. */
function unreachable(
  { platform }: Machine,
  kind: "interface" | "gate",
  paths: ReadonlySet<string>,
): readonly Problem[] {
  const hint =
    "The deployment in progress needs it: put it back there, then call this command again.";
  return [...paths].flatMap((path) => {
    const looked = checkExecutable(platform.files, path, true, kind);
    if (looked.ok) return [];
    return looked.problems.map((problem) =>
      problem.code === `${kind}-missing` ? { ...problem, hint } : problem,
    );
  });
}
