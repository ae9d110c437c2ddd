/**
 * Only what starts like a comparison, or is a partial number, can be a range; anything else is the name of a version.
 */
export function looksLikeRange(text: string): boolean {
  return /^[<>=^~]/.test(text) || partial.test(text);
}

/** `2.x`, `1.2.*` */
const partial = /^v?([0-9]+(?:\.[0-9]+)*)\.[x*]$/;

/** Characters; enough for ten comparators. */
const maxRangeLength = 256;

/** The parts of a version number; those that are not there are 0. */
type Parts = readonly number[];

interface Bound {
  readonly parts: Parts;
  readonly isIncluded: boolean;
}

interface Comparator {
  readonly from: Bound | null;
  readonly to: Bound | null;
}

/** A number lies in it if it lies in all of them. */
export type NumberRange = readonly Comparator[];

/**
 * A range, or null: comparators joined by blanks, each `<`, `<=`, `>`, `>=`, `=`, `^` or `~` and a number; or one
 * partial number. Leading zeros do not count. With up to three parts it says what package semver says: a number of one
 * or two parts stands for all that begin with it, so that `>1.2` is `>=1.3`.
 */
export function readRange(text: string): NumberRange | null {
  if (text.length > maxRangeLength) return null;
  const stem = partial.exec(text)?.[1];
  if (stem !== undefined) {
    const parts = partsOf(stem);
    return parts === null ? null : [beginningWith(parts)];
  }
  const joined = text.replace(/([<>=^~])\s+/g, "$1").split(/\s+/);
  const comparators: Comparator[] = [];
  for (const part of joined) {
    const [, sign = "", digits] = /^([<>]=?|[=^~])v?([0-9]+(?:\.[0-9]+)*)$/.exec(part) ?? [];
    const parts = digits === undefined ? null : partsOf(digits);
    const comparator = parts === null ? null : (signs[sign]?.(parts) ?? null);
    if (comparator === null) return null;
    comparators.push(comparator);
  }
  return comparators;
}

const signs: { readonly [sign: string]: (parts: Parts) => Comparator } = {
  ">=": (parts) => ({ from: at(parts), to: null }),
  "<": (parts) => ({ from: null, to: before(parts) }),
  ">": (parts) => ({
    from: isWhole(parts) ? { parts, isIncluded: false } : at(next(parts)),
    to: null,
  }),
  "<=": (parts) => ({ from: null, to: isWhole(parts) ? at(parts) : before(next(parts)) }),
  "=": (parts) => (isWhole(parts) ? { from: at(parts), to: at(parts) } : beginningWith(parts)),
  "~": (parts) => ({ from: at(parts), to: before(next(parts.slice(0, 2))) }),
  "^": (parts) => {
    const first = parts.findIndex((part) => part > 0);
    const kept = first === -1 ? parts : parts.slice(0, first + 1);
    return { from: at(parts), to: before(next(kept)) };
  },
};

/** As semver has it: with three parts all is said. */
function isWhole(parts: Parts): boolean {
  return parts.length >= 3;
}

function beginningWith(parts: Parts): Comparator {
  return { from: at(parts), to: before(next(parts)) };
}

function at(parts: Parts): Bound {
  return { parts, isIncluded: true };
}

function before(parts: Parts): Bound {
  return { parts, isIncluded: false };
}

/** The first number behind all that begin with these parts. */
function next(parts: Parts): Parts {
  return [...parts.slice(0, -1), (parts.at(-1) ?? 0) + 1];
}

/** Whether a number, as `numberIn` gives it, lies in the range. */
export function inRange(range: NumberRange, number: string): boolean {
  const parts = number.split(".").map(Number);
  return range.every(({ from, to }) => {
    const low = from === null ? 1 : compare(parts, from.parts);
    const high = to === null ? -1 : compare(parts, to.parts);
    return (
      (low > 0 || (low === 0 && from?.isIncluded === true)) &&
      (high < 0 || (high === 0 && to?.isIncluded === true))
    );
  });
}

function compare(a: Parts, b: Parts): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export type NumberInName =
  | { readonly kind: "number"; readonly number: string }
  /** No group, several of them, or one that is no number of ours. */
  | { readonly kind: "none" | "several" | "odd" };

/** The dotted group of digits in a name, with at least three parts: `app-2026.03` is 2026.3.0. */
export function numberIn(name: string): NumberInName {
  const groups = name.match(/[0-9]+(?:\.[0-9]+)+/g) ?? [];
  const [group, ...others] = groups;
  if (group === undefined) return { kind: "none" };
  if (others.length > 0) return { kind: "several" };
  const parts = partsOf(group);
  if (parts === null) return { kind: "odd" };
  const padding = Array.from({ length: Math.max(0, 3 - parts.length) }, () => 0);
  return { kind: "number", number: [...parts, ...padding].join(".") };
}

/** Why a version cannot be compared with a range: what its name has. */
export const noNumberReasons = {
  none: "has no number with a dot in it",
  several: "has several numbers with dots in them",
  odd: "has too large a number in it",
} as const;

/** What the comparisons in a text with partial numbers mean, as a sentence; empty where there are none. */
export function partialNumbersExplained(text: string): string {
  const found = text.matchAll(/(?<![<>=])(>|<=|=)\s*v?([0-9]+(?:\.[0-9]+)?)(?![.0-9])/g);
  const told = new Set(
    [...found].map(([written, sign = "", digits = ""]) => {
      const behind = next(digits.split(".").map(Number)).join(".");
      const means = { ">": `>=${behind}`, "<=": `<${behind}` }[sign] ?? `>=${digits} <${behind}`;
      return `"${written}" means "${means}"`;
    }),
  );
  if (told.size === 0) return "";
  return `${[...told].join(", ")}: a number of one or two parts stands for all that begin with it.`;
}

/** Null where a part is larger than can be compared. */
function partsOf(digits: string): Parts | null {
  const parts = digits.split(".").map(Number);
  return parts.every((part) => part < Number.MAX_SAFE_INTEGER) ? parts : null;
}
