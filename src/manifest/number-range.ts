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
  /** Null: the release itself; empty: what comes before all of its pre-releases. */
  readonly pre: PreRelease | null;
  readonly isIncluded: boolean;
}

/** `rc.1`, part by part. */
type PreRelease = readonly string[];

interface Comparator {
  readonly from: Bound | null;
  readonly to: Bound | null;
}

/** A number lies in it if it lies in all of them. */
export type NumberRange = readonly Comparator[];

/**
 * A range, or null: comparators joined by blanks, each `<`, `<=`, `>`, `>=`, `=`, `^` or `~` and a number; or one
 * partial number. Leading zeros do not count. With up to three parts it says what package semver says, pre-releases
 * included: a number of one or two parts stands for all that begin with it, so that `>1.2` is `>=1.3`.
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
    const [, sign = "", digits, tail] = comparison.exec(withDots(part)) ?? [];
    const parts = digits === undefined ? null : partsOf(digits);
    const pre = tail?.split(".") ?? null;
    if (parts === null || (pre !== null && !isWhole(parts))) return null;
    const comparator = signs[sign]?.(parts, pre) ?? null;
    if (comparator === null) return null;
    comparators.push(comparator);
  }
  return comparators;
}

const comparison =
  /^([<>]=?|[=^~])v?([0-9]+(?:\.[0-9]+)*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$/;

/** A date with dashes is one with dots. */
function withDots(comparator: string): string {
  return comparator.replace(
    /^([<>=^~]+)([0-9]{4})-([0-9]{1,2})(?:-([0-9]{1,2}))?$/,
    (_, sign: string, ...parts: readonly unknown[]) =>
      sign +
      parts
        .slice(0, 3)
        .filter((part) => typeof part === "string")
        .join("."),
  );
}

/** Whether it names pre-releases, which only some types tell apart. */
export function namesPreRelease(range: NumberRange): boolean {
  return range.some(({ from, to }) => [from, to].some((bound) => (bound?.pre ?? []).length > 0));
}

type Sign = (parts: Parts, pre: PreRelease | null) => Comparator;

const signs: { readonly [sign: string]: Sign } = {
  ">=": (parts, pre) => ({ from: at(parts, pre), to: null }),
  "<": (parts, pre) => ({ from: null, to: before(parts, isWhole(parts) ? pre : []) }),
  ">": (parts, pre) => ({
    from: isWhole(parts) ? { parts, pre, isIncluded: false } : at(next(parts)),
    to: null,
  }),
  "<=": (parts, pre) => ({
    from: null,
    to: isWhole(parts) ? at(parts, pre) : before(next(parts)),
  }),
  "=": (parts, pre) =>
    isWhole(parts) ? { from: at(parts, pre), to: at(parts, pre) } : beginningWith(parts),
  "~": (parts, pre) => ({ from: at(parts, pre), to: before(next(parts.slice(0, 2))) }),
  "^": (parts, pre) => {
    const first = parts.findIndex((part) => part > 0);
    const kept = first === -1 ? parts : parts.slice(0, first + 1);
    return { from: at(parts, pre), to: before(next(kept)) };
  },
};

/** As semver has it: with three parts all is said. */
function isWhole(parts: Parts): boolean {
  return parts.length >= 3;
}

function beginningWith(parts: Parts): Comparator {
  return { from: at(parts), to: before(next(parts)) };
}

/** A number of one or two parts stands for its pre-releases, too. */
function at(parts: Parts, pre: PreRelease | null = null): Bound {
  return { parts, pre: isWhole(parts) ? pre : [], isIncluded: true };
}

function before(parts: Parts, pre: PreRelease | null = []): Bound {
  return { parts, pre, isIncluded: false };
}

/** The first number behind all that begin with these parts. */
function next(parts: Parts): Parts {
  return [...parts.slice(0, -1), (parts.at(-1) ?? 0) + 1];
}

/** Whether a number, as `numberOf` gives it, lies in the range. */
export function inRange(range: NumberRange, number: string): boolean {
  const { parts, pre } = numberParts(number);
  const compared = (bound: Bound) =>
    compare(parts, bound.parts) || comparePreReleases(pre, bound.pre);
  return range.every(({ from, to }) => {
    const low = from === null ? 1 : compared(from);
    const high = to === null ? -1 : compared(to);
    return (
      (low > 0 || (low === 0 && from?.isIncluded === true)) &&
      (high < 0 || (high === 0 && to?.isIncluded === true))
    );
  });
}

/** `2.0.0-rc.1` */
export function numberParts(number: string): {
  readonly parts: Parts;
  readonly pre: PreRelease | null;
} {
  const [digits = "", ...behind] = number.split("-");
  const pre = behind.length === 0 ? null : behind.join("-").split(".");
  return { parts: digits.split(".").map(Number), pre };
}

/** Of two numbers as `numberOf` gives them: negative where the first is the older one. */
export function compareNumbers(one: string, other: string): number {
  const [a, b] = [numberParts(one), numberParts(other)];
  return compare(a.parts, b.parts) || comparePreReleases(a.pre, b.pre);
}

function compare(a: Parts, b: Parts): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** As semver has it: numbers before words, the shorter one first; the release is behind all of them. */
function comparePreReleases(a: PreRelease | null, b: PreRelease | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  for (const [index, one] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const [isNumber, isOther] = [/^[0-9]+$/.test(one), /^[0-9]+$/.test(other)];
    if (isNumber !== isOther) return isNumber ? -1 : 1;
    const difference = isNumber
      ? Number(one) - Number(other)
      : Number(one > other) - Number(one < other);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

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
export function partsOf(digits: string): Parts | null {
  const parts = digits.split(".").map(Number);
  return parts.every((part) => part < Number.MAX_SAFE_INTEGER) ? parts : null;
}
