import { shownVersion } from "../core/ids.ts";
import type { SystemState } from "../manifest/system.ts";
import type { Deployment } from "./deployment.ts";

/**
 * The System as its tables know it; null where they do not know a version. What is left half-way is nothing that they could
 * name.
 */
export function stateOf({ begin: { system }, members }: Deployment): SystemState | null {
  const state = system.components.map(({ type }, index) => {
    const version = shownVersion(members[index]?.version ?? null);
    return system.types[type]?.versions.indexOf(version) ?? -1;
  });
  return state.includes(-1) ? null : state;
}
