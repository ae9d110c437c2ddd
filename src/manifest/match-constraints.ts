import { SystemVersion } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { artifactsOf, type VersionDomains } from "./version-domains.ts";
import type { MatchInput } from "./match-input.ts";
import { matchLimits } from "./match-limits.ts";
import { matchRules } from "./match-rules.ts";
import { matchEndTable, matchTransitionTable } from "./match-tables.ts";
import { factsOf } from "./facts.ts";
import { askingFacts, matchFactEndTable, matchFactTransitionTable } from "./match-fact-tables.ts";
import type { EndTable, Limit, TransitionTable } from "./system.ts";
import type { ConstraintTable } from "./table.ts";
import type { Constraints } from "./written-constraints.ts";
import { versionNamed } from "./version.ts";

export interface MatchedConstraints {
  readonly endTables: readonly EndTable[];
  readonly transitionTables: readonly TransitionTable[];
  readonly endStatesOnly: boolean;
  readonly limits: readonly Limit[];
  readonly problems: readonly Problem[];
  readonly notes: readonly Problem[];
}

/**
 * The Manifest's tables and the device's own; each of them must accept. Neither may loosen the other: what
 * one says by having no table of a kind still holds when the other has one. Only of a Manifest without any tables the
 * device's are the only ones there are, and say what they would say in a Manifest.
 */
export function matchConstraints(input: MatchInput, domains: VersionDomains): MatchedConstraints {
  const own = input.manifest.constraints;
  const device = input.deviceConstraints;
  const facts = input.components.map((component) => ({
    facts: factsOf(component),
    at: component.at,
  }));
  const ends = [own?.endStates ?? null, device?.endStates ?? null].flatMap((table) => {
    if (table === null) return [];
    const asking = askingFacts(table, domains);
    return asking === null
      ? [{ notes: [], ...matchEndTable(table, domains) }]
      : [matchFactEndTable(asking, domains, facts)];
  });
  const written = [...(own?.transitionStates ?? []), ...(device?.transitionStates ?? [])];
  const transitions = written.map((table) => {
    const asking = askingFacts(table, domains);
    return asking === null
      ? { table, notes: null, ...matchTransitionTable(table, domains) }
      : { table, ...matchFactTransitionTable(asking, domains, facts) };
  });
  const rules = matchRules([...(own?.rules ?? []), ...(device?.rules ?? [])], domains, facts);
  const limits = matchLimits([...(own?.limits ?? []), ...(device?.limits ?? [])], domains);
  const endTables = ends.flatMap(({ tables }) => tables);
  const transitionTables = transitions.flatMap(({ tables }) => tables);
  const areThere = [...transitionTables, ...rules.transitionTables, ...rules.endTables].length > 0;
  if (endTables.length === 0 && areThere) endTables.push(wantedOnly(input, domains));
  return {
    endTables: [...endTables, ...rules.endTables],
    transitionTables: [...transitionTables, ...rules.transitionTables],
    endStatesOnly: passesEndStatesOnly(own, device, transitionTables),
    limits: limits.limits,
    problems: [...ends, ...transitions, rules, limits].flatMap(({ problems }) => problems),
    notes: [
      ...ends.flatMap(({ problems, notes }) => (problems.length > 0 ? [] : notes)),
      ...transitions.flatMap(({ table, tables, problems, notes }) =>
        problems.length > 0 ? [] : (notes ?? (tables.length === 0 ? [notApplied(table)] : [])),
      ),
      ...rules.notes,
    ],
  };
}

/**
 * The rules of a device alone, beside a Manifest without tables, forbid what they speak of and nothing else: what is
 * left out there says nothing.
 */
function passesEndStatesOnly(
  own: Constraints | null,
  device: Constraints | null,
  transitionTables: readonly TransitionTable[],
): boolean {
  if (own !== null) return own.transitionStates.length === 0 && !own.passesAny;
  if (device === null) return transitionTables.length === 0;
  const isRulesAlone = device.endStates === null && device.rules.length > 0;
  return transitionTables.length === 0 && !device.passesAny && !isRulesAlone;
}

/** A Manifest without tables has one end state, the wanted one; without it the device's rules had no hold. */
function wantedOnly({ manifest, artifacts }: MatchInput, { types }: VersionDomains): EndTable {
  const targets = types.map(({ name, versions }) => {
    const [target] = artifactsOf(artifacts, name);
    const version = versionNamed(target?.name ?? "");
    return { at: versions.indexOf(version), version };
  });
  const row = targets.map(({ version }) => version).join(" | ");
  const rule = { file: manifest.file, line: manifest.componentTypes[0]?.at.line ?? 1, row };
  return {
    name: "component_types",
    columns: types.map((_, type) => ({ type, component: null })),
    rows: [
      {
        systemVersion: SystemVersion.parse(manifest.name),
        cells: targets.map(({ at }) => [at]),
        verdict: "yes",
        rule,
      },
    ],
  };
}

function notApplied({ name, at }: ConstraintTable): Problem {
  return {
    code: "table-not-applied",
    message: `The table "${name}" says nothing here: the System has no Component for one of its columns.`,
    at,
    hint: "Nothing is to be done if this kind of System does not have it.",
  };
}
