import { ok, type Result } from "../core/result.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { makeWay } from "../executor/make-way.ts";
import { makeGood } from "../executor/owed.ts";
import { deployPorts } from "./deploy-ports.ts";
import { datastoreOf, graceMs, type Machine } from "./machine.ts";
import { whereItWas } from "./medium.ts";
import { type OpenProgress, runOf, withProgress } from "./progress.ts";
import type { Settings } from "./settings.ts";
import { withSupply } from "./supply.ts";
import { type Present, type Survey, timeoutOf } from "./survey.ts";

/**
 * An orphan is taken through the error path first; what waits for somebody is in the way. `next`: the id of the install
 * that wants to begin.
 */
export async function clearTheWay(
  machine: Machine,
  settings: Settings,
  current: Deployment | null,
  next: string,
  openProgress: OpenProgress,
): Promise<Result<null>> {
  if (machine.platform.files.status(datastoreOf(machine).journal) === null) return ok(null);
  const orphan = current?.begin;
  const progress = await openProgress(runOf(current), settings.logLevel);
  return await withProgress(progress, async (emit) => {
    const tell = (message: string) => emit({ type: "note", message });
    const cleared = await withSupply(machine, settings, tell, (supply) =>
      makeWay(
        deployPorts(machine, {
          settings,
          medium: whereItWas,
          emit,
          provides: new Map(),
          ended: () => {},
          gateWaitMs: 0,
          supply,
          isUnconfigured: false,
          next,
        }),
      ),
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
export async function makeOwedGood(
  machine: Machine,
  settings: Settings,
  { components, absent }: Survey<Present>,
  openProgress: OpenProgress,
): Promise<Result<null>> {
  const { platform, environment, signal, reachCrashPoint } = machine;
  const store = datastoreOf(machine);
  if (platform.files.status(store.owed) === null) return ok(null);
  const named = components.map(({ entry, id }) => ({ id, type: entry.componentType }));
  const owing = components.map(({ entry, id, executable }) => ({
    id,
    componentType: entry.componentType,
    executable,
    args: entry.args,
    timeoutMs: timeoutOf(entry, settings),
    environment: environment.inherited,
  }));
  const ports = { platform, store, graceMs, signal, reachCrashPoint };
  return await makeGood(owing, absent, ports, async (deployment, use) => {
    const run = { components: named, deployment };
    return await withProgress(await openProgress(run, settings.logLevel), use);
  });
}
