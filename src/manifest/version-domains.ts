import { type ComponentId, type ComponentType, unknownVersion, type Version } from "../core/ids.ts";
import type { AvailableArtifact } from "./available-artifacts.ts";
import { knownVersions, type KnownVersions, namesIn } from "./cell-versions.ts";
import type { MatchComponent, MatchInput } from "./match-input.ts";
import { saidVersions } from "./manifest-versions.ts";
import { add, byName, inOrder, namedVersions, namingTables } from "./named-versions.ts";
import { type ArtifactIdentity, currentVersion, versionNamed } from "./version.ts";

/** The Components of the System and the known versions of their types: what the tables are matched with. */
export interface VersionDomains {
  /** The types of which the System has Components, by name: the order of the file says nothing. */
  readonly types: readonly {
    readonly name: ComponentType;
    readonly versions: readonly Version[];
  }[];
  /** In the order of the Topology. */
  readonly components: readonly { readonly id: ComponentId; readonly type: number }[];
  /** Every type that a head may name. */
  readonly knownTypes: readonly ComponentType[];
  /** The types of Components that are left out. */
  readonly absent: readonly ComponentType[];
  /** Of every known type. */
  readonly versions: ReadonlyMap<ComponentType, KnownVersions>;
}

export function versionDomains(input: MatchInput): VersionDomains {
  const { manifest, components, absent } = input;
  const knownTypes = manifest.componentTypes.map(({ type }) => type);
  const versions = versionsByType(input, knownTypes);
  const names = [...new Set(components.map(({ type }) => type))].toSorted(byName);
  return {
    types: names.map((name) => ({ name, versions: versions.get(name)?.names ?? [unknownVersion] })),
    components: components.map(({ id, type }) => ({ id, type: names.indexOf(type) })),
    knownTypes,
    absent,
    versions,
  };
}

/** The Artifacts of a type, the wanted one first: the order in which versions are told from them. */
export function artifactsOf(
  artifacts: readonly AvailableArtifact[],
  type: ComponentType,
): readonly AvailableArtifact[] {
  const own = artifacts.filter((artifact) => artifact.type === type);
  return [
    ...own.filter(({ role }) => role === "target"),
    ...own.filter(({ role }) => role !== "target"),
  ];
}

/** What the Component runs now. */
export function versionNow({ artifacts }: MatchInput, component: MatchComponent): Version {
  const available = artifactsOf(artifacts, component.type).flatMap(
    ({ artifact }): readonly ArtifactIdentity[] => (artifact === null ? [] : [artifact]),
  );
  return currentVersion(component.current, component.interface, available);
}

/** Whatever a table names, an Artifact gives or a Component has; `?` last. */
function versionsByType(
  input: MatchInput,
  knownTypes: readonly ComponentType[],
): ReadonlyMap<ComponentType, KnownVersions> {
  const { manifest, deviceConstraints, components, artifacts } = input;
  const tables = [manifest.constraints, deviceConstraints].flatMap((constraints) =>
    namingTables(constraints, knownTypes),
  );
  const named = namedVersions(tables, knownTypes);
  for (const { type, name, depends } of artifacts) {
    add(named, type, versionNamed(name));
    for (const version of depends === null ? [] : namesIn(depends)) add(named, type, version);
  }
  for (const wanted of manifest.componentTypes)
    for (const version of saidVersions(wanted)) add(named, wanted.type, version);
  const reported = new Map<ComponentType, Set<Version>>();
  for (const component of components) {
    const version = versionNow(input, component);
    if (named.get(component.type)?.has(version) !== true) add(reported, component.type, version);
  }
  const types = new Set([...named.keys(), ...reported.keys()]);
  return new Map(
    [...types].map((type) => {
      const told = reported.get(type) ?? new Set();
      const wanted = manifest.componentTypes.find((one) => one.type === type);
      const names = inOrder([...(named.get(type) ?? []), ...told]);
      return [type, knownVersions(names, told, wanted?.numbers)];
    }),
  );
}
