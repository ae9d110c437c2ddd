import type { Version } from "../core/ids.ts";
import type { System, SystemState } from "../manifest/system.ts";
import type { Deployment } from "./deployment.ts";

/**
 * The System as its tables know it; null where they do not know a version. What is left half-way is nothing that they
 * could name.
 */
export function stateOf({ begin: { system }, members }: Deployment): SystemState | null {
  const state = system.components.map(
    (_, index) => versionIn(system, index, members[index]?.version ?? null) ?? -1,
  );
  return state.includes(-1) ? null : state;
}

/** Null where the tables do not know the version of this Component. */
export function versionIn(
  system: System,
  component: number,
  version: Version | null,
): number | null {
  const type = system.types[system.components[component]?.type ?? -1];
  const found = version === null ? -1 : (type?.versions.indexOf(version) ?? -1);
  return found < 0 ? null : found;
}
