import { fail, ok, type Result } from "../core/result.ts";
import { FileError } from "../platform/types.ts";
import { currentDeployment } from "./current-deployment.ts";
import { clearTheWay, makeOwedGood } from "./earlier-deployments.ts";
import { inOwnDirectory } from "./guard-inputs.ts";
import { inputFile } from "./input-directory.ts";
import { isBundle, openManifestInput, type OpenSystemInput, withSystemInput } from "./input.ts";
import type { InstallOptions } from "./install-options.ts";
import { openSecured, removeKeptBundle } from "./kept-bundle.ts";
import type { Machine } from "./machine.ts";
import { readGuardedSettings } from "./permissions.ts";
import { planThisSystem } from "./plan-system.ts";
import type { Planning } from "./planning.ts";
import type { OpenProgress } from "./progress.ts";
import type { Settings } from "./settings.ts";
import type { TrustDemand } from "./trust.ts";
import { withoutKeys } from "./unattended.ts";

/** An install up to its plan. Whoever has it carries it out, which closes its input. */
export interface PreparedInstall {
  /** Of the deployment. */
  readonly id: string;
  readonly settings: Settings;
  readonly input: OpenSystemInput;
  readonly planning: Planning;
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
  const believed = current.value === null ? ok(null) : await isBelieved(machine, demand, file);
  if (!believed.ok) return believed;
  const cleared = await clearTheWay(machine, settings, current.value, openProgress);
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
async function isBelieved(
  machine: Machine,
  demand: TrustDemand,
  file: string,
): Promise<Result<null>> {
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
