import { type ComponentId, unknownVersion } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { installEdges, type InstallEdgesInput, unmetNow } from "./install-edges.ts";
import type { MatchComponent, MatchInput } from "./match-input.ts";
import { columnProblems } from "./column-checks.ts";
import { limitProblems } from "./match-limits.ts";
import { ruleHeadProblems } from "./rule-checks.ts";
import { suggestion } from "../core/nearest.ts";
import type { SystemComponent } from "./system.ts";
import { versionNamed } from "./version.ts";

/** Whether the Manifest is one for this System at all; without that nothing else is worth a look. */
export function fitProblems(input: MatchInput): readonly Problem[] {
  const { manifest, deviceConstraints, components } = input;
  const types = manifest.componentTypes.map(({ type }) => type);
  const heads =
    deviceConstraints === null
      ? []
      : [
          ...columnProblems(deviceConstraints, types),
          ...ruleHeadProblems(deviceConstraints, types),
          ...limitProblems(deviceConstraints.limits, types),
        ];
  return [
    ...systemTypeProblems(input),
    ...typeProblems(input),
    ...idProblems(components),
    ...nameProblems(input),
    ...heads,
  ];
}

function systemTypeProblems({ manifest, systemType }: MatchInput): readonly Problem[] {
  const { systemTypes } = manifest;
  if (systemType === null || systemTypes === null || systemTypes.names.includes(systemType))
    return [];
  const listed = systemTypes.names.map((name) => `"${name}"`).join(", ");
  return [
    {
      code: "system-type-incompatible",
      message: `The Manifest is for System type ${listed}, but this System is "${systemType}".`,
      at: systemTypes.at,
      expected: listed,
      got: systemType,
      hint: "Use the Manifest for this kind of System, or correct the Topology.",
    },
  ];
}

function typeProblems({ manifest, components, absent }: MatchInput): readonly Problem[] {
  const known = manifest.componentTypes.map(({ type }) => type);
  const missing = new Set(
    [...components.map(({ type }) => type), ...absent].filter((type) => !known.includes(type)),
  );
  return [...missing].map((type) => {
    const at = components.find((component) => component.type === type)?.at ?? null;
    return {
      code: "component-type-missing",
      message: `The Manifest has no entry for the Component type "${type}", of which this System has Components.`,
      at: at ?? { file: manifest.file },
      expected: `"${type}" below component_types${at === null ? "" : ` of "${manifest.file}"`}`,
      hint: suggestion(type, known),
    };
  });
}

function idProblems(components: readonly MatchComponent[]): readonly Problem[] {
  const seen = new Set<ComponentId>();
  const twice = new Set<ComponentId>();
  for (const { id } of components) (seen.has(id) ? twice : seen).add(id);
  return [...twice].map((id) => ({
    code: "component-id-shared",
    message: `Two Components have the id "${id}".`,
    expected: "an id of its own for every Component",
    got: id,
    hint: "Correct what their Interfaces answer to Identity.",
  }));
}

/** `?` is the version of which nothing is known. */
function nameProblems({ artifacts }: MatchInput): readonly Problem[] {
  return artifacts
    .filter(({ name }) => versionNamed(name) === unknownVersion)
    .map(({ name, type }) => ({
      code: "artifact-name-unusable",
      message: `The Artifact for "${type}" is called "${name}", which stands for an unknown version.`,
      got: name,
      hint: "Write the Artifact anew, with another name.",
    }));
}

/**
 * No available Artifact leads this Component to the wanted version, whatever the Manifest says of them. What is planned
 * by name, or closed by the Manifest, is left to the planner.
 */
export function unreachable(
  { artifacts }: MatchInput,
  input: InstallEdgesInput,
  component: MatchComponent,
  found: Pick<SystemComponent, "hops" | "ways">,
): readonly Problem[] {
  const targets = artifacts.filter(
    ({ type, role }) => type === component.type && role === "target",
  );
  const known = targets.flatMap(({ artifact }) => artifact ?? []);
  const [target] = targets;
  if (target === undefined || known.length === 0 || isReached(found, input)) return [];
  const free = { ...input, installs: input.installs.map((one) => ({ ...one, from: null })) };
  const freed = installEdges(free);
  if (freed !== null && isReached(freed, free)) return [];
  const each = known.map((artifact) => unmetNow(input, artifact));
  const [unmet, ...more] = each.find((one) => one.length > 0) ?? [];
  if (unmet === undefined) return [];
  // Deltas of one release differ in what they want of the same key.
  const values = each.flatMap((one) => one.find(({ key }) => key === unmet.key)?.wanted ?? []);
  const wanted = [...new Set(values)];
  const got = unmet.found === null ? "nothing" : `"${unmet.found}"`;
  const reason = `it depends on "${unmet.key}" being ${wanted.map((value) => `"${value}"`).join(" or ")}, and finds ${got}`;
  const all = known.length > 1 ? ` by any of its ${known.length} Artifacts` : "";
  return [
    {
      code: "artifact-depends-unmet",
      message: `"${target.name}" cannot be installed on "${component.id}"${all}: ${reason}.`,
      expected: `${unmet.key}=${wanted.join(" or ")}`,
      got,
      hint:
        more.length > 0
          ? `It also depends on ${more.map(({ key }) => `"${key}"`).join(", ")}; add a stepping stone that provides them, or another Artifact.`
          : "Add a stepping stone that leads there, or an Artifact for this Component.",
    },
  ];
}

/** Whether some way leads the Component to the wanted version, the one that is told first. */
export function isReached(
  found: Pick<SystemComponent, "hops" | "ways">,
  { installs: [target], start }: InstallEdgesInput,
): boolean {
  return target === undefined || reachable(found, start).has(target.version);
}

export function tooManyWays({ id, type }: MatchComponent): Problem {
  return {
    code: "artifact-depends-complex",
    message: `The Artifacts for "${id}" depend on each other in too many ways to be followed.`,
    expected: "stepping stones that clear what they do not provide",
    hint: `Name fewer stepping stones for "${type}".`,
  };
}

function reachable(
  { hops, ways }: Pick<SystemComponent, "hops" | "ways">,
  start: number,
): ReadonlySet<number> {
  if (ways !== undefined) return new Set(ways.places.map(({ version }) => version));
  const seen = new Set([start]);
  for (const version of seen) for (const next of hops[version] ?? []) seen.add(next);
  return seen;
}
