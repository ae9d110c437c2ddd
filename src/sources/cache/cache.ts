import { verifyArtifact } from "../../artifact/verify.ts";
import type { Sha256 } from "../../core/ids.ts";
import type { Problem } from "../../core/problem.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { type ByteSource, type Clock, FileError } from "../../platform/types.ts";
import { blockBytes, type BlockSums } from "./blocks.ts";
import { type CacheEntry, listCache } from "./contents.ts";
import { evict, isNeeded, type Needs, neededSums, sweepPartial } from "./evict.ts";
import { type Filled, type Filling, startFilling } from "./filling.ts";
import { forgetFetched, noteFetched } from "./fetched.ts";
import {
  type IndexedEntry,
  indexed,
  type IndexPorts,
  type SoundEntry,
  soundEntries,
} from "./indexed.ts";
import {
  another,
  cacheDamaged,
  cacheUnusable,
  noRoom,
  notKept,
  notStored,
} from "./cache-problems.ts";
import { keptShelf } from "./kept-shelf.ts";
import { makeRoom, shortOf } from "./room.ts";
import { noShelf, type Reader, type Shelf } from "./shelf.ts";

export interface CachePorts extends IndexPorts {
  readonly clock: Pick<Clock, "randomId" | "now">;
  /** Absolute. */
  readonly directory: string;
  /** Bytes; null: no limit. */
  readonly maxBytes: number | null;
  /** Whether what is read is kept. Else what lies there is used, and only `store` adds to it. */
  readonly isFilled: boolean;
  /**
   * Called with what went wrong with the cache itself: once each, and never because of that does anything else fail.
   */
  readonly tell: (problem: Problem) => void;
}

/** An Artifact as it is known before its bytes are there. */
export interface WantedBytes {
  /** How people find it, for messages. */
  readonly name: string;
  /** The sum of its `manifest`, by which it is found. */
  readonly identity: Sha256;
  /** Bytes of the whole file. */
  readonly size: number;
  /** The sum of the whole file, if only that will do: the same Artifact may have been signed again. */
  readonly pin?: Sha256 | undefined;
}

/** Where an Artifact comes from if it is not in the cache. Nothing is asked for before the first byte is read. */
export type Origin = () => ByteSource & { readonly close?: () => void };

export interface CachedSource extends ByteSource {
  /**
   * The reader has verified all of it: payload sums, signature, identity. Only then does it become an entry; durable
   * once this resolves. Never throws for what the disk does.
   */
  keep(): Promise<void>;
  /** To be called once, when nobody reads from it any more. */
  close(): void;
}

/** The cache of the one process that holds the lock. */
export interface ArtifactCache {
  /** Artifacts that lie here, signed where that is demanded, as far as their headers tell. */
  entries(): readonly SoundEntry[];
  /** Whether it is one of them. */
  holds(wanted: WantedBytes): boolean;
  /** All who have the same Artifact open at the same time share one download of it. */
  open(wanted: WantedBytes, origin: Origin): CachedSource;
  /** Brings an Artifact here, verified whole, or finds that it is here already. */
  store(wanted: WantedBytes, origin: Origin): Promise<Result<Sha256>>;
  /** Notes durably for which Manifest entries were stored. Throws FileError. */
  noteFetched(manifest: string, artifacts: readonly Sha256[]): void;
  /** Says what the running deployment may need: no room is made at the cost of that. Until then none is made at all. */
  protect(identities: Needs["identities"]): void;
  /**
   * A deployment has ended: removes what neither it has used nor was fetched for a Manifest that is not committed yet.
   * May be called again for the same one.
   */
  settle(ended: {
    readonly used: Needs["identities"];
    /** The name of its Manifest; null: it was not committed. */
    readonly committed: string | null;
  }): void;
  /**
   * The disk is full, and an update needs room on it: gives up what is being filled, which is told, and else removes
   * entries that nobody needs. False: there is nothing to give.
   */
  giveWay(): Promise<boolean>;
  /** Waits for what is still at work behind sources that were closed. */
  idle(): Promise<void>;
}

/**
 * Opens the cache, whatever state it is in: one that cannot be used is told of, and everything comes from its origin.
 */
export async function openCache(ports: CachePorts): Promise<ArtifactCache> {
  const { files, directory } = ports;
  let entries: readonly KnownEntry[] = [];
  let unusable: Problem | null = null;
  try {
    entries = await known(ports, listCache(files, directory).entries);
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
  return cacheOf(ports, entries, unusable);
}

interface KnownEntry extends IndexedEntry {
  /** It is an Artifact, and signed where that is demanded. */
  readonly isUsable: boolean;
}

/** Nobody loses an entry for a key that was changed: it stays for whom it is needed, and is not used. */
async function known(
  ports: CachePorts,
  entries: readonly CacheEntry[],
): Promise<readonly KnownEntry[]> {
  const signed = await indexed(ports, entries);
  const isRefused = ({ artifact }: IndexedEntry): boolean => !artifact.ok && ports.keys.length > 0;
  const again = await indexed({ ...ports, keys: [] }, signed.filter(isRefused));
  const unsigned = new Map(again.map((entry) => [entry.sha256, entry]));
  return signed.map((entry) => ({
    ...(unsigned.get(entry.sha256) ?? entry),
    isUsable: entry.artifact.ok,
  }));
}

/** All readers of one Artifact. */
interface Shared {
  readonly wanted: WantedBytes;
  readonly readers: Set<Reader>;
  /** Null: nobody has asked for a byte yet. */
  shelf: Shelf | null;
  /** Why it is not kept; null: no reason is known yet. */
  refusal: Problem | null;
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
): ArtifactCache {
  const { files, directory } = ports;
  const entries = new Map(found.map((entry) => [entry.sha256, entry]));
  const proved = new Map<Sha256, BlockSums>();
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
    const entry = entryOf(wanted);
    if (entry !== null) {
      return keptShelf(
        files,
        { ...entry, sums: proved.get(entry.sha256) ?? null },
        (sums) => proved.set(entry.sha256, sums),
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

  function entryOf(wanted: WantedBytes): SoundEntry | null {
    const isWanted = ({ artifact, bytes, sha256 }: SoundEntry): boolean =>
      artifact.identity === wanted.identity &&
      bytes === wanted.size &&
      (wanted.pin === undefined || sha256 === wanted.pin);
    return usable().find(isWanted) ?? null;
  }

  function usable(): readonly SoundEntry[] {
    return soundEntries([...entries.values()].filter(({ isUsable }) => isUsable));
  }

  function drop(entry: CacheEntry, why: string): void {
    entries.delete(entry.sha256);
    proved.delete(entry.sha256);
    attempt(() => files.remove(entry.path));
    tell(cacheDamaged(entry, why));
  }

  function fill(wanted: WantedBytes, refuse: (problem: Problem) => void): Filling | null {
    if (unusable !== null) {
      refuse(unusable);
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
    const needs = { identities: inUse(), sums: neededSums(files, directory) };
    const unneeded = [...entries.values()].filter((entry) => !isNeeded(entry, needs));
    const removed = makeRoom(asked, unneeded);
    if (removed === null) return noRoom(wanted, directory, asked);
    for (const { path, sha256 } of removed) {
      files.remove(path);
      entries.delete(sha256);
      proved.delete(sha256);
    }
    return null;
  }

  function removeUnneeded(): boolean {
    if (unusable !== null || inUse() === "unknown") return false;
    let isAny = false;
    attempt(() => {
      const needs = { identities: inUse(), sums: neededSums(files, directory) };
      for (const { path, sha256, ...entry } of entries.values()) {
        if (isNeeded({ path, sha256, ...entry }, needs)) continue;
        files.remove(path);
        entries.delete(sha256);
        proved.delete(sha256);
        isAny = true;
      }
    });
    return isAny;
  }

  function inUse(): Needs["identities"] {
    if (protectedIdentities === "unknown") return "unknown";
    const open = [...shared.values()].map(({ wanted }) => wanted.identity);
    return new Set([...protectedIdentities, ...open]);
  }

  async function admit(filled: Filled): Promise<void> {
    const entry = listCache(files, directory).entries.find(
      ({ sha256 }) => sha256 === filled.sha256,
    );
    if (entry === undefined) return;
    const [read] = await known(ports, [entry]);
    if (read === undefined) return;
    if (read.artifact.ok && !read.isUsable) {
      // Its reader was given another signature with the header.
      attempt(() => files.remove(read.path));
      return;
    }
    entries.set(read.sha256, read);
    proved.set(read.sha256, filled.sums);
  }

  function sharedOf(wanted: WantedBytes): Shared {
    const key = keyOf(wanted);
    const all = shared.get(key) ?? { wanted, readers: new Set(), shelf: null, refusal: null };
    shared.set(key, all);
    return all;
  }

  function open(wanted: WantedBytes, origin: Origin, demand: Demand): CachedSource {
    const all = sharedOf(wanted);
    let source: ReturnType<Origin> | null = null;
    const reader: Reader = {
      name: wanted.name,
      read: (...args) => (source ??= origin()).read(...args),
    };
    all.readers.add(reader);
    let isClosed = false;

    /**
     * Where the reader has got all of it, from its first byte to its last; only of that it can say that it was right.
     */
    let readWhole: Shelf | null = null;

    async function blockAt(at: number): Promise<{ shelf: Shelf; block: Uint8Array | null }> {
      for (;;) {
        const shelf = (all.shelf ??= shelfFor(all, demand));
        const block = await shelf.block(Math.floor(at / blockBytes), reader);
        if (block === "elsewhere") return { shelf, block: null };
        if (block !== "damaged") return { shelf, block };
        if (all.shelf === shelf) {
          all.shelf = null;
          work(shelf.close());
        }
      }
    }

    return {
      name: wanted.name,
      size: wanted.size,
      async *read(offset, length, lentBytes) {
        const end = offset + length;
        const shelves = new Set<Shelf>();
        for (let at = offset; at < end;) {
          const { shelf, block } = await blockAt(at);
          if (block === null) {
            yield* onward(shelf, reader, at, end, lentBytes);
            return;
          }
          shelves.add(shelf);
          const start = at % blockBytes;
          const bytes = block.subarray(start, start + end - at);
          yield* cut(bytes, lentBytes);
          at += bytes.length;
        }
        const [only, ...more] = shelves;
        if (offset === 0 && end === wanted.size && more.length === 0) readWhole = only ?? null;
      },
      async keep() {
        const filling = [...fillings].find((each) => each === readWhole);
        const filled = (await filling?.keep()) ?? null;
        const isNew = filled !== null && entries.get(filled.sha256)?.isUsable !== true;
        if (isNew) await admit(filled);
      },
      close() {
        if (isClosed) return;
        isClosed = true;
        const { shelf } = all;
        shelf?.leave(reader);
        source?.close?.();
        all.readers.delete(reader);
        if (all.readers.size > 0) return;
        shared.delete(keyOf(wanted));
        if (shelf !== null) work(shelf.close().then(() => forget(shelf)));
      },
    };
  }

  function forget(shelf: Shelf): void {
    for (const filling of fillings) if (filling === shelf) fillings.delete(filling);
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

  if (unusable !== null) tell(unusable);
  return {
    entries: usable,
    holds: (wanted) => entryOf(wanted) !== null,
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
        const entry = entryOf(wanted) ?? entryOf({ ...wanted, pin: undefined });
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
        const needs = { identities: used, sums: neededSums(files, directory) };
        const { entries: removed } = evict(files, directory, [...entries.values()], needs);
        for (const { sha256 } of removed) {
          entries.delete(sha256);
          proved.delete(sha256);
        }
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

/** What the cache does not give, from where the reader has begun already, or else anew. */
async function* onward(
  shelf: Shelf,
  reader: Reader,
  at: number,
  end: number,
  lentBytes: number | undefined,
): AsyncGenerator<Uint8Array> {
  const begun = shelf.handOver(reader, at);
  if (begun === null) {
    yield* reader.read(at, end - at, lentBytes);
    return;
  }
  let left = end - at;
  for await (const piece of begun) {
    // They are lent, and who has not asked for that may keep them.
    const lent = piece.subarray(0, left);
    const wanted = lentBytes === undefined ? new Uint8Array(lent) : lent;
    left -= wanted.length;
    yield* cut(wanted, lentBytes);
    if (left <= 0) return;
  }
}

/** In pieces no larger than so many bytes. */
function* cut(bytes: Uint8Array, most = Number.POSITIVE_INFINITY): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += most) yield bytes.subarray(at, at + most);
}
