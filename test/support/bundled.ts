import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Builds a script of the tests, with what it imports from src/, into a file that `node` can run. */
export function bundle(entry: string, into: string): string {
  buildSync({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: into,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20.19",
    logLevel: "error",
  });
  return into;
}
