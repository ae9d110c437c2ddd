import type { Problem } from "../core/problem.ts";
import type { ProblemCode } from "../core/problem-codes.ts";
import type { ArtifactLocation } from "../manifest/location.ts";
import { stuckTypes } from "../manifest/match.ts";
import type { MatchInput } from "../manifest/match-input.ts";
import { type Elsewhere, locateCached, locateListed } from "../sources/elsewhere.ts";
import type { LocatedArtifact, NamedArtifact } from "../sources/located.ts";
import { distinct, isClosed } from "../sources/locate.ts";
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
  const stuck: Choose = (named, { each }) => {
    const types = stuckTypes({ ...match, artifacts: availableAmong({ each }) });
    return named.filter(({ wanted }) => types.has(wanted.type));
  };
  return await widened(places, candidates, elsewhere, stuck);
}

/**
 * Where nobody knows yet what the Components provide: all sources that an install may ask are asked, for any of them
 * may be the one that some Component needs. A pin says which one is meant.
 */
export async function askAllSources(
  places: Places,
  candidates: ArtifactCandidates,
  elsewhere: Elsewhere,
): Promise<Widened> {
  return await widened(places, candidates, elsewhere, (named) =>
    named.filter(({ wanted }) => wanted.reference.pin === null),
  );
}

/** For which of them the next source is asked. */
type Choose = (
  named: readonly NamedArtifact[],
  candidates: ArtifactCandidates,
) => readonly NamedArtifact[];

async function widened(
  places: Places,
  candidates: ArtifactCandidates,
  elsewhere: Elsewhere,
  choose: Choose,
): Promise<Widened> {
  const wantedMore = (known: ArtifactCandidates, next: "cache" | "server") => {
    const open = notAskedYet(known, next);
    return open.length === 0 ? open : choose(open, known);
  };
  if (isClosed(places) || wantedMore(candidates, "server").length === 0)
    return { candidates, problems: [] };
  const first = wantedMore(candidates, "cache");
  const cached = await locateCached(elsewhere, places, first);
  const more = withMore(candidates, first, cached);
  const second = wantedMore(more, "server");
  const listed = await locateListed(elsewhere, places, second);
  const found = listed.map((result) => (result.ok ? result.value : []));
  const problems = listed.flatMap((result) => (result.ok ? [] : result.problems));
  return {
    candidates: withMore(more, second, found),
    problems: distinct(problems.filter(({ code }) => !silent.has(code))),
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

/** Those that are known by name and were not looked for in that source yet. */
function notAskedYet(
  { each }: ArtifactCandidates,
  next: "cache" | "server",
): readonly NamedArtifact[] {
  return each.flatMap(({ wanted, candidates }) => {
    const { name, path } = wanted.reference;
    const isByPath = candidates.some(({ location }) => isAt(location, path));
    const isAsked = candidates.some(({ location }) => ranks[location.kind] >= ranks[next]);
    return name === null || candidates.length === 0 || isByPath || isAsked
      ? []
      : [{ wanted, name }];
  });
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
