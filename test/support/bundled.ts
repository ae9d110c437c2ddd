import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Builds a script of the tests, with what it imports from src/, into a file that `node` can run. `with its packages`:
 * as the program is built, so that it starts like that.
 */
export function bundle(
  entry: string,
  into: string,
  packages: "beside it" | "with its packages" = "beside it",
): string {
  const isWhole = packages === "with its packages";
  buildSync({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: into,
    bundle: true,
    packages: isWhole ? "bundle" : "external",
    minify: isWhole,
    // The packages are CommonJS.
    banner: isWhole ? { js: requireForEsm } : {},
    platform: "node",
    format: "esm",
    target: "node20.19",
    logLevel: "error",
  });
  return into;
}

const requireForEsm =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
