import { unknownVersion, Version } from "../core/ids.ts";
import { knownVersions, versionsOf, worstOf } from "./cell-versions.ts";
import type { Cell } from "./table.ts";
import type { NumberForm } from "./version-number.ts";

/** What a Component provides besides its version, or is told of it: what no update changes. */
export type Facts = ReadonlyMap<string, string>;

/** Whether the cell matches what is known of the fact; undefined: nothing is. */
export function matchesFact(cell: Cell, value: string | undefined): boolean {
  const { set } = versionsOf(cell, values(value));
  return set === null || set.length > 0;
}

/** Whether it cannot be ruled out that it does. */
export function mayMatchFact(cell: Cell, value: string | undefined): boolean {
  return worstOf(cell, values(value)).length > 0;
}

/** A fact is a number where all of it is one. */
const wholeNumbers: NumberForm = { template: "{}", scheme: "dotted" };

function values(value: string | undefined) {
  const parsed = Version.safeParse(value ?? unknownVersion);
  const name = parsed.success ? parsed.data : unknownVersion;
  return knownVersions([name], new Set([name]), wholeNumbers);
}

/** Whether any value matches: one that the cell names, one right beside it, something else, or none at all. */
export function isPossibleFact(cell: Cell): boolean {
  const words = cell.alternatives.flatMap((one) => one.split(/[\s|!<>=^~]+/));
  const values = words.flatMap((word) => {
    const parts = word.replaceAll(/[x*]/g, "0").split(".").map(Number);
    if (word === "" || parts.some((part) => !Number.isSafeInteger(part))) return [word];
    const [last = 0] = parts.slice(-1);
    const numbers = [last - 1, last, last + 1].filter((number) => number >= 0);
    return numbers.flatMap((number) => {
      const near = [...parts.slice(0, -1), number].join(".");
      return [near, ...beside.map((rest) => `${near}${rest}`)];
    });
  });
  return [undefined, "something else", ...values].some((value) => matchesFact(cell, value));
}

const beside = [".0.0.1", ".0.1", ".1", ".999999"];
