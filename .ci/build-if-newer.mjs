// Builds where something that dist/ is made of is newer than it, or where this Node has kept no code of it yet.
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { apart, fileOf } from "./program.mjs";

/** What the build reads. A file that is gone has changed its directory. */
const sources = [
  "src",
  ...readdirSync("src", { recursive: true }).map((name) => join("src", name)),
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "bin/keep-code.mjs",
  ".ci/build.mjs",
  ".ci/program.mjs",
];

async function isBuilt() {
  try {
    const { keptCodeOf } = await import(resolve("dist/kept-code.cjs"));
    const results = [
      "dist/launch.cjs",
      "dist/kept-code.cjs",
      "dist/main.cjs",
      ...apart.map((name) => `dist/${fileOf(name)}`),
      keptCodeOf("dist/main.cjs", "plan"),
      keptCodeOf("dist/main.cjs", "install"),
    ];
    const oldest = Math.min(...results.map((file) => statSync(file).mtimeMs));
    return sources.every((file) => statSync(file).mtimeMs < oldest);
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ERR_MODULE_NOT_FOUND") return false;
    throw error;
  }
}

if (!(await isBuilt())) {
  process.exitCode =
    spawnSync("npm", ["run", "--silent", "build"], { stdio: "inherit" }).status ?? 1;
}
