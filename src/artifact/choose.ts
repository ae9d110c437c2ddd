import { applyArtifact, isInstalled, type Provides, unmetDepends } from "./matching.ts";
import type { Artifact } from "./types.ts";

/** What the Artifacts of one release are chosen by. */
export interface Chooser {
  readonly componentType: string;
  /** What the Components of the type provide now. */
  readonly present: readonly Provides[];
  /** Every Artifact of the type that may be installed on the way, those to choose from among them. */
  readonly available: readonly Artifact[];
}

/** More contents of one Component than this are not followed: beyond them nothing counts as expected. */
const maxContents = 2_000;

/**
 * Of the Artifacts of one release, the preferred first, the one that is right for the most Components as they are now; where
 * that does not decide, for the most as they are expected to be on the way; where that does not, the preferred one. Whether
 * it can be installed is for the planner to say. Null: there are none.
 */
export function chooseOfRelease<C extends { readonly artifact: Artifact }>(
  candidates: readonly C[],
  chooser: Chooser,
): C | null {
  const [preferred = null, ...others] = candidates;
  if (preferred === null || others.length === 0) return preferred;
  const { present, componentType } = chooser;
  const expected = present.map((provides) => contentsOnTheWay(provides, chooser));
  const ranked = candidates.map((candidate) => ({
    candidate,
    now: present.filter((provides) => isRight(provides, candidate)).length,
    later: expected.filter((contents) =>
      contents.some((content) => isAllowed(content, componentType, candidate)),
    ).length,
  }));
  // The sort is stable: of equals the preferred one stays first.
  const [best] = ranked.toSorted((one, other) => other.now - one.now || other.later - one.later);
  return best?.candidate ?? null;

  /** What is installed already stays; else it is what may be installed. */
  function isRight(provides: Provides, candidate: C): boolean {
    if (candidates.some(({ artifact }) => isInstalled(provides, artifact)))
      return isInstalled(provides, candidate.artifact);
    return isAllowed(provides, componentType, candidate);
  }
}

function isAllowed(
  provides: Provides,
  componentType: string,
  { artifact }: { readonly artifact: Artifact },
): boolean {
  return unmetDepends(provides, componentType, artifact).length === 0;
}

/** All that a Component can come to provide by installing what is available, one after the other. */
function contentsOnTheWay(
  now: Provides,
  { componentType, available }: Chooser,
): readonly Provides[] {
  const contents = new Map([[keyOf(now), now]]);
  for (const content of contents.values()) {
    for (const artifact of available) {
      if (contents.size >= maxContents) return [...contents.values()];
      if (!isAllowed(content, componentType, { artifact })) continue;
      const then = applyArtifact(content, artifact);
      const key = keyOf(then);
      if (!contents.has(key)) contents.set(key, then);
    }
  }
  return [...contents.values()];
}

function keyOf(provides: Provides): string {
  return JSON.stringify([...provides].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
