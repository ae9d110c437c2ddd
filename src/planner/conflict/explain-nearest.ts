import type { SystemVersion } from "../../core/ids.ts";
import type { System, SystemState } from "../../manifest/system.ts";
import { at } from "../model/draft.ts";
import { opening } from "./explain-core.ts";
import { pathsTo } from "./explain-paths.ts";
import type { Law } from "./explain-law.ts";
import { judge } from "../constraints/judge.ts";
import { wantedOf } from "../model/wanted.ts";

export interface NearestEnd {
  readonly name: SystemVersion;
  readonly state: SystemState;
}

/**
 * Of the end states that can be reached, other than the one that is there, that which leaves the fewest
 * Components without what they should have. "undecided": one that may be nearer was given up.
 */
export function nearestEnd(
  system: System,
  law: Law,
  stepLimit: number,
): NearestEnd | "none" | "undecided" {
  const budget = { left: stepLimit };
  const { ends, peerage, endName } = judge(system);
  const start = system.components.map((component) => component.start);
  const boxes = ends.boxes.map((box) => {
    const goals = system.components.map(({ type }, component) => {
      const domain = box.domains[at(peerage.of, component)] ?? null;
      const all = [...at(system.types, type).versions.keys()];
      // What it wants, where the end state leaves the choice.
      return preferred(domain ?? all, wantedOf(system, component), at(start, component));
    });
    const missed = goals.filter(
      (versions, component) => !versions.includes(wantedOf(system, component)),
    );
    return { name: box.name, goals, missed: missed.length };
  });
  for (const { name, goals } of boxes.toSorted((a, b) => a.missed - b.missed)) {
    const isGoal = (state: SystemState) =>
      endName(state) === name && state.some((version, component) => version !== start[component]);
    const found = opening({
      system,
      law,
      paths: pathsTo(system, goals),
      isGoal,
      isLifted: () => false,
      budget,
    });
    if (found.kind === "undecided") return "undecided";
    if (found.kind === "way" && name !== null) return { name, state: found.last.state };
  }
  return "none";
}

function preferred(domain: readonly number[], wanted: number, start: number): readonly number[] {
  if (domain.includes(wanted))
    return [...new Set([wanted, ...(domain.includes(start) ? [start] : [])])];
  return domain;
}
