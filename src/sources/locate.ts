import { isAbsolute, join, resolve } from "node:path";
import { readArtifact } from "../artifact/artifact.ts";
import { entrySource } from "../bundle/bundle.ts";
import { byName, type Candidate } from "../bundle/by-name.ts";
import { demandPin } from "../bundle/pins.ts";
import type { ArtifactName, Sha256 } from "../core/ids.ts";
import { inOrder } from "../core/in-order.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { StandIn } from "../manifest/artifact-notes.ts";
import {
  availableArtifact,
  artifactByName,
  type WantedArtifact,
} from "../manifest/available-artifacts.ts";
import type { ArtifactLocation } from "../manifest/location.ts";
import { type ByteSource, FileError, unlessRefused } from "../platform/types.ts";
import { type Elsewhere, locateElsewhere } from "./elsewhere.ts";
import type { LocatedArtifact, NamedArtifact } from "./located.ts";
import type { OpenBundle, Places } from "./places.ts";

/**
 * For each of the wanted Artifacts, in its place in the list, those that may be meant: the one at its path, or all of
 * its name that are for its type, the smallest first; none where it is nowhere. Those that do not lie with the Manifest
 * are looked for by their names `elsewhere`, and null: nowhere else.
 */
export async function locateArtifacts(
  places: Places,
  wanted: readonly WantedArtifact[],
  elsewhere: Elsewhere | null,
): Promise<Result<readonly (readonly LocatedArtifact[])[]>> {
  const here = allOf(await Promise.all(wanted.map((one) => locate(places, one))));
  if (!here.ok || elsewhere === null || isClosed(places)) return here;
  const named = wanted.flatMap((one, index) => {
    const { name } = one.reference;
    return name === null || here.value[index]?.length !== 0 ? [] : [{ wanted: one, name }];
  });
  if (named.length === 0) return here;
  const results = await locateElsewhere(elsewhere, places, named);
  const found = allOf(results);
  if (!found.ok) {
    const missing = named.filter((_, index) => results[index]?.ok !== true);
    const here = missingHere(places, missing);
    return hasServer(found.problems)
      ? fail(...found.problems, ...here)
      : fail(...here, ...found.problems);
  }
  const byWanted = new Map(named.map((one, index) => [one.wanted, found.value[index]]));
  return ok(wanted.map((one, index) => byWanted.get(one) ?? here.value[index] ?? []));
}

/** A signature covers the whole bundle, so then nothing beside it will do. */
export function isClosed({ bundle, keys }: Places): boolean {
  return bundle !== null && keys.length > 0;
}

function allOf<T>(results: readonly Result<T>[]): Result<readonly T[]> {
  const problems = results.flatMap((result) => (result.ok ? [] : result.problems));
  if (problems.length > 0) return fail(...distinct(problems));
  return ok(results.flatMap((result) => (result.ok ? [result.value] : [])));
}

/** Of those that were to lie somewhere, in the bundle or at their paths, that they do not is to be told, too. */
function missingHere({ bundle }: Places, named: readonly NamedArtifact[]): readonly Problem[] {
  return named.flatMap(({ wanted }) =>
    bundle === null && wanted.reference.path === null ? [] : [missingArtifact(wanted)],
  );
}

/** On a machine without a Mender Client a missing file is most often the whole reason. */
function hasServer(problems: readonly Problem[]): boolean {
  return problems.every(
    ({ code }) => code !== "bus-unreachable" && code !== "authentication-missing",
  );
}

/** Each of the wanted Artifacts as it was found, of several the first; or by its name. */
export function standInsFor(
  wanted: readonly WantedArtifact[],
  located: readonly (readonly LocatedArtifact[])[],
): readonly StandIn[] {
  return wanted.map((one, index) => {
    const artifact = located[index]?.[0]?.artifact ?? null;
    return {
      wanted: one,
      available: artifact === null ? artifactByName(one) : availableArtifact(one, artifact),
    };
  });
}

/** The problem of an Artifact that is nowhere. */
export function missingArtifact({ type, reference: { name, path, at } }: WantedArtifact): Problem {
  const what = path === null ? `named "${name ?? ""}"` : `at "${path}"`;
  return {
    code: "artifact-missing",
    message: `There is no Artifact ${what} for the Component type "${type}".`,
    at,
    ...(path === null || name === null
      ? {}
      : {
          expected: `that file, or an Artifact named "${name}" in the bundle, in the cache or on the Mender Server`,
        }),
    hint: "Put the file there, correct the path, or give a bundle that holds it.",
  };
}

/** The path wins if the file exists; else the name, in the bundle. */
async function locate(
  places: Places,
  wanted: WantedArtifact,
): Promise<Result<readonly LocatedArtifact[]>> {
  const { path, name } = wanted.reference;
  const atPath = path === null ? null : candidateAt(places, path);
  if (atPath !== null) {
    const found = await pinned(atPath, await read(places, wanted, atPath));
    return found.ok ? ok([found.value]) : found;
  }
  return name === null || places.bundle === null ? ok([]) : await named(places, wanted, name);
}

/**
 * All by its name, the smallest first. A broken one is a problem of whoever wants it by its path. With a pin, those
 * that have it.
 */
async function named(
  places: Places,
  wanted: WantedArtifact,
  name: ArtifactName,
): Promise<Result<readonly LocatedArtifact[]>> {
  const all: (Candidate & { readonly found: FoundFile; readonly head: LocatedArtifact })[] = [];
  for (const candidate of places.bundle === null ? [] : entriesOf(places.bundle)) {
    const head = await read(places, wanted, candidate);
    if (!head.ok) continue;
    const { artifact, size } = head.value;
    const entryName = candidate.location.entry;
    all.push({ artifact, entryName, size, found: candidate, head: head.value });
  }
  const results = await inOrder(byName(all, name, wanted.type), 1, ({ found, head }) =>
    pinned(found, ok(head)),
  );
  const held = results.flatMap((result) => (result.ok ? [result.value] : []));
  const [first] = results;
  return first?.ok === false && held.length === 0 ? first : ok(held);
}

interface FoundFile {
  readonly location: ArtifactLocation;
  /** The checksum that the bundle holds its bytes to. */
  readonly sha256: Sha256 | null;
  readonly open: () => ByteSource & { readonly close?: () => void };
}

/**
 * Relative to the bundle if there is one, else to the Manifest. A signature covers the whole bundle, so then nothing
 * beside it will do.
 */
function candidateAt(places: Places, path: string): FoundFile | null {
  const { bundle, beside, files, keys } = places;
  if (bundle !== null && !isAbsolute(path)) {
    return entriesOf(bundle).find(({ location }) => location.entry === path) ?? null;
  }
  if (bundle !== null && keys.length > 0) return null;
  const absolute = resolve(beside.path, path);
  if (unlessRefused(() => files.status(absolute), null) === null) return null;
  const shown = isAbsolute(path) ? path : join(beside.name, path);
  return {
    location: { kind: "file", path: absolute },
    sha256: null,
    open: () => {
      const source = files.openSource(absolute);
      return {
        name: shown,
        size: source.size,
        read: (...args) => source.read(...args),
        close: () => source.close(),
      };
    },
  };
}

function entriesOf({ path, bundle, source }: OpenBundle) {
  return bundle.entries.map(({ name, sha256 }) => ({
    sha256,
    location: { kind: "bundle" as const, bundle: path, entry: name },
    open: () => {
      const part = entrySource(bundle, source, name);
      if (part === null) throw new Error(`"${name}" is no entry of "${bundle.name}"`);
      return part;
    },
  }));
}

async function read(
  { keys, decompressors }: Places,
  wanted: WantedArtifact,
  { location, open }: FoundFile,
): Promise<Result<LocatedArtifact>> {
  const opened = openOrProblem(wanted, open);
  if (!opened.ok) return opened;
  const source = opened.value;
  try {
    const artifact = await readArtifact(source, keys, decompressors);
    return artifact.ok
      ? ok({ wanted, artifact: artifact.value, location, name: source.name, size: source.size })
      : artifact;
  } finally {
    source.close?.();
  }
}

/** An Artifact whose head is sound, if the whole of it is the one that the Manifest pins. */
async function pinned(
  { open, sha256 }: FoundFile,
  head: Result<LocatedArtifact>,
): Promise<Result<LocatedArtifact>> {
  if (!head.ok || head.value.wanted.reference.pin === null) return head;
  const { wanted } = head.value;
  const opened = openOrProblem(wanted, open);
  if (!opened.ok) return opened;
  try {
    const held = await demandPin(opened.value, wanted.reference.pin, sha256);
    return held.ok ? head : held;
  } finally {
    opened.value.close?.();
  }
}

function openOrProblem(
  { reference }: WantedArtifact,
  open: FoundFile["open"],
): Result<ReturnType<FoundFile["open"]>> {
  try {
    return ok(open());
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return fail({
      code: "file-unreadable",
      message: `The Artifact "${reference.path ?? ""}" cannot be read: ${error.message}.`,
      at: reference.at,
      got: error.code,
      hint: "Check the path, the permissions, and that the medium is there.",
    });
  }
}

/** Two types may want the same broken file, or be asked for at the same Server. */
export function distinct(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...seen.values()];
}
