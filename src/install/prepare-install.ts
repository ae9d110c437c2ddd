import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { currentDeployment } from "./current-deployment.ts";
import { clearTheWay, makeOwedGood } from "./earlier-deployments.ts";
import { elsewhereOf } from "./elsewhere.ts";
import { inOwnDirectory } from "./guard-inputs.ts";
import { inputFile } from "./input-directory.ts";
import { isBundle, openManifestInput, type OpenSystemInput } from "./input.ts";
import type { InstallOptions } from "./install-options.ts";
import { openSecured, removeKeptBundle, removeOtherBundles } from "./kept-bundle.ts";
import type { Machine } from "./machine.ts";
import { openMenderServer, type OpenServer } from "./mender-server.ts";
import { readGuardedSettings } from "./permissions.ts";
import { planThisSystem } from "./plan-system.ts";
import type { Planning } from "./planning.ts";
import type { OpenProgress } from "./progress.ts";
import type { Settings } from "./settings.ts";
import type { TrustDemand } from "./trust.ts";
import { withoutKeys } from "./unattended.ts";

/** An install up to its plan. Whoever has it carries it out, which closes its input and the Server. */
export interface PreparedInstall {
  /** Of the deployment. */
  readonly id: string;
  /** As its caller has named it. */
  readonly file: string;
  readonly settings: Settings;
  readonly input: OpenSystemInput;
  readonly planning: Planning;
  readonly server: OpenServer;
  readonly told: Told;
}

/** Who is told what goes wrong and is got over: whoever watches, and the events of a run once there is one. */
interface Told {
  readonly tell: (message: string) => void;
  readonly tellBy: (tell: Told["tell"]) => void;
}

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
  const current = currentDeployment(machine);
  if (!current.ok) return current;
  const id = machine.platform.clock.randomId().slice(0, idLength);
  const open = () => openKept(machine, demand, file, bundled.value, id);
  // Nothing that was interrupted is rolled back for what nobody believes.
  const believed = current.value === null ? null : await open();
  if (believed !== null && !believed.ok && !hasNoRoom(believed.problems)) return believed;
  const cleared = await clearTheWay(machine, settings, current.value, id, openProgress);
  if (!cleared.ok) {
    if (believed?.ok === true) believed.value.close();
    removeKeptBundle(machine, id);
    return cleared;
  }
  // Nothing is in progress: whoever has left one there was killed before it began.
  removeOtherBundles(machine, id);
  const opened = believed?.ok === true ? believed : await open();
  if (!opened.ok) return opened;
  const input = opened.value;
  const told = toldBy((message) => machine.tell([message]));
  const server = openMenderServer(machine, settings.server, told.tell);
  const elsewhere = elsewhereOf(machine, settings, server.hasty);
  const planned = await planThisSystem(machine, settings, input, elsewhere, (present) =>
    makeOwedGood(machine, settings, present, openProgress),
  );
  if (planned.ok) return ok({ id, file, settings, input, planning: planned.value, server, told });
  await server.close();
  input.close();
  removeKeptBundle(machine, id);
  return planned;
}

function toldBy(first: Told["tell"]): Told {
  let tell = first;
  return {
    tell: (message) => tell(message),
    tellBy: (by) => {
      tell = by;
    },
  };
}

/** Opens it, and brings a bundle to safety that would not stay where it is; nothing of it stays where that fails. */
async function openKept(
  machine: Machine,
  demand: Settings & TrustDemand,
  file: string,
  isBundled: boolean,
  id: string,
): Promise<Result<OpenSystemInput>> {
  if (!isBundled) return openManifestInput(machine, demand, file);
  const opened = await openSecured(machine, demand, file, id);
  if (!opened.ok) removeKeptBundle(machine, id);
  return opened;
}

/** There may be once the way is clear. */
function hasNoRoom(problems: readonly Problem[]): boolean {
  return problems.some(({ code }) => code === "not-enough-space");
}
