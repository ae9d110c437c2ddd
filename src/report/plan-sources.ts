import type { ComponentId } from "../core/ids.ts";
import type { Plan } from "../planner/model/plan.ts";
import { bytesText } from "./measures.ts";
import type { ArtifactSource, PlannedSystem, ToldArtifact } from "./planned.ts";
import { printable } from "./printable.ts";
import { listed } from "./words.ts";

/** No more of a source are told one by one. */
const maxTold = 12;

export const sourceTexts: Readonly<Record<ArtifactSource, string>> = {
  bundle: "From the bundle",
  file: "From files",
  cache: "From the cache",
  "mender-server": "From the Mender Server",
};

/** Where the Artifacts of the plan come from, one line a source; nothing of those that are known by name only. */
export function sourceLines(planned: PlannedSystem, { stages }: Plan): readonly string[] {
  const takers = new Map<ToldArtifact, ComponentId[]>();
  for (const step of stages.flatMap(({ groups }) => groups.flat())) {
    const artifact = planned.artifactOf(step);
    if (artifact === null) continue;
    takers.set(artifact, [...(takers.get(artifact) ?? []), step.component]);
  }
  const names = [...takers.keys()].map(({ name }) => name);
  const all = [...takers].map(([artifact, components]) => ({
    ...artifact,
    // One release may have several Artifacts.
    components: names.filter((name) => name === artifact.name).length > 1 ? components : [],
  }));
  return (["bundle", "file", "cache", "mender-server"] as const).flatMap((source) => {
    const of = all.filter((artifact) => artifact.source === source);
    return of.length === 0 ? [] : [`${sourceTexts[source]}: ${namesText(of)}.`];
  });
}

type Taken = ToldArtifact & { readonly components: readonly ComponentId[] };

function namesText(artifacts: readonly Taken[]): string {
  const told = artifacts.slice(0, maxTold).map(({ name, bytes, components }) => {
    const whom = components.length === 0 ? "" : ` for ${takersText(components)}`;
    return `${printable(name)}${whom} (${bytesText(bytes ?? 0)})`;
  });
  const rest = artifacts.length - told.length;
  const names = listed(rest === 0 ? told : [...told, `${rest} more`]);
  const sum = artifacts.reduce((total, { bytes }) => total + (bytes ?? 0), 0);
  return artifacts.length === 1 ? names : `${names}, ${bytesText(sum)} in all`;
}

function takersText(components: readonly ComponentId[]): string {
  const told = components.slice(0, maxTold).map((id) => printable(id));
  const rest = components.length - told.length;
  return listed(rest === 0 ? told : [...told, `${rest} more`]);
}
