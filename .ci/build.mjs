// Builds dist/: the program, and beside it, each in a file of its own, the packages that only some commands need.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { exit } from "node:process";
import { buildSync } from "esbuild";
import { apart, fileOf, mainOptions, shared } from "./program.mjs";

rmSync("dist", { recursive: true, force: true });
buildSync({
  ...shared,
  entryPoints: { launch: "src/cli/launch.ts", "kept-code": "src/platform/kept-code.ts" },
  define: { "import.meta.dirname": "__dirname" },
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
});
buildSync({ ...shared, ...mainOptions, outfile: "dist/main.cjs" });
for (const name of apart) {
  buildSync({ ...shared, entryPoints: [name], outfile: `dist/${fileOf(name)}` });
}
exit(spawnSync("node", ["bin/keep-code.mjs"], { stdio: "inherit" }).status ?? 1);
