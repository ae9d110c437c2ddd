import { unknownVersion } from "../../src/core/ids.ts";
import type { System } from "../../src/manifest/system.ts";
import type { World } from "../../src/simulate/world.ts";
import { everyState, oracle } from "./planner-brute-force.ts";

/**
 * What is wrong with naming these as at fault, told by trying every state; null: nothing. `lost`: nobody can say what
 * they run, so that they have to be named. The others must be as few as can be, and their change must be enough.
 */
export function needless(
  system: System,
  world: World,
  lost: readonly string[],
  named: readonly string[],
): string | null {
  const { endName } = oracle(system);
  const changes = everyState(system)
    .filter((state) => endName(state) !== null)
    .map((state) => state.map((version, c) => versionOf(system, c, version)))
    .filter((state) =>
      state.every((version, c) => {
        const start = versionOf(system, c, system.components[c]?.start ?? -1);
        return version === world[c] || version !== unknownVersion || version === start;
      }),
    )
    .map((state) =>
      system.components.flatMap(({ id }, c) =>
        lost.includes(id) || state[c] !== world[c] ? [id] : [],
      ),
    );
  if (changes.length === 0) return null;
  const least = Math.min(...changes.map(({ length }) => length));
  if (named.length > least) return `${String(least)} would be enough`;
  return changes.some((change) => change.every((id) => named.includes(id)))
    ? null
    : "their change is not enough";
}

function versionOf({ types, components }: System, component: number, version: number) {
  return types[components[component]?.type ?? -1]?.versions[version] ?? null;
}
