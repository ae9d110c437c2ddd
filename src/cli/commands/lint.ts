import type { Problem } from "../../core/problem.ts";
import type { AvailableArtifact } from "../../manifest/available-artifacts.ts";
import { lintSystem } from "../../manifest/lint-system.ts";
import { lintManifest } from "../../manifest/lint.ts";
import { artifactVersions } from "../../manifest/manifest-versions.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import { missingEndState } from "../../planner/conflict/refused-goal.ts";
import type { Heard } from "../../planner/model/budget.ts";
import { isTooWide } from "../../planner/conflict/step-rules.ts";
import { groundingOf } from "../../planner/constraints/grounding.ts";
import {
  brokenByOrder,
  type Reachability,
  reachability,
  strayVersions,
} from "../../planner/conflict/reachability.ts";
import {
  orderBreaksRows,
  strayVersion,
  targetNotAnEndState,
  unreachable,
} from "../../report/lint.ts";

/** What is odd about a Manifest with tables, and which System version leads to which. */
export interface Linted {
  readonly problems: readonly Problem[];
  readonly notes: readonly Problem[];
  /** Null where nothing is to be compared. */
  readonly reach: Reachability | null;
}

/**
 * A Manifest that was read, and its Artifacts: what those that are at hand depend on counts. A problem only where it
 * cannot work on any System.
 */
export function lint(
  manifest: Manifest,
  artifacts: readonly AvailableArtifact[],
  heard?: Heard,
): Linted {
  if (manifest.constraints === null) return { problems: [], notes: [], reach: null };
  const matched = lintSystem(manifest, artifacts);
  // Told below by the search, which knows the versions that are only there to start from.
  const notes = lintManifest(manifest).filter(({ code }) => code !== "version-without-artifact");
  if (!matched.ok) {
    // What does not fit the Components made up for it says nothing of real ones; a wrong table does.
    const problems = matched.problems.filter(({ code }) => /^(?:table|rule)-/.test(code));
    return { problems, notes, reach: null };
  }
  const system = matched.value;
  const grounding = groundingOf(system);
  const missing = missingEndState(system, grounding);
  if (isTooWide(system, grounding)) return { problems: [], notes, reach: null };
  const reach = reachability(system, { heard });
  const stray = strayVersions(system);
  return {
    problems: missing === null ? [] : [targetNotAnEndState(system, missing)],
    notes: [
      ...notes,
      ...manifest.componentTypes.flatMap((wanted) => {
        const { type, at } = wanted;
        const declared = [...wanted.versions, ...artifactVersions(wanted)];
        const found = stray[system.types.findIndex(({ name }) => name === type)] ?? [];
        const versions = found.filter((version) => !declared.includes(version));
        return versions.length === 0 ? [] : [strayVersion(type, versions, at)];
      }),
      ...unreachable(reach),
      ...brokenByOrder(system, reach, heard).map((from) => orderBreaksRows(manifest, from)),
    ],
    reach: reach.names.length < 2 ? null : reach,
  };
}
