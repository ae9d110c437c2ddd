import { Range, validRange } from "semver";

/** Only what starts like this can be a range; anything else is the name of a version. */
export function looksLikeRange(text: string): boolean {
  return /^[<>=^~]/.test(text);
}

/** Characters; enough for ten comparators. */
const maxRangeLength = 256;

/**
 * A range in the words of package semver, or null: comparators joined by blanks, each `<`, `<=`, `>`, `>=`,
 * `=`, `^` or `~` and a number of up to three groups of digits. Leading zeros do not count.
 */
export function readRange(text: string): string | null {
  if (text.length > maxRangeLength) return null;
  const joined = text.replace(/([<>=^~])\s+/g, "$1").split(/\s+/);
  const comparators: string[] = [];
  for (const part of joined) {
    const [, operator, digits] = /^([<>]=?|[=^~])v?([0-9]+(?:\.[0-9]+){0,2})$/.exec(part) ?? [];
    const number = digits === undefined ? null : normal(digits);
    if (operator === undefined || number === null) return null;
    comparators.push(`${operator}${number}`);
  }
  const range = comparators.join(" ");
  return validRange(range) === null ? null : range;
}

export type NumberInName =
  | { readonly kind: "number"; readonly number: string }
  /** No group, several of them, or one that is no number of ours. */
  | { readonly kind: "none" | "several" | "odd" };

/** The dotted group of digits in a name, as semver writes it: `app-2026.03` is 2026.3.0. */
export function numberIn(name: string): NumberInName {
  const groups = name.match(/[0-9]+(?:\.[0-9]+)+/g) ?? [];
  const [group, ...others] = groups;
  if (group === undefined) return { kind: "none" };
  if (others.length > 0) return { kind: "several" };
  const number = normal(group);
  const parts = number?.split(".") ?? [];
  if (number === null || parts.length > 3) return { kind: "odd" };
  return { kind: "number", number: [...parts, "0", "0"].slice(0, 3).join(".") };
}

/** Whether a number, as semver writes it, lies in the range. */
export function rangeTest(range: string): (number: string) => boolean {
  const comparators = new Range(range);
  return (number) => comparators.test(number);
}

/** Without leading zeros; null where a group is larger than semver's. */
function normal(digits: string): string | null {
  const groups = digits.split(".").map((group) => group.replace(/^0+(?=[0-9])/, ""));
  return groups.every((group) => Number(group) <= Number.MAX_SAFE_INTEGER)
    ? groups.join(".")
    : null;
}
