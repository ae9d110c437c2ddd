import { ComponentId, type ComponentType, unknownVersion, type Version } from "../core/ids.ts";
import type { Result } from "../core/result.ts";
import { knownByName, wantedArtifacts } from "./at-hand.ts";
import { resolveHead } from "./columns.ts";
import type { Manifest } from "./manifest.ts";
import { matchSystem } from "./match.ts";
import type { MatchComponent } from "./match-input.ts";
import { tablesOf } from "./named-versions.ts";
import type { System } from "./system.ts";
import type { Constraints } from "./table.ts";
import { versionNamed } from "./version.ts";

/**
 * The smallest System that the tables of a Manifest can speak of, without any device: the Components
 * that columns name, and else one of each type, or as many as a table has columns for, in the first
 * end state.
 */
export function lintSystem(manifest: Manifest): Result<System> {
  const types = manifest.componentTypes.map(({ type }) => type);
  const matched = matchSystem({
    manifest,
    deviceConstraints: null,
    systemType: null,
    components: types.flatMap((type) => componentsOf(manifest, types, type)),
    absent: [],
    artifacts: wantedArtifacts(manifest).map(knownByName),
  });
  return matched.ok ? { ok: true, value: matched.value.system } : matched;
}

function componentsOf(
  { constraints }: Manifest,
  types: readonly ComponentType[],
  type: ComponentType,
): readonly MatchComponent[] {
  const ids = new Set<string>();
  let unnamed = 0;
  for (const { columns } of tablesOf(constraints)) {
    const own = columns
      .map(({ head }) => resolveHead(head, types))
      .filter((column) => column?.type === type);
    for (const column of own) if (column !== null && column.id !== null) ids.add(column.id);
    unnamed = Math.max(unnamed, own.filter((column) => column?.id === null).length);
  }
  for (let number = 1; ids.size < Math.max(unnamed, 1); number += 1) ids.add(`${type}-${number}`);
  const version = firstVersion(constraints, types, type);
  return [...ids].map((id) => ({
    id: ComponentId.parse(id),
    type,
    interface: type,
    current: { kind: "version", version },
    supportsRollback: true,
    rebootsHost: false,
  }));
}

/** What the first end state says of the type; unknown where it names no version. */
function firstVersion(
  constraints: Constraints | null,
  types: readonly ComponentType[],
  type: ComponentType,
): Version {
  const table = constraints?.endStates;
  const row = table?.rows.find(({ verdict }) => verdict === "yes");
  const column = table?.columns.findIndex(({ head }) => resolveHead(head, types)?.type === type);
  const [cell] = row?.cells[column ?? -1]?.alternatives ?? [];
  return cell === undefined || /^[<>=^~!*?]|^any$/.test(cell) ? unknownVersion : versionNamed(cell);
}
