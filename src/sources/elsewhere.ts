import { readArtifact } from "../artifact/artifact.ts";
import { inflateChunk } from "../artifact/compression.ts";
import { readAll } from "../artifact/buffer-lending.ts";
import type { Artifact } from "../artifact/types.ts";
import { byName, isFor } from "../bundle/by-name.ts";
import { sumOf } from "../bundle/entry-content.ts";
import { inOrder } from "../core/in-order.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { WantedArtifact } from "../manifest/available-artifacts.ts";
import { FileError } from "../platform/types.ts";
import type { SoundEntry } from "./cache/indexed.ts";
import { fittingListed } from "./fitting-listed.ts";
import type { LocatedArtifact, NamedArtifact } from "./located.ts";
import type { Places } from "./places.ts";
import type { ServerCandidate } from "./server/item.ts";
import { serverName } from "./server/download.ts";
import type { MenderServer } from "./server/server.ts";

/**
 * Where an Artifact comes from that has a name and does not lie with its Manifest: the cache, else the Mender Server.
 */
export interface Elsewhere {
  /** Its entries, signed where that is demanded. */
  readonly cached: () => Promise<readonly SoundEntry[]>;
  readonly server: MenderServer;
}

type Trust = Pick<Places, "files" | "decompressors" | "keys">;

/** So many lists and headers are asked for at the same time. */
const askedAtOnce = 4;

/**
 * Of each of them, in their order, all that are for its type, the smallest first; at least one. The first source that
 * holds any is the only one asked; of a Server that cannot be asked nothing more is, and its problem is told once.
 */
export async function locateElsewhere(
  elsewhere: Elsewhere,
  trust: Trust,
  named: readonly NamedArtifact[],
): Promise<readonly Result<readonly LocatedArtifact[]>[]> {
  const cached = await locateCached(elsewhere, trust, named);
  const missing = named.filter((_, index) => cached[index]?.length === 0);
  const listed = await locateListed(elsewhere, trust, missing);
  const byNamed = new Map(missing.map((one, index) => [one, listed[index]]));
  return named.map((one, index) => byNamed.get(one) ?? ok(cached[index] ?? []));
}

/** Those of the cache alone; of each there may be none. */
export async function locateCached(
  elsewhere: Elsewhere,
  trust: Trust,
  named: readonly NamedArtifact[],
): Promise<readonly (readonly LocatedArtifact[])[]> {
  const entries = await elsewhere.cached();
  const isWhole = provingOnce(trust.files);
  return await inOrder(named, askedAtOnce, (one) => inCache(entries, isWhole, one));
}

/** Those of the Mender Server alone. */
export async function locateListed(
  elsewhere: Elsewhere,
  trust: Trust,
  named: readonly NamedArtifact[],
): Promise<readonly Result<readonly LocatedArtifact[]>[]> {
  let unreachable: Result<never> | null = null;
  return await inOrder(named, askedAtOnce, async (one) => {
    if (unreachable !== null) return unreachable;
    const { wanted, name } = one;
    const listed = await elsewhere.server.candidates(name, wanted.type);
    if (!listed.ok) return (unreachable = listed);
    const fitting = fittingListed(listed.value, one);
    return fitting.ok ? await onServer(elsewhere.server, trust, wanted, fitting.value) : fitting;
  });
}

/** By the rules of a bundle; one whose bytes are not those that were stored is not there. */
async function inCache(
  entries: readonly SoundEntry[],
  isWhole: (entry: SoundEntry) => Promise<boolean>,
  { wanted, name }: NamedArtifact,
): Promise<readonly LocatedArtifact[]> {
  const { pin } = wanted.reference;
  const pinned = entries.filter(({ sha256 }) => pin === null || sha256 === pin.sha256);
  const candidates = pinned.map((entry) => ({
    artifact: entry.artifact,
    entryName: entry.name,
    size: entry.bytes,
    entry,
  }));
  const located: LocatedArtifact[] = [];
  for (const { entry, artifact, size } of byName(candidates, name, wanted.type)) {
    const { path } = entry;
    if (await isWhole(entry))
      located.push({ wanted, artifact, location: { kind: "cache", path, size }, name: path, size });
  }
  return located;
}

function provingOnce(files: Trust["files"]): (entry: SoundEntry) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();
  return async (entry) => {
    const proof = known.get(entry.path) ?? prove(files, entry);
    known.set(entry.path, proof);
    return await proof;
  };
}

async function prove(files: Trust["files"], { path, sha256 }: SoundEntry): Promise<boolean> {
  try {
    const source = files.openSource(path);
    try {
      const wholly = { chunkBytes: inflateChunk.alone, buffers: "lent" } as const;
      return (await sumOf(readAll(source, wholly))) === sha256;
    } finally {
      source.close();
    }
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}

/** One that is not what it should be is told, whichever would be chosen: nobody takes another one because of it. */
async function onServer(
  server: MenderServer,
  trust: Trust,
  wanted: WantedArtifact,
  listed: readonly ServerCandidate[],
): Promise<Result<readonly LocatedArtifact[]>> {
  // As many as are asked at once are asked already, each for a release.
  const heads = await inOrder(listed, 1, (one) => readListed(server, trust, wanted, one));
  const problems = heads.flatMap((head) => (head.ok ? [] : head.problems));
  if (problems.length > 0) return fail(...problems);
  return ok(heads.flatMap((head) => (head.ok ? [head.value] : [])));
}

/** Its header is read and verified; of the rest there is what the Server claims, until Download. */
async function readListed(
  server: MenderServer,
  { keys, decompressors }: Trust,
  wanted: WantedArtifact,
  listed: ServerCandidate,
): Promise<Result<LocatedArtifact>> {
  const { id, name, size } = listed;
  const source = server.source({ id, name, size }, "header");
  const read = await readArtifact(source, keys, decompressors);
  if (!read.ok) return read;
  const artifact = read.value;
  const differs = unlikeListed(wanted, listed, artifact);
  if (differs !== null) return fail(differs);
  const location = { kind: "server", id, name, size } as const;
  return ok({ wanted, artifact, location, name: serverName(name), size });
}

function unlikeListed(
  { type, reference }: WantedArtifact,
  { name, provides, depends }: ServerCandidate,
  artifact: Artifact,
): Problem | null {
  const isListed =
    artifact.name === reference.name &&
    isFor(artifact, type) &&
    [...(provides ?? [])].every(([key, value]) => artifact.provides.get(key) === value) &&
    [...depends].every(([key, values]) => isSame(values, artifact.depends.get(key) ?? []));
  if (isListed) return null;
  return {
    code: "source-changed",
    message: `The Artifact "${name}" on the Mender Server is not what is listed there.`,
    at: reference.at,
    expected: `"${reference.name ?? ""}" for the Component type "${type}", with what is listed of it`,
    got: `"${artifact.name}", whose header says something else`,
    hint: "Upload the Artifact to the Server again.",
  };
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((value) => others.includes(value));
}
