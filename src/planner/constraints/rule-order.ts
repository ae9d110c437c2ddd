import type { Rule } from "../../manifest/system.ts";

/** By file, line and text, so that the order in which rules were met leaves no trace. */
export function byRule(a: Rule, b: Rule): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  if (a.line !== b.line) return a.line - b.line;
  if (a.row === b.row) return 0;
  return a.row < b.row ? -1 : 1;
}

/** Sorted, each once. */
export function distinctRules(rules: readonly Rule[]): readonly Rule[] {
  if (rules.length < 2) return rules;
  if (rules.every((rule, at) => isBehind(rules[at - 1], rule))) return rules;
  const sorted = rules.toSorted(byRule);
  return sorted.filter((rule, at) => {
    const before = sorted[at - 1];
    return before === undefined || byRule(before, rule) !== 0;
  });
}

function isBehind(before: Rule | undefined, rule: Rule): boolean {
  return before === undefined || byRule(before, rule) < 0;
}
