import type { ComponentType } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { knownVersions, type KnownVersions, versionsOf } from "./cell-versions.ts";
import { type ComponentChoice, componentChoice } from "./component-choice.ts";
import {
  installEdges,
  type InstallEdges,
  type InstallEdgesInput,
  type Install,
} from "./install-edges.ts";
import { type AskedKeys, askedKeys, factProblems, factsOf } from "./facts.ts";
import { type OpenInstalls, openInstalls } from "./closed-installs.ts";
import { edgeProblems, inBoth, type MatchedEdges, matchEdges } from "./match-edges.ts";
import { matchConstraints } from "./match-constraints.ts";
import type { MatchComponent, MatchInput } from "./match-input.ts";
import { namesOfMatch } from "./match-names.ts";
import { matchNotes } from "./match-notes.ts";
import { fitProblems, isReached, tooManyWays, unreachable } from "./match-problems.ts";
import { tablesOf } from "./named-versions.ts";
import { artifactsOf, type VersionDomains, versionDomains, versionNow } from "./version-domains.ts";
import { preferenceAmong } from "./preference.ts";
import type { System, SystemComponent, SystemType } from "./system.ts";
import type { Cell } from "./table.ts";
import { sizeProblems } from "./table-checks.ts";
import { versionNamed } from "./version.ts";
import { inOrder } from "./yaml-problems.ts";

/** A Manifest brought together with a System. */
export interface MatchedSystem {
  readonly system: System;
  /** For each Component, in the order of the System. */
  readonly choices: readonly ComponentChoice[];
  readonly notes: readonly Problem[];
  /**
   * For each Component its installs if nothing closed any, to tell what does; null: that cannot be told. Worked out
   * when it is asked for.
   */
  readonly openInstalls: () => readonly (OpenInstalls | null)[];
}

/** The Manifest as the planner wants it: everything that is wrong, or the System and what should be known about it. */
export function matchSystem(input: MatchInput): Result<MatchedSystem> {
  const misfits = fitProblems(input);
  if (misfits.length > 0) return fail(...misfits);
  const domains = versionDomains(input);
  const sizes = tablesOf(input.manifest.constraints)
    .concat(tablesOf(input.deviceConstraints))
    .flatMap((table) => sizeProblems(table, domains.knownTypes, domains.versions));
  const wrong = [...sizes, ...edgeProblemsOf(input, domains), ...factProblems(input)];
  if (wrong.length > 0) return fail(...inOrder(wrong));
  const tables = matchConstraints(input, domains);
  const relations = relationsOf(input, domains);
  const keys = askedKeys(input.manifest, input.deviceConstraints);
  const matched = input.components.map((component) =>
    matchOne(input, domains, relations, keys, component),
  );
  const names = namesOfMatch(input);
  const problems = [
    ...names.problems,
    ...tables.problems,
    ...matched.flatMap((one) => one.problems),
  ];
  if (problems.length > 0) return fail(...inOrder(problems));
  const system: System = {
    types: domains.types.map((type) => systemType(input, domains, type)),
    components: matched.map(({ component }) => component),
    endTables: tables.endTables,
    transitionTables: tables.transitionTables,
    endStatesOnly: tables.endStatesOnly,
    ...(tables.limits.length > 0 && { limits: tables.limits }),
  };
  return ok({
    system,
    choices: matched.map(({ choice }) => choice),
    notes: [...names.notes, ...tables.notes, ...matchNotes(input, domains, system)],
    openInstalls: () =>
      input.components.map((component) => openInstallsOf(input, domains, relations, component)),
  });
}

function openInstallsOf(
  input: MatchInput,
  domains: VersionDomains,
  relations: Relations,
  component: MatchComponent,
): OpenInstalls | null {
  const wanted = input.manifest.componentTypes.find(({ type }) => type === component.type);
  if (wanted === undefined) return null;
  return openInstalls({
    edgesInput: edgesOf(input, domains, relations, component).edgesInput,
    versions: domains.versions.get(component.type) ?? knownVersions([]),
    type: domains.types.findIndex(({ name }) => name === component.type),
    wanted,
    facts: factsOf(component),
    edges: relations.get(component.type) ?? null,
  });
}

/** The types of which some Component cannot come to the wanted version, whatever the tables say. */
export function stuckTypes(input: MatchInput): ReadonlySet<ComponentType> {
  if (fitProblems(input).length > 0) return new Set();
  const domains = versionDomains(input);
  if (edgeProblemsOf(input, domains).length > 0) return new Set();
  const relations = relationsOf(input, domains);
  return new Set(
    input.components.flatMap((component) => {
      const { edgesInput, found } = edgesOf(input, domains, relations, component);
      return found === null || isReached(found, edgesInput) ? [] : [component.type];
    }),
  );
}

/** What the Manifest says of over which version another one may be installed, for the types of which it does. */
type Relations = ReadonlyMap<ComponentType, MatchedEdges>;

function relationsOf({ manifest }: MatchInput, { versions }: VersionDomains): Relations {
  return new Map(
    manifest.componentTypes.flatMap(({ type, edges }) =>
      edges === null ? [] : [[type, matchEdges(edges, versions.get(type) ?? knownVersions([]))]],
    ),
  );
}

function edgeProblemsOf(
  { manifest }: MatchInput,
  { versions }: VersionDomains,
): readonly Problem[] {
  return manifest.componentTypes.flatMap(({ type, edges }) =>
    edges === null ? [] : edgeProblems(edges, type, versions.get(type) ?? knownVersions([]), null),
  );
}

function systemType(
  { manifest, artifacts }: MatchInput,
  domains: VersionDomains,
  { name, versions }: VersionDomains["types"][number],
): SystemType {
  const wanted = manifest.componentTypes.find(({ type }) => type === name);
  const own = artifactsOf(artifacts, name).map((artifact) => versionNamed(artifact.name));
  const [target] = own;
  const known = domains.versions.get(name);
  if (wanted === undefined || target === undefined || known === undefined)
    throw new Error(`no target for ${name}`);
  const preference = preferenceAmong(wanted.prefer, known, [...wanted.versions, ...own]);
  return {
    name,
    versions,
    target: versions.indexOf(target),
    maxParallel: wanted.maxParallel,
    order: wanted.order,
    ...(preference !== null && { preference }),
  };
}

interface Matched {
  readonly component: SystemComponent;
  readonly choice: ComponentChoice;
  readonly problems: readonly Problem[];
}

function matchOne(
  input: MatchInput,
  domains: VersionDomains,
  relations: Relations,
  keys: AskedKeys,
  component: MatchComponent,
): Matched {
  const { edgesInput, found, problems } = edgesOf(input, domains, relations, component);
  const wanted = input.manifest.componentTypes.find(({ type: name }) => name === component.type);
  const isDenied = component.supportsRollback === false || wanted?.supportsRollback === false;
  return {
    component: {
      id: component.id,
      type: domains.types.findIndex(({ name }) => name === component.type),
      start: edgesInput.start,
      supportsRollback: !isDenied,
      rebootsHost: component.rebootsHost,
      hops: found?.hops ?? [],
      ...(found?.ways !== undefined && { ways: found.ways }),
      ...factsPlannedWith(component, keys.get(component.type) ?? []),
    },
    choice: componentChoice(component.id, edgesInput, found),
    problems: [
      ...problems,
      ...(found === null ? [tooManyWays(component)] : []),
      ...(found !== null && input.start === "real"
        ? unreachable(input, edgesInput, component, found)
        : []),
    ],
  };
}

function factsPlannedWith(
  component: MatchComponent,
  keys: readonly string[],
): Pick<SystemComponent, "facts"> {
  if (keys.length === 0) return {};
  const facts = factsOf(component);
  return { facts: keys.map((key) => ({ key, value: facts.get(key) ?? null })) };
}

function edgesOf(
  input: MatchInput,
  { versions }: VersionDomains,
  relations: Relations,
  component: MatchComponent,
): {
  readonly edgesInput: InstallEdgesInput;
  /** Null: there are too many ways. */
  readonly found: InstallEdges | null;
  readonly problems: readonly Problem[];
} {
  const known = versions.get(component.type) ?? knownVersions([]);
  const { installs, problems } = installsOf(input, component, known, relations);
  const { current } = component;
  const edgesInput: InstallEdgesInput = {
    type: component.type,
    interfaceName: component.interface,
    versions: known.names,
    installs,
    start: known.names.indexOf(versionNow(input, component)),
    provides: current.kind === "provides" ? current.provides : null,
  };
  return { edgesInput, found: installEdges(edgesInput), problems };
}

function installsOf(
  { artifacts }: MatchInput,
  component: MatchComponent,
  versions: KnownVersions,
  relations: Relations,
): { readonly installs: readonly Install[]; readonly problems: readonly Problem[] } {
  // Those of one release share what the Manifest says of it.
  const read = new Map<Cell, ReturnType<typeof versionsOf>>();
  const { type } = component;
  const edges = relations.get(type);
  const facts = factsOf(component);
  const installs = artifactsOf(artifacts, type).map((available) => {
    const { name, depends } = available;
    const from = depends === null ? null : (read.get(depends) ?? versionsOf(depends, versions));
    if (depends !== null && from !== null) read.set(depends, from);
    const version = versions.names.indexOf(versionNamed(name));
    const allowed = edges?.relation(facts, version) ?? null;
    return { version, available, from: inBoth(from?.set ?? null, allowed) };
  });
  return { installs, problems: [...read.values()].flatMap(({ problems }) => problems) };
}
