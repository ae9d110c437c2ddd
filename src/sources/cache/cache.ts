import { verifyArtifact } from "../../artifact/verify.ts";
import type { Problem } from "../../core/problem.ts";
import { fail, ok } from "../../core/result.ts";
import { FileError } from "../../platform/types.ts";
import type {
  ArtifactCache,
  CachedSource,
  CachePorts,
  Origin,
  WantedBytes,
} from "./artifact-cache.ts";
import { cacheEntries, type KnownEntry, knownEntries } from "./cache-entries.ts";
import {
  another,
  cacheDamaged,
  cacheUnusable,
  noRoom,
  notKept,
  notStored,
} from "./cache-problems.ts";
import { cachedSource, type Shared } from "./cached-source.ts";
import { type CacheEntry, listCache } from "./contents.ts";
import { evict, type Needs, neededSums, sweepPartial } from "./evict.ts";
import { forgetFetched, noteFetched } from "./fetched.ts";
import { type Filling, startFilling } from "./filling.ts";
import { keptShelf } from "./kept-shelf.ts";
import { makeRoom, shortOf, whyUnwritable } from "./room.ts";
import { noShelf, type Shelf } from "./shelf.ts";

/**
 * Opens the cache, whatever state it is in: one that cannot be used is told of, and everything comes from its origin.
 */
export async function openCache(ports: CachePorts): Promise<ArtifactCache> {
  const { files, directory } = ports;
  let entries: readonly KnownEntry[] = [];
  let unusable: Problem | null = null;
  try {
    entries = await knownEntries(ports, listCache(files, directory).entries);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    unusable = cacheUnusable(directory, error);
  }
  if (unusable === null) {
    try {
      sweepPartial(files, directory);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      // What lies there whole can be read all the same.
      ports.tell(cacheUnusable(directory, error));
    }
  }
  return cacheOf(ports, entries, unusable, unusable ?? unfillable(ports));
}

/** What is known before anything is downloaded; null: all may go well. */
function unfillable({ files, directory, isFilled }: CachePorts): Problem | null {
  const why = isFilled ? whyUnwritable(files, directory) : null;
  return why === null ? null : cacheUnusable(directory, why);
}

/**
 * "look": take it from here if it is here. "fill": and if not, keep it, but for a reason that is told. "store": that
 * reason is an error.
 */
type Demand = "look" | "fill" | "store";

function cacheOf(
  ports: CachePorts,
  found: readonly KnownEntry[],
  unusable: Problem | null,
  unfillable: Problem | null,
): ArtifactCache {
  const { files, directory } = ports;
  const entries = cacheEntries(ports, found, (path) => attempt(() => files.remove(path)));
  const shared = new Map<string, Shared>();
  const fillings = new Set<Filling>();
  const atWork = new Set<Promise<void>>();
  const told = new Set<string>();
  let protectedIdentities: Needs["identities"] = "unknown";

  function tell(problem: Problem): void {
    if (told.has(problem.message)) return;
    told.add(problem.message);
    ports.tell(problem);
  }

  function shelfFor(all: Shared, demand: Demand): Shelf {
    const { wanted } = all;
    const entry = entries.of(wanted);
    if (entry !== null) {
      return keptShelf(
        files,
        { ...entry, sums: entries.sumsOf(entry.sha256) },
        (sums) => entries.setSums(entry.sha256, sums),
        (why) => drop(entry, why),
      );
    }
    const filling = demand === "look" ? null : fill(wanted, refuse);
    return filling ?? noShelf;

    function refuse(problem: Problem): void {
      all.refusal ??= problem;
      if (demand !== "store") tell(problem);
    }
  }

  function drop(entry: CacheEntry, why: string): void {
    entries.forget([entry]);
    attempt(() => files.remove(entry.path));
    tell(cacheDamaged(entry, why));
  }

  function fill(wanted: WantedBytes, refuse: (problem: Problem) => void): Filling | null {
    if (unfillable !== null) {
      refuse(unfillable);
      return null;
    }
    try {
      files.makeDirectory(directory);
      const refused = roomFor(wanted);
      if (refused !== null) {
        refuse(refused);
        return null;
      }
      const id = ports.clock.randomId();
      const gaveUp = (why: FileError) => refuse(notKept(wanted, directory, why));
      const filling = startFilling({ files, directory, id, gaveUp }, wanted.size);
      fillings.add(filling);
      return filling;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      refuse(notKept(wanted, directory, error));
      return null;
    }
  }

  /** Null: there is room, or there is now. Throws FileError. */
  function roomFor(wanted: WantedBytes): Problem | null {
    const { entries: stored, partial } = listCache(files, directory);
    const all = [...stored, ...partial];
    const asked = {
      bytes: wanted.size,
      pendingBytes: [...fillings].reduce((sum, filling) => sum + filling.pending(), 0),
      storedBytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
      freeBytes: files.freeBytes(directory),
      maxBytes: ports.maxBytes,
    };
    if (shortOf(asked) <= 0) return null;
    const removed = makeRoom(asked, entries.unneeded(needs()));
    if (removed === null) return noRoom(wanted, directory, asked);
    entries.remove(removed);
    return null;
  }

  function removeUnneeded(): boolean {
    if (unusable !== null || inUse() === "unknown") return false;
    const before = entries.all().length;
    attempt(() => entries.remove(entries.unneeded(needs())));
    return entries.all().length < before;
  }

  /** Throws FileError. */
  function needs(identities = inUse()): Needs {
    return { identities, sums: neededSums(files, directory) };
  }

  function inUse(): Needs["identities"] {
    if (protectedIdentities === "unknown") return "unknown";
    const open = [...shared.values()].map(({ wanted }) => wanted.identity);
    return new Set([...protectedIdentities, ...open]);
  }

  function sharedOf(wanted: WantedBytes): Shared {
    const key = keyOf(wanted);
    const all = shared.get(key) ?? { wanted, readers: new Set(), shelf: null, refusal: null };
    shared.set(key, all);
    return all;
  }

  function open(wanted: WantedBytes, origin: Origin, demand: Demand): CachedSource {
    const all = sharedOf(wanted);
    return cachedSource(all, origin, {
      shelfFor: () => shelfFor(all, demand),
      async keep(shelf) {
        const filled = (await fillingOf(shelf)?.keep()) ?? null;
        if (filled !== null) await entries.admit(filled);
      },
      closing: (shelf) => work(shelf.close()),
      left() {
        const { shelf } = all;
        shared.delete(keyOf(wanted));
        if (shelf !== null) work(shelf.close().then(() => forget(shelf)));
      },
    });
  }

  function fillingOf(shelf: Shelf): Filling | undefined {
    return [...fillings].find((filling) => filling === shelf);
  }

  function forget(shelf: Shelf): void {
    const filling = fillingOf(shelf);
    if (filling !== undefined) fillings.delete(filling);
  }

  function work(ending: Promise<void>): void {
    const known = ending.finally(() => atWork.delete(known));
    atWork.add(known);
  }

  function attempt(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      tell(cacheUnusable(directory, error));
    }
  }

  if (unfillable !== null) tell(unfillable);
  return {
    entries: () => entries.usable(),
    holds: (wanted) => entries.of(wanted) !== null,
    open: (wanted, origin) => open(wanted, origin, ports.isFilled ? "fill" : "look"),
    async store(wanted, origin) {
      const source = open(wanted, origin, "store");
      try {
        const all = sharedOf(wanted);
        all.shelf ??= shelfFor(all, "store");
        // Nothing is downloaded that cannot be stored.
        if (all.refusal !== null) return fail(all.refusal);
        const verified = await verifyArtifact(source, ports.keys, ports.decompressors);
        if (!verified.ok) return verified;
        const other = verified.value.artifact.identity;
        if (other !== wanted.identity) return fail(another(wanted, other));
        await source.keep();
        // Where it is not the one that is pinned, its sum tells.
        const entry = entries.of(wanted) ?? entries.of({ ...wanted, pin: undefined });
        return entry === null
          ? fail(all.refusal ?? notStored(wanted, directory))
          : ok(entry.sha256);
      } finally {
        source.close();
      }
    },
    noteFetched(manifest, artifacts) {
      const at = ports.clock.now().toISOString();
      noteFetched(files, directory, { at, manifest, artifacts });
    },
    protect(identities) {
      protectedIdentities = identities;
    },
    settle({ used, committed }) {
      if (unusable !== null) return;
      attempt(() => {
        if (files.status(directory) === null) return;
        if (committed !== null) forgetFetched(files, directory, committed);
        entries.forget(evict(files, directory, entries.all(), needs(used)).entries);
      });
    },
    async giveWay() {
      const given = await Promise.all([...fillings].map((filling) => filling.giveUp()));
      return given.includes(true) || removeUnneeded();
    },
    async idle() {
      await Promise.all(atWork);
    },
  };
}

function keyOf({ identity, size, pin }: WantedBytes): string {
  return `${identity} ${String(size)} ${pin ?? "any"}`;
}
