import type { Artifact } from "../artifact/types.ts";
import type { ComponentId, ComponentType, Version } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { ArtifactAtHand } from "./at-hand.ts";
import { namesIn, versionsOf } from "./cell-versions.ts";
import { hopsOf, type HopsInput, type Install } from "./hops.ts";
import type { Manifest } from "./manifest.ts";
import { matchConstraints } from "./match-constraints.ts";
import { matchNotes } from "./match-notes.ts";
import { fitProblems, tooManyWays, unreachable } from "./match-problems.ts";
import { inVersionOrder, namedVersions, type Population } from "./match-tables.ts";
import type { System } from "./system.ts";
import type { Constraints, ConstraintTable } from "./table.ts";
import { type Current, currentVersion, versionNamed } from "./version.ts";

/** What a Manifest is matched with: the Components as they are now, and the Artifacts at hand. */
export interface MatchInput {
  readonly manifest: Manifest;
  /** The device's own rules. */
  readonly deviceConstraints: Constraints | null;
  /** Null: nobody says it, so it is not compared. */
  readonly systemType: string | null;
  /** In the order of the Topology. */
  readonly components: readonly MatchComponent[];
  /** The types of Components that are not required and do not answer, one for each. */
  readonly absent: readonly ComponentType[];
  /** For each type of the Manifest its target, and its stepping stones. */
  readonly artifacts: readonly ArtifactAtHand[];
}

export interface MatchComponent {
  readonly id: ComponentId;
  readonly type: ComponentType;
  /** The name of its Interface, which is part of its mandatory version key. */
  readonly interface: string;
  readonly current: Current;
  /** Null: not declared. */
  readonly supportsRollback: boolean | null;
  readonly rebootsHost: boolean;
}

type SystemType = System["types"][number];
type SystemComponent = System["components"][number];

/** The Manifest as the planner wants it: everything that is wrong, or the System and what should be known about it. */
export function matchSystem(
  input: MatchInput,
): Result<{ readonly system: System; readonly notes: readonly Problem[] }> {
  const misfits = fitProblems(input);
  if (misfits.length > 0) return fail(...misfits);
  const population = populationOf(input);
  const tables = matchConstraints(input, population);
  const matched = input.components.map((component) => matchOne(input, population, component));
  const problems = [...tables.problems, ...matched.flatMap((one) => one.problems)];
  if (problems.length > 0) return fail(...problems);
  const system = {
    types: population.types.map((type) => systemType(input, type)),
    components: matched.map(({ component }) => component),
    endTables: tables.endTables,
    transitionTables: tables.transitionTables,
  };
  return ok({ system, notes: [...tables.notes, ...matchNotes(input, system)] });
}

/** The real Artifacts of a type, the wanted one first: the order in which versions are told from them. */
export function artifactsOf(
  artifacts: readonly ArtifactAtHand[],
  type: ComponentType,
): readonly Artifact[] {
  return ofType(artifacts, type).flatMap(({ artifact }) => artifact ?? []);
}

function ofType(
  artifacts: readonly ArtifactAtHand[],
  type: ComponentType,
): readonly ArtifactAtHand[] {
  const own = artifacts.filter((artifact) => artifact.type === type);
  return [
    ...own.filter(({ role }) => role === "target"),
    ...own.filter(({ role }) => role !== "target"),
  ];
}

function populationOf(input: MatchInput): Population {
  const { manifest, deviceConstraints, components, artifacts } = input;
  const knownTypes = manifest.componentTypes.map(({ type }) => type);
  const tables = [manifest.constraints, deviceConstraints].flatMap((constraints) =>
    tablesOf(constraints),
  );
  const named = namedVersions(tables, knownTypes);
  const names = [...new Set(components.map(({ type }) => type))].toSorted((a, b) =>
    a < b ? -1 : 1,
  );
  const types = names.map((name) => {
    const atHand = ofType(artifacts, name);
    const current = components
      .filter(({ type }) => type === name)
      .map((component) => versionNow(input, component));
    const versions = [
      ...(named.get(name) ?? []),
      ...current,
      ...atHand.map((artifact) => versionNamed(artifact.name)),
      ...atHand.flatMap(({ depends }) => (depends === null ? [] : namesIn(depends))),
    ];
    return { name, versions: inVersionOrder(versions) };
  });
  return {
    types,
    knownTypes,
    components: components.map(({ id, type }) => ({ id, type: names.indexOf(type) })),
  };
}

function tablesOf(constraints: Constraints | null): readonly ConstraintTable[] {
  if (constraints === null) return [];
  const { endStates, transitionStates } = constraints;
  return endStates === null ? transitionStates : [endStates, ...transitionStates];
}

function versionNow({ artifacts }: MatchInput, component: MatchComponent): Version {
  const atHand = artifactsOf(artifacts, component.type);
  return currentVersion(component.current, component.interface, atHand);
}

function systemType(
  { manifest, artifacts }: MatchInput,
  { name, versions }: Population["types"][number],
): SystemType {
  const wanted = manifest.componentTypes.find(({ type }) => type === name);
  const [target] = ofType(artifacts, name);
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
  { types }: Population,
  component: MatchComponent,
): { readonly component: SystemComponent; readonly problems: readonly Problem[] } {
  const type = types.findIndex(({ name }) => name === component.type);
  const versions = types[type]?.versions ?? [];
  const start = versions.indexOf(versionNow(input, component));
  const { installs, problems } = installsOf(input, component.type, versions);
  const { current } = component;
  const hopsInput: HopsInput = {
    type: component.type,
    interfaceName: component.interface,
    versions,
    installs,
    start,
    provides: current.kind === "provides" ? current.provides : null,
  };
  const hops = hopsOf(hopsInput);
  const wanted = input.manifest.componentTypes.find(({ type: name }) => name === component.type);
  const isDenied = component.supportsRollback === false || wanted?.supportsRollback === false;
  return {
    component: {
      id: component.id,
      type,
      start,
      supportsRollback: !isDenied,
      rebootsHost: component.rebootsHost,
      hops: hops ?? [],
    },
    problems: [
      ...problems,
      ...(hops === null
        ? [tooManyWays(component)]
        : unreachable(input, hopsInput, component, hops)),
    ],
  };
}

function installsOf(
  { artifacts }: MatchInput,
  type: ComponentType,
  versions: readonly Version[],
): { readonly installs: readonly Install[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const installs = ofType(artifacts, type).map(({ name, artifact, depends }) => {
    const from = depends === null ? null : versionsOf(depends, versions);
    problems.push(...(from?.problems ?? []));
    return { version: versions.indexOf(versionNamed(name)), artifact, from: from?.set ?? null };
  });
  return { installs, problems };
}
