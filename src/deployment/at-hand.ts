import type { ComponentId, ComponentType, Version } from "../core/ids.ts";
import type { System, SystemComponent } from "../manifest/system.ts";

/** An Artifact whose bytes are not on the device, as a System knows it. */
export interface AwayArtifact {
  readonly componentType: ComponentType;
  readonly version: Version;
  /** Of several of one release only these Components may get it; left out: all of its type. */
  readonly components?: readonly ComponentId[];
}

/**
 * The System on which none of these can be installed. Who may get one of several, and not all of those are here, counts
 * as without: which one it will be depends on the way.
 */
export function withoutArtifacts(system: System, away: readonly AwayArtifact[]): System {
  if (away.length === 0) return system;
  const lostOf = (id: ComponentId, type: number): ReadonlySet<number> => {
    const { name, versions = [] } = system.types[type] ?? {};
    const lost = away.filter(
      ({ componentType, components }) =>
        componentType === name && (components === undefined || components.includes(id)),
    );
    return new Set(lost.map(({ version }) => versions.indexOf(version)));
  };
  return {
    ...system,
    components: system.components.map((component) =>
      without(component, lostOf(component.id, component.type)),
    ),
  };
}

function without(component: SystemComponent, lost: ReadonlySet<number>) {
  if (lost.size === 0) return component;
  const { hops, ways } = component;
  return {
    ...component,
    hops: hops.map((next) => next.filter((version) => !lost.has(version))),
    ...(ways !== undefined && {
      ways: {
        ...ways,
        places: ways.places.map((place) => ({
          ...place,
          hops: place.hops.filter((next) => !lost.has(ways.places[next]?.version ?? -1)),
        })),
      },
    }),
  };
}
