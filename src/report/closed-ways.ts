import type { ComponentType } from "../core/ids.ts";
import { knownVersions } from "../manifest/cell-versions.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { closingRows } from "../manifest/match-edges.ts";
import type { Rule, System, SystemComponent } from "../manifest/system.ts";

/** The rows of the type's edges that keep its Components from what is wanted; empty: no edges do, or they get there. */
export function closedWays(
  { componentTypes }: Manifest,
  { types, components }: System,
  type: ComponentType,
): readonly Rule[] {
  const wanted = componentTypes.find((one) => one.type === type);
  const index = types.findIndex(({ name }) => name === type);
  const own = types[index];
  const edges = wanted?.edges ?? null;
  if (wanted === undefined || own === undefined || edges === null) return [];
  const versions = knownVersions(own.versions, new Set(), wanted.numbers);
  const found = components
    .filter((component) => component.type === index)
    .flatMap((component): readonly Rule[] => {
      const reached = reachedFrom(component.start, (version) => component.hops[version] ?? []);
      if (reached.has(own.target)) return [];
      const leading = reachedFrom(own.target, (version) => sourcesOf(component, version));
      const facts = new Map(
        (component.facts ?? []).flatMap(({ key, value }) => (value === null ? [] : [[key, value]])),
      );
      return closingRows(edges, versions, facts, reached, leading);
    });
  return [...new Set(found)];
}

function reachedFrom(
  start: number,
  onwards: (version: number) => readonly number[],
): ReadonlySet<number> {
  const reached = new Set([start]);
  for (const version of reached) for (const next of onwards(version)) reached.add(next);
  return reached;
}

function sourcesOf({ hops }: SystemComponent, to: number): readonly number[] {
  return [...hops.keys()].filter((from) => hops[from]?.includes(to));
}
