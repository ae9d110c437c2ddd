import type { Problem } from "../core/problem.ts";
import type { MatchInput } from "./match.ts";
import { matchEndTable, matchTransitionTable, type Population } from "./match-tables.ts";
import type { System } from "./system.ts";
import type { ConstraintTable } from "./table.ts";

export interface MatchedConstraints {
  readonly endTables: System["endTables"];
  readonly transitionTables: System["transitionTables"];
  readonly problems: readonly Problem[];
  readonly notes: readonly Problem[];
}

/** The Manifest's tables and the device's own; each of them must accept. */
export function matchConstraints(input: MatchInput, population: Population): MatchedConstraints {
  const own = input.manifest.constraints;
  const device = input.deviceConstraints;
  const ends = [own?.endStates ?? null, device?.endStates ?? null].flatMap((table) =>
    table === null ? [] : [matchEndTable(table, population)],
  );
  const endTables = ends.map(({ table }) => table);
  const problems = ends.flatMap((end) => end.problems);
  const transitionTables: System["transitionTables"][number][] = [];
  const notes: Problem[] = [];
  for (const table of [...(own?.transitionStates ?? []), ...(device?.transitionStates ?? [])]) {
    const matched = matchTransitionTable(table, population);
    problems.push(...matched.problems);
    if (matched.table !== null) transitionTables.push(matched.table);
    else if (matched.problems.length === 0) notes.push(notApplied(table));
  }
  return { endTables, transitionTables, problems, notes };
}

function notApplied({ name, at }: ConstraintTable): Problem {
  return {
    code: "table-not-applied",
    message: `The table "${name}" says nothing here: the System has no Component for one of its columns.`,
    at,
    hint: "Nothing is to be done if this kind of System does not have it.",
  };
}
