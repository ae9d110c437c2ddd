import type { Problem } from "../core/problem.ts";
import { isMeant } from "../core/nearest.ts";
import type { Condition, NamePart, Requirement, WrittenRule } from "./rule.ts";
import { placeAt, type Source } from "./source.ts";
import type { TableColumn } from "./table.ts";
import { writtenRule } from "./yaml-flow.ts";
import { entriesOf, entryOf, textOf, valueOf, type YamlMap, type YamlNode } from "./yaml-node.ts";
import { readCellNode } from "./yaml-table.ts";

export interface ReadRules {
  readonly rules: readonly WrittenRule[];
  readonly problems: readonly Problem[];
}

/** Reads the list `rules`. What is not of the right shape is passed over here: the schema reports it. */
export function readRules(source: Source, node: YamlNode | undefined): ReadRules {
  if (node?.kind !== "list") return { rules: [], problems: [] };
  const read = node.items.map((item, index) =>
    item.kind === "map" ? readRule(source, item, `rules[${index}]`) : nothing,
  );
  return {
    rules: read.flatMap(({ rules }) => rules),
    problems: read.flatMap(({ problems }) => problems),
  };
}

const nothing: ReadRules = { rules: [], problems: [] };

const formFields = ["when", "require", "same", "compare"];
const otherFields = ["name", "sharing", "holds"];

function readRule(source: Source, node: YamlMap, fallback: string): ReadRules {
  const name = textOf(valueOf(node, "name")) ?? fallback;
  const at = placeAt(source, node.start);
  const unknown = entriesOf(node).flatMap(({ key: { text } }) =>
    [...formFields, ...otherFields].includes(text) ? [] : [text],
  );
  // What a misspelt field would say is not known, and the schema reports it.
  if (isMeant(unknown, formFields)) return nothing;
  const forms = formFields.filter((key) => entryOf(node, key));
  const isRequirement = forms.every((key) => key === "when" || key === "require");
  if (forms.length === 0 || (!isRequirement && forms.length > 1))
    return { rules: [], problems: [notOneForm(name, forms, at)] };
  const shared = entryOf(node, "sharing");
  const fact = textOf(shared?.value);
  const head = {
    name,
    holds: holdsOf(textOf(valueOf(node, "holds"))),
    sharing:
      shared === undefined || fact === null
        ? null
        : { name: fact, at: placeAt(source, shared.key.start) },
    rule: writtenRule(source, node, node, ""),
    at,
  };
  if (isRequirement) {
    const { requirement, problems } = requirementOf(source, node);
    const empty = requirement.require.length === 0 ? [requiresNothing(name, requirement, at)] : [];
    return {
      rules: [{ ...head, ...requirement }],
      problems: problems.length > 0 ? problems : empty,
    };
  }
  const same = valueOf(node, "same");
  if (same !== undefined) {
    const columns = entriesOf(same).flatMap(({ key, value }) => {
      const part = value.kind === "text" ? namePart(value.text) : null;
      return part === null ? [] : [{ head: key.text, at: placeAt(source, key.start), part }];
    });
    if (same.kind === "map" && same.entries.size === 0)
      return { rules: [], problems: [namesNoType(name, placeAt(source, same.start))] };
    return { rules: [{ ...head, kind: "same", columns }], problems: [] };
  }
  return comparisonOf(source, head, valueOf(node, "compare"));
}

function requirementOf(
  source: Source,
  node: YamlMap,
): { readonly requirement: Requirement; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const side = (key: string): readonly Condition[] =>
    entriesOf(valueOf(node, key)).flatMap(({ key: head, value }) => {
      const read = readCellNode(source, value);
      if (read === null) return [];
      problems.push(...read.problems);
      return [{ head: head.text, at: placeAt(source, head.start), cell: read.cell }];
    });
  const requirement = { kind: "require" as const, when: side("when"), require: side("require") };
  return { requirement, problems };
}

function comparisonOf(
  source: Source,
  head: Pick<WrittenRule, "name" | "holds" | "sharing" | "rule" | "at">,
  node: YamlNode | undefined,
): ReadRules {
  const within = valueOf(node, "within");
  const named = (key: string): TableColumn | null => {
    const found = valueOf(node, key);
    const text = textOf(found);
    if (found === undefined || text === null) return null;
    return { head: text, at: placeAt(source, found.start) };
  };
  const [ahead, behind, type] = [named("ahead"), named("behind"), named("between")];
  const isOrdered = ahead !== null && behind !== null && type === null;
  const isEitherWay = type !== null && ahead === null && behind === null;
  const problems: Problem[] = [];
  if (!isOrdered && !isEitherWay) problems.push(notCompared(head.name, head.at));
  const distances = entriesOf(within).flatMap(({ key: { text: part }, value }) =>
    (part === "major" || part === "minor") && value.kind === "text"
      ? [{ part, within: Number(value.text) } as const]
      : [],
  );
  const [distance, ...others] = distances;
  if (within?.kind === "map" && (distance === undefined || others.length > 0))
    problems.push(notOneDistance(head.name, placeAt(source, within.start)));
  if (problems.length > 0 || distance === undefined) return { rules: [], problems };
  const rule = { ...head, kind: "compare" as const, ...distance };
  if (isEitherWay) return { rules: [{ ...rule, between: { type } }], problems };
  if (!isOrdered) return { rules: [], problems };
  return { rules: [{ ...rule, between: { ahead, behind } }], problems };
}

function holdsOf(text: string | null): WrittenRule["holds"] {
  return text === "at_rest" || text === "in_transit" ? text : "always";
}

function namePart(text: string): NamePart | null {
  return text === "name" || text === "major" || text === "minor" ? text : null;
}

function notOneForm(name: string, forms: readonly string[], at: Problem["at"]): Problem {
  return {
    code: "rule-invalid",
    message:
      forms.length === 0
        ? `The rule "${name}" says nothing.`
        : `The rule "${name}" says several things at once: ${forms.join(", ")}.`,
    ...(at && { at }),
    expected: `"when" and "require", or "same", or "compare"`,
    got: forms.length === 0 ? "none of them" : forms.join(", "),
    hint:
      forms.length === 0
        ? `Write what must be: require: { gateway: ">=2" }.`
        : "Write a rule for each.",
  };
}

function requiresNothing(name: string, { when }: Requirement, at: Problem["at"]): Problem {
  return {
    code: "rule-invalid",
    message:
      when.length === 0
        ? `Both sides of the rule "${name}" are empty.`
        : `The rule "${name}" requires nothing.`,
    ...(at && { at }),
    expected: `a map of Component types with cells below "require"`,
    hint: `Write what must be: require: { gateway: ">=2" }; what must not be is written with "!".`,
  };
}

function namesNoType(name: string, at: Problem["at"]): Problem {
  return {
    code: "rule-invalid",
    message: `The rule "${name}" names no Component type.`,
    ...(at && { at }),
    expected: "a map of Component types, each with name, major or minor",
    hint: "Write what must be the same: same: { motor: major }.",
  };
}

function notCompared(name: string, at: Problem["at"]): Problem {
  return {
    code: "rule-invalid",
    message: `The rule "${name}" does not say what it compares.`,
    ...(at && { at }),
    expected: `"ahead" and "behind", or "between"`,
    hint: `Write compare: { ahead: a, behind: b, within: { minor: 1 } }, or { between: a, within: ... }.`,
  };
}

function notOneDistance(name: string, at: Problem["at"]): Problem {
  return {
    code: "rule-invalid",
    message: `The rule "${name}" does not say one distance.`,
    ...(at && { at }),
    expected: `"major" or "minor", with a number`,
    hint: "Write within: { minor: 1 }; what stands above the minor must be equal then.",
  };
}
