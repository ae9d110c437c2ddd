import { verifiedAtOnce, verifyArtifact } from "../artifact/verify.ts";
import { type PayloadSize, payloadSize } from "../bundle/entry-list.ts";
import { readThrough } from "../bundle/sums.ts";
import { inOrder } from "../core/in-order.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { byNameNote, uncheckedStoneNotes } from "../manifest/artifact-notes.ts";
import {
  artifactByName,
  availableArtifact,
  type AvailableArtifact,
  nameNotes,
  type WantedArtifact,
  wantedArtifacts,
} from "../manifest/available-artifacts.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { ByteSource } from "../platform/types.ts";
import type { Supply } from "../sources/access.ts";
import type { Elsewhere } from "../sources/elsewhere.ts";
import type { LocatedArtifact } from "../sources/located.ts";
import { locateArtifacts, missingArtifact, standInsFor } from "../sources/locate.ts";
import { openArtifact } from "../sources/open.ts";
import type { Places } from "../sources/places.ts";
import type { Machine } from "./machine.ts";
import type { Settings } from "./settings.ts";
import { countedSource } from "../sources/counted-source.ts";

/** The Artifacts that a Manifest names; one release may have several for a type. */
export interface ArtifactCandidates {
  /** For each that is named, those that may be meant, the preferred first; none: it is known by name only. */
  readonly each: readonly {
    readonly wanted: WantedArtifact;
    readonly candidates: readonly LocatedArtifact[];
  }[];
  readonly notes: readonly Problem[];
}

/** Finds the Artifacts that a Manifest names, and reads their headers. */
export async function findArtifacts(
  places: Places,
  manifest: Manifest,
  demand:
    | { readonly kind: "all must be there"; readonly elsewhere: Elsewhere }
    | { readonly kind: "by name if need be" },
): Promise<Result<ArtifactCandidates>> {
  const wanted = wantedArtifacts(manifest);
  const located = await locateArtifacts(
    places,
    wanted,
    demand.kind === "all must be there" ? demand.elsewhere : null,
  );
  if (!located.ok) return located;
  const missing = wanted.filter((_, index) => located.value[index]?.length === 0);
  if (missing.length > 0 && demand.kind === "all must be there") {
    return fail(...missing.map(missingArtifact));
  }
  const standIns = standInsFor(wanted, located.value);
  return ok({
    each: wanted.map((one, index) => ({ wanted: one, candidates: located.value[index] ?? [] })),
    notes: [
      ...standIns.flatMap((one) => nameNotes(one.wanted, one.available)),
      ...byNameNote(standIns),
      ...uncheckedStoneNotes(standIns, manifest),
    ],
  });
}

/** All that may be meant, those of one release in the order in which they are preferred. */
export function availableAmong({
  each,
}: Pick<ArtifactCandidates, "each">): readonly AvailableArtifact[] {
  return each.flatMap(({ wanted, candidates }) =>
    candidates.length === 0
      ? [artifactByName(wanted)]
      : candidates.map(({ artifact }) => availableArtifact(wanted, artifact)),
  );
}

/** An Artifact of the plan as far as it could be read. */
export interface CheckedArtifact {
  readonly located: LocatedArtifact;
  /** What it takes unpacked; null: it is on the Server, and only its header was read. */
  readonly payload: PayloadSize | null;
}

/**
 * Every byte of every Artifact that lies on this machine, before anything is changed. What a configured key vouches for
 * is summed as it lies; Download takes the sums of what is in it.
 */
export async function verifyArtifacts(
  { platform, working }: Machine,
  { keys }: Settings,
  supply: Supply,
  located: readonly LocatedArtifact[],
): Promise<Result<readonly CheckedArtifact[]>> {
  const { files, decompressors } = platform;
  const results = await inOrder(located, verifiedAtOnce, async (one) => {
    const { location, name, artifact } = one;
    // Its sums follow in Download.
    if (location.kind === "server") return ok({ located: one, payload: null });
    const access = { files, decompressors, keys, supply };
    const { identity } = artifact;
    const opened = await openArtifact(access, { location, identity }, "all");
    if (!opened.ok) return opened;
    const { source, vouched, close } = opened.value;
    const total = { count: source.size, unit: "bytes" } as const;
    const payload = await working({ work: "verifying", name, total }, (count) => {
      const bytes = countedSource(named(source, name), count);
      return vouched === null ? verifyWhole(bytes, keys, decompressors) : held(bytes, vouched);
    });
    close();
    return payload.ok ? ok({ located: one, payload: payload.value }) : payload;
  });
  const problems = results.flatMap((result) => (result.ok ? [] : result.problems));
  if (problems.length > 0) return fail(...problems);
  return ok(results.flatMap((result) => (result.ok ? [result.value] : [])));
}

async function verifyWhole(
  ...[source, keys, decompressors]: Parameters<typeof verifyArtifact>
): Promise<Result<PayloadSize>> {
  const verified = await verifyArtifact(source, keys, decompressors);
  return verified.ok ? ok(payloadSize(verified.value.files)) : verified;
}

/** An entry that a key vouches for, once its bytes are those that were signed. */
async function held(source: ByteSource, vouched: PayloadSize): Promise<Result<PayloadSize>> {
  const summed = await readThrough(source, source.name);
  return summed.ok ? ok(vouched) : summed;
}

/** The same bytes under the name that people know. */
function named(source: ByteSource, name: string): ByteSource {
  return { name, size: source.size, read: (...args) => source.read(...args) };
}
