import {
  applyArtifact,
  type Provides,
  type UnmetDepend,
  unmetDepends,
} from "../artifact/matching.ts";
import type { Artifact } from "../artifact/types.ts";
import { type ComponentType, unknownVersion, type Version } from "../core/ids.ts";
import type { AvailableArtifact } from "./available-artifacts.ts";
import type { SystemComponent } from "./system.ts";
import { type Place, waysAmong } from "./ways.ts";

/**
 * An Artifact of the type, its version and the versions from which the Manifest lets it be installed: depends and
 * edges.
 */
export interface Install {
  /** Index into the versions. */
  readonly version: number;
  readonly available: AvailableArtifact;
  /** Indices; null: any. */
  readonly from: readonly number[] | null;
}

export interface InstallEdgesInput {
  readonly type: ComponentType;
  readonly interfaceName: string;
  readonly versions: readonly Version[];
  /** Several may bring one version: the first of them that may be installed is the one that is. */
  readonly installs: readonly Install[];
  /** Index of the version it has now. */
  readonly start: number;
  /** Null: only the version is known. */
  readonly provides: Provides | null;
}

/** More contents of one Component than this are not followed. */
const maxVariants = 2_000;

/** What can be installed on a Component, and by which Artifacts. */
export interface InstallEdges extends Pick<SystemComponent, "hops" | "ways"> {
  /** Those that are chosen after some way or other. */
  readonly chosen: ReadonlySet<AvailableArtifact>;
}

/**
 * For each version, the versions that can be installed from it, ascending. What a Component provides after
 * some installs depends on the way it came: an install edge counts only if it is possible whatever that way was. `ways`
 * has those, too, that are possible after some ways and not after others. Null: there are too many ways.
 */
export function installEdges(input: InstallEdgesInput): InstallEdges | null {
  const found = variantsOf(input);
  if (found === null) return null;
  const { variants, chosen } = found;
  const hops = input.versions.map((version, from) => {
    const contents = variants.get(from) ?? [standIn(input, version)];
    const possible = contents.map((content) => choicesAt(input, from, content));
    return [...(possible[0]?.keys() ?? [])]
      .filter((to) => possible.every((choices) => choices.has(to)))
      .toSorted((a, b) => a - b);
  });
  if ([...variants.values()].every(({ length }) => length === 1)) return { hops, chosen };
  const places = placesOf(input);
  if (places === null) return null;
  const ways = waysAmong(places);
  return ways === null ? { hops, chosen } : { hops, ways, chosen };
}

/** For each version on a way from where the Component is now, what brings it there; null from where nothing does. */
export function artifactsAlong(
  input: InstallEdgesInput,
  way: readonly Version[],
): readonly (AvailableArtifact | null)[] {
  let version = input.start;
  let content: Provides | null = contentNow(input);
  return way.map((name) => {
    const to = input.versions.indexOf(name);
    const install = content === null ? undefined : choicesAt(input, version, content).get(to);
    version = to;
    content =
      install === undefined || content === null ? null : contentAfter(input, install, content);
    return install?.available ?? null;
  });
}

/** What keeps the Artifact from being installed on the Component as it is now. */
export function unmetNow(input: InstallEdgesInput, artifact: Artifact): readonly UnmetDepend[] {
  return unmetDepends(contentNow(input), input.type, artifact);
}

/**
 * What a Component provides at each version, if every Artifact could be installed over everything; null: that depends
 * on the way it came. Only what some Artifact asks for.
 */
export function contentAnyWay(input: InstallEdgesInput): ((version: number) => Provides) | null {
  const keys = askedKeys(input.installs);
  const start = askedOf(contentNow(input), keys);
  const met = new Map([[input.start, start]]);
  const open = [{ version: input.start, content: start }];
  for (const { version, content } of open) {
    for (const install of input.installs) {
      if (install.version === version) continue;
      const next = askedOf(contentAfter(input, install, content), keys);
      const before = met.get(install.version);
      if (before === undefined) {
        met.set(install.version, next);
        open.push({ version: install.version, content: next });
      } else if (keyOf(0, before) !== keyOf(0, next)) return null;
    }
  }
  return (version) => met.get(version) ?? standIn(input, input.versions[version] ?? unknownVersion);
}

/** Of each other version that can be installed there, the Artifact that brings it. */
function choicesAt(
  input: InstallEdgesInput,
  from: number,
  content: Provides,
): ReadonlyMap<number, Install> {
  const choices = new Map<number, Install>();
  for (const install of input.installs) {
    const { version } = install;
    if (version === from || choices.has(version)) continue;
    if (isPossible(input, install, from, content)) choices.set(version, install);
  }
  return choices;
}

interface Variants {
  readonly variants: ReadonlyMap<number, readonly Provides[]>;
  readonly chosen: ReadonlySet<AvailableArtifact>;
}

/** Every content that the Component can have at each version, as far as any Artifact asks for it. */
function variantsOf(input: InstallEdgesInput): Variants | null {
  const keys = askedKeys(input.installs);
  const seen = new Set<string>();
  const variants = new Map<number, Provides[]>();
  const chosen = new Set<AvailableArtifact>();
  const open: { readonly version: number; readonly content: Provides }[] = [];
  const meet = (version: number, content: Provides) => {
    const asked = askedOf(content, keys);
    const name = keyOf(version, asked);
    if (seen.has(name)) return;
    seen.add(name);
    variants.set(version, [...(variants.get(version) ?? []), asked]);
    open.push({ version, content: asked });
  };
  meet(input.start, contentNow(input));
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (seen.size > maxVariants) return null;
    for (const [version, install] of choicesAt(input, state.version, state.content)) {
      chosen.add(install.available);
      meet(version, contentAfter(input, install, state.content));
    }
  }
  return { variants, chosen };
}

/**
 * All that the Component can be: a version, and what it provides there, as far as any Artifact asks for it. The first
 * place is that where it is now.
 */
function placesOf(input: InstallEdgesInput): readonly Place[] | null {
  const keys = askedKeys(input.installs);
  const places: (Place & { readonly content: Provides; readonly hops: number[] })[] = [];
  const known = new Map<string, number>();
  const meet = (version: number, content: Provides): number => {
    const asked = askedOf(content, keys);
    const key = keyOf(version, asked);
    const before = known.get(key);
    if (before !== undefined) return before;
    known.set(key, places.length);
    return places.push({ version, key, content: asked, hops: [] }) - 1;
  };
  meet(input.start, contentNow(input));
  for (const { version, content, hops } of places) {
    if (places.length > maxVariants) return null;
    for (const [to, install] of choicesAt(input, version, content)) {
      hops.push(meet(to, contentAfter(input, install, content)));
    }
  }
  return places;
}

function askedOf(content: Provides, keys: ReadonlySet<string>): Provides {
  return new Map(
    [...content].filter(([key]) => keys.has(key)).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function keyOf(version: number, asked: Provides): string {
  return JSON.stringify([version, ...asked]);
}

function isPossible(
  { type }: InstallEdgesInput,
  { from: allowed, available: { artifact } }: Install,
  from: number,
  content: Provides,
): boolean {
  if (allowed !== null && !allowed.includes(from)) return false;
  return artifact === null || unmetDepends(content, type, artifact).length === 0;
}

function contentNow(input: InstallEdgesInput): Provides {
  return input.provides ?? standIn(input, input.versions[input.start] ?? unknownVersion);
}

function contentAfter(input: InstallEdgesInput, install: Install, content: Provides): Provides {
  const { artifact } = install.available;
  if (artifact !== null) return applyArtifact(content, artifact);
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
    ...(install?.available.artifact?.provides ?? []),
  ]);
}

function askedKeys(installs: readonly Install[]): ReadonlySet<string> {
  return new Set(
    installs.flatMap(({ available }) => [...(available.artifact?.depends.keys() ?? [])]),
  );
}
