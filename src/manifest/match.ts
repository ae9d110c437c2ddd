import type { ComponentType } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { knownVersions, type KnownVersions, versionsOf } from "./cell-versions.ts";
import { installEdges, type InstallEdgesInput, type Install } from "./install-edges.ts";
import { matchConstraints } from "./match-constraints.ts";
import type { MatchComponent, MatchInput } from "./match-input.ts";
import { namesOfMatch } from "./match-names.ts";
import { matchNotes } from "./match-notes.ts";
import { fitProblems, tooManyWays, unreachable } from "./match-problems.ts";
import { tablesOf } from "./named-versions.ts";
import { artifactsOf, type VersionDomains, versionDomains, versionNow } from "./version-domains.ts";
import type { System, SystemComponent, SystemType } from "./system.ts";
import { sizeProblems } from "./table-checks.ts";
import { versionNamed } from "./version.ts";
import { inOrder } from "./yaml-problems.ts";

/** The Manifest as the planner wants it: everything that is wrong, or the System and what should be known about it. */
export function matchSystem(
  input: MatchInput,
): Result<{ readonly system: System; readonly notes: readonly Problem[] }> {
  const misfits = fitProblems(input);
  if (misfits.length > 0) return fail(...misfits);
  const domains = versionDomains(input);
  const sizes = tablesOf(input.manifest.constraints)
    .concat(tablesOf(input.deviceConstraints))
    .flatMap((table) => sizeProblems(table, domains.knownTypes, domains.versions));
  if (sizes.length > 0) return fail(...sizes);
  const tables = matchConstraints(input, domains);
  const matched = input.components.map((component) => matchOne(input, domains, component));
  const names = namesOfMatch(input);
  const problems = [
    ...names.problems,
    ...tables.problems,
    ...matched.flatMap((one) => one.problems),
  ];
  if (problems.length > 0) return fail(...inOrder(problems));
  const system: System = {
    types: domains.types.map((type) => systemType(input, type)),
    components: matched.map(({ component }) => component),
    endTables: tables.endTables,
    transitionTables: tables.transitionTables,
    endStatesOnly: tables.endStatesOnly,
  };
  return ok({
    system,
    notes: [...names.notes, ...tables.notes, ...matchNotes(input, domains, system)],
  });
}

function systemType(
  { manifest, artifacts }: MatchInput,
  { name, versions }: VersionDomains["types"][number],
): SystemType {
  const wanted = manifest.componentTypes.find(({ type }) => type === name);
  const [target] = artifactsOf(artifacts, name);
  if (wanted === undefined || target === undefined) throw new Error(`no target for ${name}`);
  return {
    name,
    versions,
    target: versions.indexOf(versionNamed(target.name)),
    maxParallel: wanted.maxParallel,
    order: wanted.order,
  };
}

function matchOne(
  input: MatchInput,
  { types, versions }: VersionDomains,
  component: MatchComponent,
): { readonly component: SystemComponent; readonly problems: readonly Problem[] } {
  const type = types.findIndex(({ name }) => name === component.type);
  const known = versions.get(component.type) ?? knownVersions([]);
  const start = known.names.indexOf(versionNow(input, component));
  const { installs, problems } = installsOf(input, component.type, known);
  const { current } = component;
  const edgesInput: InstallEdgesInput = {
    type: component.type,
    interfaceName: component.interface,
    versions: known.names,
    installs,
    start,
    provides: current.kind === "provides" ? current.provides : null,
  };
  const found = installEdges(edgesInput);
  const wanted = input.manifest.componentTypes.find(({ type: name }) => name === component.type);
  const isDenied = component.supportsRollback === false || wanted?.supportsRollback === false;
  return {
    component: {
      id: component.id,
      type,
      start,
      supportsRollback: !isDenied,
      rebootsHost: component.rebootsHost,
      hops: found?.hops ?? [],
      ...(found?.ways !== undefined && { ways: found.ways }),
    },
    problems: [
      ...problems,
      ...(found === null ? [tooManyWays(component)] : []),
      ...(found !== null && input.start === "real"
        ? unreachable(input, edgesInput, component, found)
        : []),
    ],
  };
}

function installsOf(
  { artifacts }: MatchInput,
  type: ComponentType,
  versions: KnownVersions,
): { readonly installs: readonly Install[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const installs = artifactsOf(artifacts, type).map(({ name, artifact, depends }) => {
    const from = depends === null ? null : versionsOf(depends, versions);
    problems.push(...(from?.problems ?? []));
    return {
      version: versions.names.indexOf(versionNamed(name)),
      artifact,
      from: from?.set ?? null,
    };
  });
  return { installs, problems };
}
