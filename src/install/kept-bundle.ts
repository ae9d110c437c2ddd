import { resolve } from "node:path";
import type { Result } from "../core/result.ts";
import { removeKept, secureBundle } from "../sources/secure-bundle.ts";
import { openBundleInput, type OpenSystemInput } from "./input.ts";
import { datastoreOf, type Machine } from "./machine.ts";
import type { Settings } from "./settings.ts";
import { showingRead } from "./showing-read.ts";

/** Opens a bundle where it stays readable until the deployment has ended. */
export async function openSecured(
  machine: Machine,
  demand: Settings & { readonly allowUnsignedManifest: boolean },
  file: string,
  id: string,
): Promise<Result<OpenSystemInput>> {
  const { platform, environment, signal } = machine;
  const { workingDirectory } = environment;
  const secured = await secureBundle(platform.files, {
    name: file,
    path: resolve(workingDirectory, file),
    workingDirectory,
    clientTrees: demand.trustedManifestDirs,
    directory: datastoreOf(machine).bundles,
    id,
    showing: showingRead(machine, file),
    signal,
  });
  return secured.ok ? await openBundleInput(machine, demand, file, secured.value) : secured;
}

/** What is kept of the bundle of a deployment that was not begun. */
export function removeKeptBundle(machine: Machine, id: string): void {
  removeKept(machine.platform.files, datastoreOf(machine).bundles, (kept) => kept === id);
}

/** What was kept of any other bundle, whoever left it; nothing may be in progress. */
export function removeOtherBundles(machine: Machine, id: string): void {
  removeKept(machine.platform.files, datastoreOf(machine).bundles, (kept) => kept !== id);
}
