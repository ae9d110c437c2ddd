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
  const steps = stages.flatMap(({ groups }) => groups.flat());
  const artifacts = new Map(
    steps.flatMap(({ componentType, to }) => {
      const artifact = planned.artifactOf(componentType, to);
      return artifact === null ? [] : [[`${componentType}/${to}`, artifact] as const];
    }),
  );
  const all = [...artifacts.values()];
  return (["bundle", "file", "cache", "mender-server"] as const).flatMap((source) => {
    const of = all.filter((artifact) => artifact.source === source);
    return of.length === 0 ? [] : [`${sourceTexts[source]}: ${namesText(of)}.`];
  });
}

function namesText(artifacts: readonly ToldArtifact[]): string {
  const told = artifacts.slice(0, maxTold).map(({ name, bytes }) => {
    return `${printable(name)} (${bytesText(bytes ?? 0)})`;
  });
  const rest = artifacts.length - told.length;
  const names = listed(rest === 0 ? told : [...told, `${rest} more`]);
  const sum = artifacts.reduce((total, { bytes }) => total + (bytes ?? 0), 0);
  return artifacts.length === 1 ? names : `${names}, ${bytesText(sum)} in all`;
}
