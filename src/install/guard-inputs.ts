import { basename, dirname, join, resolve } from "node:path";
import type { Problem } from "../core/problem.ts";
import { type Files, unlessRefused } from "../platform/types.ts";
import { datastoreOf, type Machine } from "./machine.ts";

/**
 * The problem of a file to install that lies where this program removes things: it would be lost. `name` is relative to
 * the caller's directory. Null where it is safe.
 */
export function inOwnDirectory(machine: Machine, name: string): Problem | null {
  const { files } = machine.platform;
  const { bundles, payloads } = datastoreOf(machine);
  const path = resolve(machine.environment.workingDirectory, name);
  // A link may lie there as well as lead there.
  const places = [realPathOf(files, path), join(realPathOf(files, dirname(path)), basename(path))];
  const own = [bundles, payloads].find((directory) => {
    const inside = `${realPathOf(files, directory)}/`;
    return places.some((place) => place.startsWith(inside));
  });
  if (own === undefined) return null;
  return {
    code: "input-in-datastore",
    message: `"${name}" lies in "${own}", which is emptied by the program itself.`,
    expected: "a file outside of it",
    hint: "Move the file to another directory, then call this command again.",
  };
}

/** What is not there leads nowhere. */
function realPathOf(files: Files, path: string): string {
  return unlessRefused(() => files.realPath(path), path);
}
