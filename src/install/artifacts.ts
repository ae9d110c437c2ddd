import { verifiedAtOnce, type VerifiedArtifact, verifyArtifact } from "../artifact/verify.ts";
import { inOrder } from "../core/in-order.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { byNameNote, uncheckedStoneNotes } from "../manifest/artifact-notes.ts";
import {
  type AvailableArtifact,
  nameNotes,
  wantedArtifacts,
} from "../manifest/available-artifacts.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { ByteSource } from "../platform/types.ts";
import {
  type LocatedArtifact,
  locateArtifacts,
  missingArtifact,
  standInsFor,
} from "../sources/locate.ts";
import { openArtifact } from "../sources/open.ts";
import type { Places } from "../sources/places.ts";
import type { Machine } from "./machine.ts";
import type { Settings } from "./settings.ts";

/** The Artifacts that a Manifest names. */
export interface FoundArtifacts {
  readonly available: readonly AvailableArtifact[];
  /** Without those that are known by name only. */
  readonly located: readonly LocatedArtifact[];
  readonly notes: readonly Problem[];
}

/** Finds the Artifacts that a Manifest names, and reads their headers. */
export async function findArtifacts(
  places: Places,
  manifest: Manifest,
  demand: "all must be there" | "by name if need be",
): Promise<Result<FoundArtifacts>> {
  const wanted = wantedArtifacts(manifest);
  const located = await locateArtifacts(places, wanted);
  if (!located.ok) return located;
  const missing = wanted.filter((_, index) => located.value[index] === null);
  if (missing.length > 0 && demand === "all must be there") {
    return fail(...missing.map(missingArtifact));
  }
  const standIns = standInsFor(wanted, located.value);
  return ok({
    available: standIns.map((one) => one.available),
    located: located.value.filter((one) => one !== null),
    notes: [
      ...standIns.flatMap((one) => nameNotes(one.wanted, one.available)),
      ...byNameNote(standIns),
      ...uncheckedStoneNotes(standIns),
    ],
  });
}

/** An Artifact of the plan of which every byte has been read. */
export interface CheckedArtifact {
  readonly located: LocatedArtifact;
  readonly files: VerifiedArtifact["files"];
}

/** Every byte of every Artifact, before anything is changed. */
export async function verifyArtifacts(
  { platform }: Machine,
  { keys }: Settings,
  located: readonly LocatedArtifact[],
): Promise<Result<readonly CheckedArtifact[]>> {
  const { files, decompressors } = platform;
  const results = await inOrder(located, verifiedAtOnce, async (one) => {
    const { location, name, artifact } = one;
    const access = { files, decompressors, keys };
    const opened = await openArtifact(access, location, artifact.identity);
    if (!opened.ok) return opened;
    const { source, close } = opened.value;
    const verified = await verifyArtifact(named(source, name), keys, decompressors);
    close();
    return verified.ok ? ok({ located: one, files: verified.value.files }) : verified;
  });
  const problems = results.flatMap((result) => (result.ok ? [] : result.problems));
  if (problems.length > 0) return fail(...problems);
  return ok(results.flatMap((result) => (result.ok ? [result.value] : [])));
}

/** The same bytes under the name that people know. */
function named(source: ByteSource, name: string): ByteSource {
  return { name, size: source.size, read: (...args) => source.read(...args) };
}
