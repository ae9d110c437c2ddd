import type { ComponentType } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { resolveCondition } from "./fact-head.ts";
import { headsOf, type WrittenRule } from "./rule.ts";
import type { TableColumn } from "./table.ts";
import { unknownHead } from "./unknown-head.ts";
import type { Constraints } from "./written-constraints.ts";

/** What is wrong with the heads of rules: types that there are not, and what cannot stand there. */
export function ruleHeadProblems(
  { rules }: Constraints,
  types: readonly ComponentType[],
): readonly Problem[] {
  return rules.flatMap((rule) => [
    ...headsOf(rule).flatMap((heads) => headProblems(rule, heads, types)),
    ...(rule.kind === "require" ? [] : comparedFacts(rule, types)),
  ]);
}

function headProblems(
  rule: WrittenRule,
  heads: readonly TableColumn[],
  types: readonly ComponentType[],
): readonly Problem[] {
  const seen = new Set<string>();
  return heads.flatMap((column): readonly Problem[] => {
    const named = resolveCondition(column.head, types);
    if (named === null) return [notKnown(rule, column, types)];
    const key = JSON.stringify([named.type, named.id?.toLowerCase() ?? null, named.key]);
    if (seen.has(key)) return [twice(rule, column)];
    seen.add(key);
    return [];
  });
}

function comparedFacts(rule: WrittenRule, types: readonly ComponentType[]): readonly Problem[] {
  return headsOf(rule)
    .flat()
    .filter(({ head }) => (resolveCondition(head, types)?.key ?? null) !== null)
    .map(({ head, at }) => ({
      code: "rule-invalid",
      message: `The rule "${rule.name}" compares "${head}", which is a fact.`,
      at,
      expected: "a Component type",
      got: head,
      hint: `Ask for a fact with "when" and "require"; "sharing" tells which Components belong together.`,
    }));
}

function notKnown(
  { name }: WrittenRule,
  { head, at }: TableColumn,
  types: readonly ComponentType[],
): Problem {
  const { lacks, shown, hint } = unknownHead(head, types);
  const what = { type: "is no Component type of the Manifest", fact: "names no fact" };
  return {
    code: "rule-invalid",
    message: `The rule "${name}" speaks of "${shown}", which ${what[lacks]}.`,
    at,
    expected: "a Component type, TYPE@ID, or TYPE:KEY for a fact",
    got: shown,
    hint,
  };
}

function twice({ name, kind }: WrittenRule, { head, at }: TableColumn): Problem {
  return {
    code: "rule-invalid",
    message:
      kind === "compare"
        ? `The rule "${name}" compares "${head}" with itself.`
        : `The rule "${name}" names "${head}" twice on one side.`,
    at,
    expected: "each Component type, or Component, once",
    got: head,
    hint:
      kind === "compare"
        ? `Any two of a type are compared with "between".`
        : "Write both cells as one: a blank joins what must hold together.",
  };
}
