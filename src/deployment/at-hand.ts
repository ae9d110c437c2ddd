import type { ComponentType, Version } from "../core/ids.ts";
import type { System, SystemComponent } from "../manifest/system.ts";

/** An Artifact as a System knows it. */
export interface TypeVersion {
  readonly componentType: ComponentType;
  readonly version: Version;
}

/** The System on which none of these can be installed: their bytes are not on the device. */
export function withoutArtifacts(system: System, away: readonly TypeVersion[]): System {
  if (away.length === 0) return system;
  const lost = system.types.map(
    ({ name, versions }) =>
      new Set(
        away
          .filter(({ componentType }) => componentType === name)
          .map(({ version }) => versions.indexOf(version)),
      ),
  );
  return {
    ...system,
    components: system.components.map((component) => without(component, lost[component.type])),
  };
}

function without(component: SystemComponent, lost: ReadonlySet<number> = new Set()) {
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
