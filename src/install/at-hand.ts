import type { ComponentId } from "../core/ids.ts";
import { inOrder } from "../core/in-order.ts";
import type { ProblemCode } from "../core/problem-codes.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type AwayArtifact, withoutArtifacts } from "../deployment/at-hand.ts";
import { contingencies, type Contingency } from "../deployment/contingencies.ts";
import type { System } from "../manifest/system.ts";
import { versionNamed } from "../manifest/version.ts";
import type { Plan } from "../planner/model/plan.ts";
import { unlessRefused } from "../platform/types.ts";
import { bytesText } from "../report/measures.ts";
import { cacheUnusable } from "../sources/cache/cache-problems.ts";
import { listCache } from "../sources/cache/contents.ts";
import { nearestThere, shortOf, whyUnwritable } from "../sources/cache/room.ts";
import type { Supplies } from "./supply.ts";
import type { LocatedArtifact } from "../sources/located.ts";
import { bringForWayOut } from "./bring.ts";
import { datastoreOf, type Machine } from "./machine.ts";
import type { Planning } from "./planning.ts";
import type { CacheSettings } from "./settings.ts";

/** The ways out that there are with what lies on this device before the first install. */
export interface WaysAtHand {
  readonly ways: readonly Contingency[];
  /** On the Server, and not brought here: no way out installs them. */
  readonly away: readonly LocatedArtifact[];
  /** Why one that a way out would have installed is not. */
  readonly notes: readonly Problem[];
}

/** Null: it lies here; else why not. */
type Bring = (located: LocatedArtifact) => Promise<Problem | null>;

type Planned = Pick<Planning, "manifest" | "system" | "allotment" | "nodeLimit">;

/**
 * What a planned way out may install has to lie on this device before the first install: it must never need the
 * network. What cannot be brought here counts as not there, and the ways out are planned anew without it.
 */
async function waysAtHand(
  { compute }: Machine,
  { manifest, system, allotment, nodeLimit }: Planned,
  plan: Plan,
  bring: Bring,
  /** Of the Server's, and brought already. */
  here: readonly LocatedArtifact[] = [],
): Promise<WaysAtHand> {
  const { takersOf } = allotment;
  const remote = allotment.located.filter(({ location }) => location.kind === "server");
  const brought = new Set(here);
  const lost = new Map<LocatedArtifact, Problem>();
  for (;;) {
    const usable = withoutArtifacts(
      system,
      [...lost.keys()].map((one) => awayArtifact(one, takersOf(one))),
    );
    const ways = await compute({ work: "foreseeing", name: manifest.name, most: null }, (heard) =>
      contingencies(usable, plan, { nodeLimit, heard }),
    );
    const wanted = remote.filter(
      (one) =>
        !brought.has(one) &&
        !lost.has(one) &&
        isInstalledBy(ways, system, awayArtifact(one, takersOf(one))),
    );
    if (wanted.length === 0) {
      const away = remote.filter((one) => !brought.has(one));
      return { ways, away, notes: [...lost].map(([one, why]) => notAtHand(one, why)) };
    }
    // One after the other: each may take the last of the room.
    await inOrder(wanted, 1, async (one) => {
      const why = await bring(one);
      if (why === null) brought.add(one);
      else lost.set(one, why);
    });
  }
}

/** As far as the room tells. */
export async function foreseeWaysOut(
  machine: Machine,
  planning: Planned & Pick<Planning, "cache">,
  plan: Plan,
): Promise<WaysAtHand> {
  const { cache } = planning;
  let pendingBytes = 0;
  return await waysAtHand(machine, planning, plan, ({ name, size }) => {
    const short = cache === null ? 0 : roomShortHere(machine, cache, size, pendingBytes);
    if (short > 0) return Promise.resolve(noRoomFor(name, size));
    pendingBytes += size;
    return Promise.resolve(null);
  });
}

/** That a cache which is to keep what comes from the Server will not; never a reason not to install. */
export function foreseeCache(
  { platform: { files } }: Machine,
  { cache, allotment }: Pick<Planning, "cache" | "allotment">,
): readonly Problem[] {
  const isRemote = allotment.located.some(({ location }) => location.kind === "server");
  if (cache?.isEnabled !== true || !isRemote) return [];
  const why = whyUnwritable(files, cache.directory);
  return why === null ? [] : [cacheUnusable(cache.directory, why)];
}

/** The System as ways out find it behind this plan, and why some Artifact is not at hand for them. */
export async function systemOnWaysOut(
  machine: Machine,
  planning: Planned & Pick<Planning, "cache">,
  plan: Plan,
): Promise<{ readonly system: System; readonly notes: readonly Problem[] }> {
  const { system, allotment } = planning;
  const { located, takersOf } = allotment;
  const isRemote = located.some(({ location }) => location.kind === "server");
  if (!isRemote) return { system, notes: [] };
  const { away, notes } = await foreseeWaysOut(machine, planning, plan);
  const lost = away.map((one) => awayArtifact(one, takersOf(one)));
  return { system: withoutArtifacts(system, lost), notes };
}

/** It cannot be kept here, whatever it is. */
const unstored: ReadonlySet<ProblemCode> = new Set(["not-enough-space", "cache-not-written"]);

/**
 * Brings here what the ways out may install; the caller holds the lock. That there is no place for one costs ways out;
 * anything else that is wrong ends the install before anything is changed.
 */
export async function bringWaysOut(
  machine: Machine,
  supply: Supplies,
  planning: Planned & Pick<Planning, "cache">,
  plan: Plan,
  tell: (message: string) => void,
  here: readonly LocatedArtifact[],
): Promise<Result<WaysAtHand>> {
  const wrong: Problem[] = [];
  const fetch: Bring = async (located) => {
    const { name, size } = located;
    tell(`${name} (${bytesText(size)}) is brought here first, for a way out may install it.`);
    const stored = await bringForWayOut(supply, located, planning.cache ?? { maxBytes: null });
    const [why = null] = stored.ok ? [] : stored.problems;
    if (why === null || unstored.has(why.code)) return why;
    wrong.push(why);
    return null;
  };
  const atHand = await waysAtHand(machine, planning, plan, fetch, here);
  return wrong.length > 0 ? fail(...wrong) : ok(atHand);
}

/** In the cache, and in the datastore, which takes what a full or unusable disk of the cache does not. */
function roomShortHere(
  machine: Machine,
  cache: CacheSettings,
  bytes: number,
  pendingBytes: number,
): number {
  const { files } = machine.platform;
  const isUnwritable = whyUnwritable(files, cache.directory) !== null;
  const short = isUnwritable ? bytes : roomShort(machine, cache, bytes, pendingBytes);
  if (short <= 0 || (cache.maxBytes !== null && !isUnwritable)) return short;
  return roomShort(
    machine,
    { maxBytes: null, directory: datastoreOf(machine).files },
    bytes,
    pendingBytes,
  );
}

/** Needs no lock, and throws nothing: a cache that cannot be listed has no room. */
function roomShort(
  { platform: { files } }: Machine,
  { directory, maxBytes }: Pick<CacheSettings, "directory" | "maxBytes">,
  bytes: number,
  pendingBytes: number,
): number {
  return unlessRefused(() => {
    const { entries, partial } = listCache(files, directory);
    const storedBytes = [...entries, ...partial].reduce((sum, file) => sum + file.bytes, 0);
    const freeBytes = files.freeBytes(nearestThere(files, directory));
    return shortOf({ bytes, pendingBytes, storedBytes, freeBytes, maxBytes });
  }, bytes);
}

function awayArtifact(
  { wanted, artifact }: LocatedArtifact,
  takers: readonly ComponentId[] | null,
): AwayArtifact {
  return {
    componentType: wanted.type,
    version: versionNamed(artifact.name),
    ...(takers === null ? {} : { components: takers }),
  };
}

function isInstalledBy(
  ways: readonly Contingency[],
  { components, types }: Planning["system"],
  { componentType, version, components: takers }: AwayArtifact,
): boolean {
  const ofType = components.flatMap(({ id, type }) =>
    types[type]?.name === componentType ? [id] : [],
  );
  const ids = new Set(takers ?? ofType);
  return ways.some(({ groups }) =>
    (groups ?? [])
      .flat()
      .some(
        ({ component, means, to }) => means === "install" && to === version && ids.has(component),
      ),
  );
}

function notAtHand({ name, wanted }: LocatedArtifact, why: Problem): Problem {
  return {
    code: "way-out-not-at-hand",
    message: `"${name}" for the Component type "${wanted.type}" cannot be brought to this device before the first install, so no way out installs it: ${why.message}`,
    at: wanted.reference.at,
    hint: why.hint,
  };
}

function noRoomFor(name: string, size: number): Problem {
  return {
    code: "not-enough-space",
    message: `The cache has no room for "${name}" of ${size} bytes.`,
    hint: "Call cache clean, free some space there, or raise ArtifactsCache.MaxSizeBytes.",
  };
}
