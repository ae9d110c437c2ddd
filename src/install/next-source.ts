import type { Problem } from "../core/problem.ts";
import type { ProblemCode } from "../core/problem-codes.ts";
import type { ArtifactLocation } from "../manifest/location.ts";
import { stuckTypes } from "../manifest/match.ts";
import type { MatchInput } from "../manifest/match-input.ts";
import { type Elsewhere, locateCached, locateListed } from "../sources/elsewhere.ts";
import type { LocatedArtifact, NamedArtifact } from "../sources/located.ts";
import { isClosed } from "../sources/locate.ts";
import type { Places } from "../sources/places.ts";
import { type ArtifactCandidates, availableAmong } from "./artifacts.ts";

export interface Widened {
  readonly candidates: ArtifactCandidates;
  /** Why a source could not be asked that might have had more. */
  readonly problems: readonly Problem[];
}

/**
 * The first source that holds a fitting Artifact is the only one asked, and what a Component's Provides refuse does not
 * fit: where some Component cannot come to what is wanted with what was found, the next sources are asked, too, for the
 * Artifacts of its type. What they have comes behind what was found before. Whoever is served already needs no other
 * source.
 */
export async function askNextSources(
  places: Places,
  match: Omit<MatchInput, "artifacts">,
  candidates: ArtifactCandidates,
  elsewhere: Elsewhere,
): Promise<Widened> {
  if (isClosed(places) || wantedMore(match, candidates, "server").length === 0) {
    return { candidates, problems: [] };
  }
  const first = wantedMore(match, candidates, "cache");
  const cached = await locateCached(elsewhere, places, first);
  const more = withMore(candidates, first, cached);
  const second = wantedMore(match, more, "server");
  const listed = await locateListed(elsewhere, places, second);
  const found = listed.map((result) => (result.ok ? result.value : []));
  const problems = listed.flatMap((result) => (result.ok ? [] : result.problems));
  return {
    candidates: withMore(more, second, found),
    problems: problems.filter(({ code }) => !silent.has(code)),
  };
}

/** That there is none there either is no news. */
const silent: ReadonlySet<ProblemCode> = new Set([
  "release-missing",
  "release-incompatible",
  "release-without-provides",
  "bus-unreachable",
  "authentication-missing",
]);

/** In the order in which they are asked. */
const ranks = { file: 0, bundle: 1, cache: 2, server: 3 } as const;

/** Those of the stuck types that are known by name and were not looked for in that source yet. */
function wantedMore(
  match: Omit<MatchInput, "artifacts">,
  { each }: ArtifactCandidates,
  next: "cache" | "server",
): readonly NamedArtifact[] {
  const open = each.flatMap(({ wanted, candidates }) => {
    const { name, path } = wanted.reference;
    const isByPath = candidates.some(({ location }) => isAt(location, path));
    const isAsked = candidates.some(({ location }) => ranks[location.kind] >= ranks[next]);
    return name === null || candidates.length === 0 || isByPath || isAsked
      ? []
      : [{ wanted, name }];
  });
  if (open.length === 0) return [];
  const stuck = stuckTypes({ ...match, artifacts: availableAmong({ each }) });
  return open.filter(({ wanted }) => stuck.has(wanted.type));
}

/** What lies at the path that the Manifest gives is the only one that is meant. */
function isAt(location: ArtifactLocation, path: string | null): boolean {
  return location.kind === "file" || (location.kind === "bundle" && location.entry === path);
}

function withMore(
  candidates: ArtifactCandidates,
  named: readonly NamedArtifact[],
  found: readonly (readonly LocatedArtifact[])[],
): ArtifactCandidates {
  const more = new Map(named.map(({ wanted }, index) => [wanted, found[index] ?? []]));
  const each = candidates.each.map(({ wanted, candidates: own }) => {
    const known = new Set(own.map(({ artifact }) => artifact.identity));
    const others = (more.get(wanted) ?? []).filter(({ artifact }) => !known.has(artifact.identity));
    return { wanted, candidates: [...own, ...others] };
  });
  return { ...candidates, each };
}
