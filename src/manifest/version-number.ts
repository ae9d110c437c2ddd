import { partsOf } from "./number-range.ts";

/** Where the number of a version stands in its name, and what is a number at all. */
export interface NumberForm {
  /** `esp32-fw-{}-*`: the number stands at the braces, anything at a star. Null: wherever there is one alone. */
  readonly template: string | null;
  /** `semver`: a pre-release comes before its release. `date`: year, month and day. */
  readonly scheme: "dotted" | "semver" | "date";
}

export const plainNumbers: NumberForm = { template: null, scheme: "dotted" };

export type NumberInName =
  | { readonly kind: "number"; readonly number: string }
  /** No group, several of them, one that is no number of ours, or a name that does not fit the template. */
  | { readonly kind: "none" | "several" | "odd" | "unfit" };

/** The number in a name, with at least three parts: `app-2026.03` is 2026.3.0, `app-2.0.0-rc1` may be 2.0.0-rc1. */
export function numberOf(name: string, { template, scheme }: NumberForm): NumberInName {
  const found = template === null ? groupsOf(name, scheme) : fitting(name, template, scheme);
  const [group, ...others] = [...new Set(found)];
  if (group === undefined) return { kind: template === null ? "none" : "unfit" };
  if (others.length > 0) return { kind: "several" };
  const [digits = "", ...behind] = scheme === "semver" ? withoutBuild(group).split("-") : [group];
  const parts = scheme === "date" ? dateParts(digits) : partsOf(digits);
  if (parts === null) return { kind: "odd" };
  const padding = Array.from({ length: Math.max(0, 3 - parts.length) }, () => 0);
  return { kind: "number", number: [[...parts, ...padding].join("."), ...behind].join("-") };
}

/** Why a version cannot be compared with a range: what its name has. */
export const noNumberReasons = {
  none: "has no number with a dot in it",
  several: "has several numbers with dots in them",
  odd: "has too large a number in it",
  unfit: "does not fit the pattern of its type",
} as const;

const tail = "(?:-[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?(?:\\+[0-9A-Za-z.-]+)?";
const dates = "[0-9]{4}[-._]?[0-9]{2}(?:[-._]?[0-9]{2})?(?:\\.[0-9]+)?(?![0-9])";

/** Anywhere in a name, with a dot in it. */
const groups = {
  dotted: /[0-9]+(?:\.[0-9]+)+/g,
  semver: new RegExp(`[0-9]+(?:\\.[0-9]+)+${tail}`, "g"),
  date: new RegExp(`(?<![0-9])${dates}`, "g"),
} as const;

/** At the braces of a template. */
const numbers = {
  dotted: /[0-9]+(?:\.[0-9]+)*/y,
  semver: new RegExp(`[0-9]+(?:\\.[0-9]+)*${tail}`, "y"),
  date: new RegExp(dates, "y"),
} as const;

function groupsOf(name: string, scheme: NumberForm["scheme"]): readonly string[] {
  return name.match(groups[scheme]) ?? [];
}

/** Every number that may stand at the braces: the longest at each place. */
function fitting(name: string, template: string, scheme: NumberForm["scheme"]): readonly string[] {
  const [before = "", behind = ""] = template.split("{}");
  const found: string[] = [];
  const number = numbers[scheme];
  for (let at = 0; at < name.length; at += 1) {
    if (/[0-9.]/.test(name[at - 1] ?? "") && before.endsWith("*")) continue;
    number.lastIndex = at;
    const [digits] = number.exec(name) ?? [];
    if (digits === undefined || !isGlob(before, name.slice(0, at))) continue;
    const lengths = [digits.length, ...(/[-+]/.test(digits) ? [digits.search(/[-+]/)] : [])];
    const length = lengths.find((one) => isGlob(behind, name.slice(at + one)));
    if (length !== undefined) found.push(name.slice(at, at + length));
  }
  return found;
}

/** Whether the text is the pattern, in which a star stands for anything. */
function isGlob(pattern: string, text: string): boolean {
  const [first = "", ...others] = pattern.split("*");
  const last = others.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const piece of others) {
    const found = text.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return text.endsWith(last) && text.length - last.length >= at;
}

function withoutBuild(number: string): string {
  return number.replace(/\+.*$/, "");
}

/** `2026-03-01`, `2026.3`, `20260301`; null where it is no day of any year. */
function dateParts(text: string): readonly number[] | null {
  const [, year = "", month = "", day = "0", count] =
    /^([0-9]{4})[-._]?([0-9]{2})(?:[-._]?([0-9]{2}))?(?:\.([0-9]+))?$/.exec(text) ?? [];
  const parts = partsOf([year, month, day, ...(count === undefined ? [] : [count])].join("."));
  const [, inYear = 0, inMonth = 0] = parts ?? [];
  return inYear < 1 || inYear > 12 || inMonth > 31 ? null : parts;
}
