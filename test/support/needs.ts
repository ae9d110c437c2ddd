import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Whether a program that a test runs is on the PATH; for `describe.skipIf(!needs("xz"))`, which shows in the
 * report. Where everything must be there (CI=true), a missing one fails the test file instead.
 */
export function needs(program: string): boolean {
  const found = placeOf(program) !== null;
  if (!found && process.env["CI"] === "true") {
    throw new Error(`The program "${program}" is not on the PATH, and CI must skip nothing.`);
  }
  return found;
}

/** Where it is found first on the PATH; null: nowhere. */
export function placeOf(program: string): string | null {
  const places = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((directory) => directory !== "")
    .map((directory) => join(directory, program));
  return places.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
