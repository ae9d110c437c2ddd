import {
  applyArtifact,
  type Provides,
  type UnmetDepend,
  unmetDepends,
} from "../artifact/matching.ts";
import type { Artifact } from "../artifact/types.ts";
import { type ComponentType, unknownVersion, type Version } from "../core/ids.ts";
import type { SystemComponent } from "./system.ts";
import { type Place, waysAmong } from "./ways.ts";

/** An Artifact of the type, its version and the versions from which the Manifest lets it be installed. */
export interface Install {
  /** Index into the versions. */
  readonly version: number;
  /** Null: known by its name only. */
  readonly artifact: Artifact | null;
  /** Indices; null: any. */
  readonly from: readonly number[] | null;
}

export interface InstallEdgesInput {
  readonly type: ComponentType;
  readonly interfaceName: string;
  readonly versions: readonly Version[];
  readonly installs: readonly Install[];
  /** Index of the version it has now. */
  readonly start: number;
  /** Null: only the version is known. */
  readonly provides: Provides | null;
}

/** More contents of one Component than this are not followed. */
const maxVariants = 2_000;

/**
 * For each version, the versions that can be installed from it, ascending. What a Component provides after
 * some installs depends on the way it came: an install edge counts only if it is possible whatever that way was. `ways`
 * has those, too, that are possible after some ways and not after others. Null: there are too many ways.
 */
export function installEdges(
  input: InstallEdgesInput,
): Pick<SystemComponent, "hops" | "ways"> | null {
  const variants = variantsOf(input);
  if (variants === null) return null;
  const hops = input.versions.map((version, from) => {
    const contents = variants.get(from) ?? [standIn(input, version)];
    const possible = input.installs
      .filter((install) => contents.every((content) => isPossible(input, install, from, content)))
      .map((install) => install.version);
    return [...new Set(possible)].filter((to) => to !== from).sort((a, b) => a - b);
  });
  if ([...variants.values()].every(({ length }) => length === 1)) return { hops };
  const places = placesOf(input);
  if (places === null) return null;
  const ways = waysAmong(places);
  return ways === null ? { hops } : { hops, ways };
}

/** What keeps the Artifact from being installed on the Component as it is now. */
export function unmetNow(input: InstallEdgesInput, artifact: Artifact): readonly UnmetDepend[] {
  return unmetDepends(contentNow(input), input.type, artifact);
}

/** Every content that the Component can have at each version, as far as any Artifact asks for it. */
function variantsOf(input: InstallEdgesInput): ReadonlyMap<number, readonly Provides[]> | null {
  const keys = askedKeys(input.installs);
  const seen = new Set<string>();
  const variants = new Map<number, Provides[]>();
  const open: { readonly version: number; readonly content: Provides }[] = [];
  const meet = (version: number, content: Provides) => {
    const asked = new Map([...content].filter(([key]) => keys.has(key)));
    const name = JSON.stringify([version, ...[...asked].toSorted(([a], [b]) => (a < b ? -1 : 1))]);
    if (seen.has(name)) return;
    seen.add(name);
    variants.set(version, [...(variants.get(version) ?? []), asked]);
    open.push({ version, content: asked });
  };
  meet(input.start, contentNow(input));
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (seen.size > maxVariants) return null;
    for (const install of input.installs) {
      if (install.version === state.version) continue;
      if (!isPossible(input, install, state.version, state.content)) continue;
      meet(install.version, contentAfter(input, install, state.content));
    }
  }
  return variants;
}

/**
 * All that the Component can be: a version, and what it may provide there, as far as any Artifact asks for it. Where
 * two Artifacts bring one version, it may be what either of them leaves. The first place is that where it is now.
 */
function placesOf(input: InstallEdgesInput): readonly Place[] | null {
  const keys = askedKeys(input.installs);
  const asked = (content: Provides) =>
    [...content].filter(([key]) => keys.has(key)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const places: (Place & { readonly contents: readonly Provides[]; readonly hops: number[] })[] =
    [];
  const known = new Map<string, number>();
  const meet = (version: number, contents: readonly Provides[]): number => {
    const told = new Map(
      contents.map((content) => {
        const own = asked(content);
        return [JSON.stringify(own), new Map(own)];
      }),
    );
    const key = JSON.stringify([version, ...[...told.keys()].toSorted()]);
    const before = known.get(key);
    if (before !== undefined) return before;
    known.set(key, places.length);
    return places.push({ version, key, contents: [...told.values()], hops: [] }) - 1;
  };
  meet(input.start, [contentNow(input)]);
  for (const { version, contents, hops } of places) {
    if (places.length > maxVariants) return null;
    const after = new Map<number, Provides[]>();
    for (const install of input.installs) {
      if (install.version === version) continue;
      if (!contents.every((content) => isPossible(input, install, version, content))) continue;
      const left = contents.map((content) => contentAfter(input, install, content));
      after.set(install.version, [...(after.get(install.version) ?? []), ...left]);
    }
    for (const [to, left] of after) hops.push(meet(to, left));
  }
  return places;
}

function isPossible(
  { type }: InstallEdgesInput,
  install: Install,
  from: number,
  content: Provides,
): boolean {
  if (install.from !== null && !install.from.includes(from)) return false;
  return install.artifact === null || unmetDepends(content, type, install.artifact).length === 0;
}

function contentNow(input: InstallEdgesInput): Provides {
  return input.provides ?? standIn(input, input.versions[input.start] ?? unknownVersion);
}

function contentAfter(input: InstallEdgesInput, install: Install, content: Provides): Provides {
  if (install.artifact !== null) return applyArtifact(content, install.artifact);
  return standIn(input, input.versions[install.version] ?? unknownVersion);
}

/** What a Component of this version provides, where nobody has asked it: what its Artifact says, or its name. */
function standIn(
  { interfaceName, installs, versions }: InstallEdgesInput,
  version: Version,
): Provides {
  if (version === unknownVersion) return new Map();
  const install = installs.find((candidate) => versions[candidate.version] === version);
  return new Map([
    ["artifact_name", version],
    [`rootfs-image.${interfaceName}.version`, version],
    ...(install?.artifact?.provides ?? []),
  ]);
}

function askedKeys(installs: readonly Install[]): ReadonlySet<string> {
  return new Set(installs.flatMap(({ artifact }) => [...(artifact?.depends.keys() ?? [])]));
}
