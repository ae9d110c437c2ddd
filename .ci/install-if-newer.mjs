// Installs the packages, unless node_modules/ is what package-lock.json says for this machine.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

const libcHere =
  process.report.getReport().header.glibcVersionRuntime === undefined ? "musl" : "glibc";
const read = (file) => JSON.parse(readFileSync(file, "utf8"));
/** Null where it is missing or damaged. */
const readInstalled = () => {
  try {
    return read("node_modules/.package-lock.json").packages ?? null;
  } catch {
    return null;
  }
};

/** What npm has written there with its last change of node_modules/ is compared, and that each package is there. */
function isInstalled() {
  const installed = readInstalled();
  if (installed === null) return false;
  const { "": root, ...locked } = read("package-lock.json").packages;
  const { dependencies, devDependencies } = read("package.json");
  return (
    isDeepStrictEqual([root.dependencies, root.devDependencies], [dependencies, devDependencies]) &&
    Object.entries(installed).every(
      ([place, told]) =>
        isDeepStrictEqual(told, locked[place]) &&
        isForThisMachine(told) &&
        existsSync(join(place, "package.json")),
    ) &&
    Object.entries(locked).every(([place, told]) => place in installed || mayBeMissing(told))
  );
}

/** An optional package may be missing, unless it is made for the system of this machine. */
function mayBeMissing(told) {
  return told.optional === true && (told.os === undefined || !isForThisMachine(told));
}

function isForThisMachine({ os, cpu, libc }) {
  return isAmong(process.platform, os) && isAmong(process.arch, cpu) && isAmong(libcHere, libc);
}

/** A list of names, or of names that are excluded, each behind a `!`. */
function isAmong(name, names) {
  if (names === undefined) return true;
  const allowed = names.filter((other) => !other.startsWith("!"));
  return !names.includes(`!${name}`) && (allowed.length === 0 || allowed.includes(name));
}

if (!isInstalled()) {
  const args = ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  process.exitCode = spawnSync("npm", args, { stdio: "inherit" }).status ?? 1;
}
