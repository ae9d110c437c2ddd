import type { Problem } from "../core/problem.ts";
import { componentNamed } from "./match-columns.ts";
import { matchesFact } from "./fact-cells.ts";
import { choicesOf, type KnownFacts, tooManyChoices } from "./rule-choices.ts";
import { type Combinations, endTablesOf, type RuleChoice } from "./rule-ends.ts";
import { partsOf, type RulePart } from "./rule-parts.ts";
import type { WrittenRule } from "./rule.ts";
import type { EndTable, TransitionTable } from "./system.ts";
import type { VersionDomains } from "./version-domains.ts";

export interface MatchedRules {
  readonly endTables: readonly EndTable[];
  readonly transitionTables: readonly TransitionTable[];
  readonly problems: readonly Problem[];
  readonly notes: readonly Problem[];
}

/**
 * Rules as tables that allow by default and only say NO: each of them is kept where all of its tables are pleased. All
 * rows of a rule are found at one place, so that whoever takes it away takes away all of it. `facts`: of each
 * Component.
 */
export function matchRules(
  rules: readonly WrittenRule[],
  domains: VersionDomains,
  facts: readonly KnownFacts[],
): MatchedRules {
  const combinations: Combinations = { count: 1 };
  const matched = rules.map((rule) => matchRule(rule, domains, facts, combinations));
  return {
    endTables: matched.flatMap(({ endTables }) => endTables),
    transitionTables: matched.flatMap(({ transitionTables }) => transitionTables),
    problems: matched.flatMap(({ problems }) => problems),
    notes: matched.flatMap(({ notes }) => notes),
  };
}

function matchRule(
  rule: WrittenRule,
  domains: VersionDomains,
  facts: readonly KnownFacts[],
  combinations: Combinations,
): MatchedRules {
  const { parts, problems } = partsOf(rule, {
    types: domains.knownTypes,
    versions: domains.versions,
    isId: (type, id) => componentNamed(id, type, domains) !== null,
  });
  const placed = parts.map((part) => {
    const { name, sharing, at } = rule;
    const speaker = { kind: "rule", name, sharing, at } as const;
    const asked = (slot: number) =>
      part.bans.flatMap(({ unless }) => (unless?.slot === slot ? [unless] : []));
    const found = choicesOf({ ...speaker, slots: part.slots, asked }, domains, facts);
    const choices = found.choices.map((choice): RuleChoice => ({
      columns: choice.columns,
      isBan: ({ unless }) =>
        unless === null || !matchesFact(unless.cell, choice.facts[unless.slot]?.get(unless.key)),
    }));
    return sizeOf(part) * choices.length <= maxSize
      ? { part, choices, notes: found.notes, problems: found.problems }
      : { part, choices: [], notes: [], problems: [tooManyChoices(speaker)] };
  });
  const found = [...problems, ...placed.flatMap((one) => one.problems)];
  if (found.length > 0) return { endTables: [], transitionTables: [], problems: found, notes: [] };
  return {
    endTables:
      rule.holds === "in_transit"
        ? []
        : placed.flatMap(({ part, choices }) =>
            endTablesOf(rule, part, choices, domains, combinations),
          ),
    transitionTables:
      rule.holds === "at_rest"
        ? []
        : placed.flatMap(({ part, choices }) =>
            choices.flatMap((choice) => transitionTable(rule, part, choice)),
          ),
    problems: [],
    // Several parts of a rule may ask for one fact.
    notes: [
      ...new Map(
        placed.flatMap(({ notes }) => notes).map((note) => [note.message, note] as const),
      ).values(),
    ],
  };
}

/** Of all tables of a rule, choices times bans times versions. */
const maxSize = 2_000_000;

function sizeOf({ bans }: RulePart): number {
  return bans.flatMap(({ cells }) => cells).reduce((sum, cell) => sum + (cell?.length ?? 1), 0);
}

/** Components that are left out may have any version. */
function transitionTable(
  { name, rule }: WrittenRule,
  { bans }: RulePart,
  { columns, isBan }: RuleChoice,
): readonly TransitionTable[] {
  const isThere = (_: unknown, at: number) => columns[at] !== null;
  const rows = bans
    .filter(isBan)
    .map(({ cells }) => ({ cells: cells.filter(isThere), verdict: "no" as const, rule }));
  const present = columns.filter((column) => column !== null);
  if (rows.length === 0 || present.length === 0) return [];
  return [{ name, columns: present, allowByDefault: true, rows, isRule: true }];
}
