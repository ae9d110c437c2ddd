import { isAscii } from "node:buffer";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildSync } from "esbuild";
import { mainOptions, shared } from "../../.ci/program.mjs";
import { expect, test } from "vitest";
import { scratchDirectory } from "../support/scratch.ts";

/*
 * How long a start takes is measured by `npm run bench -- startup`. What makes it long is looked at here, where no time
 * is measured: modules that are evaluated for commands which do not use them.
 */

const seed = resolve("fixtures/systems/seed");

test("plan from a state file evaluates nothing that others are for", () => {
  const modules = modulesEvaluatedBy(
    "plan",
    join(seed, "manifest-v2.yaml"),
    "--state",
    join(seed, "state-v1.yaml"),
  );
  expect(modules).toContain("src/manifest/manifest-shape.ts");
  const others =
    /^src\/(?:cli\/demo|certificate|certify|executor|install\/fleet|simulate|verify-[a-z]+)\//;
  expect(modules.filter((name) => others.test(name))).toEqual([]);
  // Making these schemas would take a tenth of the time.
  const schemas = ["deployment/records", "manifest/system", "sources/server/item"];
  expect(schemas.filter((name) => modules.includes(`src/${name}.ts`))).toEqual([]);
  expect(packagesOf(modules)).toEqual(["b4a", "chalk", "commander", "tar-stream", "yaml", "zod"]);
});

test("plan from a state file loads no module of Node for starting programs", () => {
  const directory = scratchDirectory();
  const list = join(directory, "loaded");
  const hook = join(directory, "hook.cjs");
  writeFileSync(
    hook,
    `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(list)}, process.moduleLoadList.join("\\n")));`,
  );
  const plan = ["plan", join(seed, "manifest-v2.yaml"), "--state", join(seed, "state-v1.yaml")];
  execFileSync(process.execPath, ["--require", hook, "bin/orchestrator", ...plan]);
  const loaded = readFileSync(list, "utf8").split("\n");
  expect(loaded).toContain("NativeModule zlib");
  expect(loaded.filter((name) => /^NativeModule (?:child_process|dgram|v8)$/.test(name))).toEqual(
    [],
  );
});

test("help evaluates neither Manifest nor planner", () => {
  const modules = modulesEvaluatedBy("plan", "--help");
  expect(roomsOf(modules)).toEqual(["cli", "core", "install", "pictures", "platform", "report"]);
  expect(packagesOf(modules)).toEqual(["chalk", "commander"]);
});

test("the built program is ASCII, which is read in half the memory", () => {
  expect(isAscii(readFileSync("dist/main.cjs"))).toBe(true);
});

function roomsOf(modules: readonly string[]): readonly string[] {
  const rooms = modules.flatMap((name) => /^src\/([^/]+)\//.exec(name)?.[1] ?? []);
  return [...new Set(rooms)].sort();
}

function packagesOf(modules: readonly string[]): readonly string[] {
  const packages = modules.flatMap((name) => /node_modules\/([^/]+)\//.exec(name)?.[1] ?? []);
  return [...new Set(packages)].sort();
}

/** Runs the program, bundled as the build does it, but so that each module tells when it is evaluated. */
function modulesEvaluatedBy(...args: readonly string[]): readonly string[] {
  const directory = scratchDirectory();
  const file = join(directory, "main.cjs");
  const list = join(directory, "evaluated");
  const { outputFiles, metafile } = buildSync({
    ...shared,
    ...mainOptions,
    minify: false,
    footer: {
      js: `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(list)}, evaluated.join("\\n")));`,
    },
    metafile: true,
    write: false,
  } as const);
  const text = outputFiles[0]?.text ?? "";
  const telling = text
    .replaceAll("fn[__getOwnPropNames(fn)[0]]", "fn[evaluates(__getOwnPropNames(fn)[0])]")
    .replaceAll("cb[__getOwnPropNames(cb)[0]]", "cb[evaluates(__getOwnPropNames(cb)[0])]");
  writeFileSync(
    file,
    `const evaluated = []; const evaluates = (name) => (evaluated.push(name), name);\n${telling}`,
  );
  const call = "require(process.argv[1]).main(process.argv.slice(2))";
  execFileSync(process.execPath, ["-e", call, file, ...args], {
    env: { ...process.env, LC_ALL: "C.UTF-8" },
  });
  const late = new Set([...text.matchAll(/^ {2}"([^"\n]+)"\(/gm)].map(([, name]) => name));
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  const atOnce = inputs.flatMap(([name, { bytesInOutput }]) =>
    late.has(name) || bytesInOutput === 0 ? [] : [name],
  );
  return [...atOnce, ...readFileSync(list, "utf8").split("\n")];
}
