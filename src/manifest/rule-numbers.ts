import { unknownVersion } from "../core/ids.ts";
import type { Place, Problem } from "../core/problem.ts";
import type { KnownVersions } from "./cell-versions.ts";
import { numberParts } from "./number-range.ts";
import type { NamePart } from "./rule.ts";
import { noNumberReasons, numberOf } from "./version-number.ts";

/** Versions that a rule does not tell apart. */
interface Group {
  /** The parts of the number that count, the one that is named last. Empty where names are compared. */
  readonly number: readonly number[];
  /** Indices, ascending. */
  readonly members: readonly number[];
}

export interface Numbers {
  readonly groups: readonly Group[];
  /**
   * Those of which it is not known what they are equal to: the unknown one, and those that only a Component reports.
   */
  readonly unread: readonly number[];
  /** Versions that the Manifest names and that have no number. */
  readonly problems: readonly Problem[];
}

export function numbersOf(versions: KnownVersions, part: NamePart, at: Place): Numbers {
  const groups = new Map<string, Group & { readonly members: number[] }>();
  const unread: number[] = [];
  const problems: Problem[] = [];
  for (const [index, name] of versions.names.entries()) {
    const found = part === "name" ? null : numberOf(name, versions.numbers);
    if (name === unknownVersion || (found !== null && found.kind !== "number")) {
      unread.push(index);
      if (found !== null && found.kind !== "number" && !isReported(versions, name))
        problems.push(noNumber(name, found.kind, at));
      continue;
    }
    const parts = found === null ? [] : numberParts(found.number).parts;
    const number = parts.slice(0, part === "major" ? 1 : 2);
    const key = found === null ? name : number.join(".");
    const group = groups.get(key) ?? { number, members: [] };
    group.members.push(index);
    groups.set(key, group);
  }
  return { groups: [...groups.values()], unread, problems: problems.slice(0, 1) };
}

function isReported({ reported }: KnownVersions, name: KnownVersions["names"][number]): boolean {
  return name === unknownVersion || reported.has(name);
}

function noNumber(name: string, reason: keyof typeof noNumberReasons, at: Place): Problem {
  return {
    code: "rule-invalid",
    message: `The version "${name}" cannot be compared by its number: it ${noNumberReasons[reason]}.`,
    at,
    expected: `versions with one number such as "app-1.2.3"`,
    got: name,
    hint: `Compare names ("name"), or write rules with "when" and "require" that name the versions.`,
  };
}
