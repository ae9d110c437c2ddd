import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** All that lies below a directory, and itself, by path: kind and mode as `ls -l` shows them, then the content. */
export function treeOf(directory: string): Readonly<Record<string, string>> {
  const paths = readdirSync(directory, { recursive: true, encoding: "utf8" });
  return Object.fromEntries([".", ...paths].map((path) => [path, toldOf(join(directory, path))]));
}

function toldOf(path: string): string {
  const stats = lstatSync(path);
  const mode = rights(stats.mode);
  if (stats.isDirectory()) return `d${mode}`;
  if (stats.isFIFO()) return `p${mode}`;
  if (stats.isSymbolicLink()) return `l${mode}`;
  return `-${mode} ${readFileSync(path, "utf8")}`;
}

function rights(mode: number): string {
  const letters = ["r", "w", "x", "r", "w", "x", "r", "w", "x"];
  return letters.map((letter, at) => ((mode >> (8 - at)) & 1 ? letter : "-")).join("");
}
