import type { Choice } from "./rule-choices.ts";
import type { Ban, RulePart } from "./rule-parts.ts";
import type { WrittenRule } from "./rule.ts";
import type { Column, EndRow, EndTable } from "./system.ts";
import type { VersionDomains } from "./version-domains.ts";

/** Components that a rule speaks of. */
export interface RuleChoice extends Pick<Choice, "columns"> {
  /** Whether it is one of them. */
  readonly isBan: (ban: Ban) => boolean;
}

/**
 * What a rule says of end states. A table without what it forbids allows all: its YES row is the rule, and says
 * nothing of any version. Where all Components of a type must agree, there is a YES row for each way to do so.
 */
export function endTablesOf(
  rule: WrittenRule,
  part: RulePart,
  choices: readonly RuleChoice[],
  domains: VersionDomains,
  combinations: Combinations,
): readonly EndTable[] {
  // At rest nothing is said of a Component that is not there.
  const present = choices.filter(({ columns }) => columns.every((column) => column !== null));
  const [only, ...others] = present;
  const isShort =
    part.windows !== null && combinations.count * part.windows.length <= maxCombinations;
  if (isShort && only !== undefined && others.length === 0 && isOfWholeType(only)) {
    combinations.count *= part.windows.length;
    return [
      {
        name: rule.name,
        columns: only.columns.slice(0, 1).filter((column) => column !== null),
        rows: part.windows.map((members) => row(rule, "yes", [members])),
        isRule: true,
      },
    ];
  }
  return present.flatMap((choice) =>
    apart(choice, domains).flatMap((columns): readonly EndTable[] => {
      const rows = part.bans.filter(choice.isBan).map(({ cells }) => row(rule, "no", cells));
      if (rows.length === 0) return [];
      const any = row(
        rule,
        "yes",
        columns.map(() => null),
      );
      return [{ name: rule.name, columns, rows: [any, ...rows], isRule: true }];
    }),
  );
}

/** Of the YES rows of rules with each other: whoever looks at end states may have to look at all. */
export interface Combinations {
  count: number;
}

const maxCombinations = 500;

function isOfWholeType({ columns }: RuleChoice): boolean {
  return columns.every((column) => column !== null && column.component === null);
}

function row({ rule }: WrittenRule, verdict: "yes" | "no", cells: EndRow["cells"]): EndRow {
  return { systemVersion: null, cells, verdict, rule };
}

/**
 * In an end table a type has one column without an id: where it stands twice, each Component of it takes the first of
 * them in turn.
 */
function apart(
  { columns }: RuleChoice,
  { components }: VersionDomains,
): readonly (readonly Column[])[] {
  const present = columns.filter((column) => column !== null);
  let all: readonly (readonly Column[])[] = [[]];
  for (const [at, column] of present.entries()) {
    const isAgain = present
      .slice(at + 1)
      .some(
        ({ type, component }) =>
          column.component === null && component === null && type === column.type,
      );
    const named = present.flatMap(({ component }) => component ?? []);
    const taken = isAgain
      ? [...components.keys()]
          .filter((one) => components[one]?.type === column.type && !named.includes(one))
          .map((component) => ({ type: column.type, component }))
      : [column];
    all = all.flatMap((before) =>
      taken
        .filter(
          ({ component }) =>
            component === null || !before.some((one) => one.component === component),
        )
        .map((one) => [...before, one]),
    );
  }
  return all;
}
