import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Block, blocksOf, pages, placeOfBlock } from "../support/docs-blocks.ts";
import { needs } from "../support/needs.ts";
import { programPath, runProgram, withoutDeployment } from "../support/program.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { makeKeys } from "../support/signing-keys.ts";
import { oneOfEachKind } from "../support/tier.ts";

/**
 * Each command that the docs show is run as it stands there: in the thorough tier of all pages, else of one of each
 * kind. The word behind a fence says what a block is:
 *
 *   sh       commands. Those of a page are run from top to bottom in one directory, and all must end well
 *   console  `$ ` commands with what they print; `...` stands for any number of lines
 *   usage    a command with what it takes; each option must be one that its help tells
 *   others   no commands: output, files
 *
 * `in="NAME"` has a block run beside the System fixtures/systems/NAME, the seed's unless said. `by="FILE"`: that test
 * runs it. `unrun="REASON"`: it is not run.
 */

const blocks = pages.flatMap(blocksOf);
const isCommand = ({ language }: Block) => language === "sh" || language === "console";
const isRunHere = (block: Block) =>
  isCommand(block) && !block.said.has("by") && !block.said.has("unrun");

const known = new Set(["sh", "console", "usage", "text", "yaml", "json", "bitbake"]);
const names = new Set(["in", "by", "unrun"]);

test("every block says what it is, and none hides a command", () => {
  const odd = blocks.filter(
    ({ language, lines, said }) =>
      !known.has(language) ||
      [...said.keys()].some((name) => !names.has(name)) ||
      (language === "text" &&
        lines.some((line) => /^(?:\$ |(?:mender-)?orchestrator |npm |\.\/)/.test(line))),
  );
  expect(odd.map(placeOfBlock)).toEqual([]);
});

test("whoever is said to run a block reads the page", () => {
  for (const { page, said } of blocks) {
    const by = said.get("by");
    if (by !== undefined) expect([by, readFileSync(by, "utf8").includes(page)]).toEqual([by, true]);
    expect(said.get("unrun")).not.toBe("");
  }
});

test("what a usage tells is what the command takes", () => {
  const usages = blocks.filter(({ language }) => language === "usage");
  const commands = usages.flatMap(({ lines }) => lines.join(" ").split(/(?<= )(?=orchestrator )/));
  for (const command of commands) {
    const [, words = ""] = /^orchestrator ([a-z -]*?)(?= [^a-z]|$)/.exec(command) ?? [];
    const { exit, stdout } = runProgram(["help", ...words.split(" ")]);
    expect({ words, exit }).toEqual({ words, exit: 0 });
    const options = command.match(/--[a-z-]+/g) ?? [];
    expect(options.filter((option) => !stdout.includes(option))).toEqual([]);
  }
});

test("every Topology that is shown is a valid one", () => {
  const directory = scratchDirectory();
  const shown = blocks.filter(({ lines }) => lines.includes("kind: topology"));
  const judged = shown.map((block) => {
    const file = join(directory, "topology.yaml");
    writeFileSync(file, `${block.lines.join("\n")}\n`);
    const { exit, stderr } = runProgram(["validate", "--strict", file]);
    return { at: placeOfBlock(block), exit, stderr };
  });
  expect(judged).toEqual(judged.map(({ at }) => ({ at, exit: 0, stderr: "" })));
  expect(judged.length).toBeGreaterThan(1);
});

interface Desk {
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
}

/** What a page's reader has around: a System with its Manifests, a bundle, keys, states of a fleet. */
function makeDesk(system: string): Desk {
  const directory = join(scratchDirectory(), "desk");
  cpSync(join("fixtures/systems", system), directory, { recursive: true });
  const path = (...parts: readonly string[]) => join(directory, ...parts);
  for (const name of existsSync(path("interfaces/v1")) ? readdirSync(path("interfaces/v1")) : [])
    chmodSync(path("interfaces/v1", name), 0o755);
  for (const [from, to] of copies)
    if (existsSync(path(from)) && !existsSync(path(to))) cpSync(path(from), path(to));
  cpSync("fixtures/bundles/seed-v2.tar", path("release.tar"));
  cpSync("fixtures/bundles/seed-v2.tar", path("system-v2.tar"));
  writeFileSync(path("fleet.ndjson"), fleet);
  for (const name of ["calibration.json", "robot-pilot_2.1-1_arm64.deb"])
    writeFileSync(path(name), "of which only the name counts\n");
  makeKeys(directory, "release");
  mkdirSync(path("bin"));
  symlinkSync(programPath, path("bin/orchestrator"));
  for (const program of changingMachines)
    writeFileSync(path("bin", program), refusal, { mode: 0o755 });
  return {
    directory,
    env: {
      PATH: [path("bin"), process.env["PATH"]].join(delimiter),
      HOME: directory,
      LC_ALL: "C.UTF-8",
      MENDER_ORCHESTRATOR_DATA_DIR: directory,
      MENDER_ORCHESTRATOR_CONF_DIR: path("conf"),
      MENDER_ORCHESTRATOR_DATASTORE_DIR: path("datastore"),
      MENDER_ORCHESTRATOR_TOPOLOGY_DIR: directory,
    },
  };
}

/** A block that calls one of them would change the machine that the tests run on: it must be marked. */
const changingMachines = [
  "apt",
  "apt-get",
  "dpkg",
  "mount",
  "reboot",
  "sudo",
  "systemctl",
  "udevadm",
  "umount",
];
const refusal =
  '#!/bin/sh\necho "${0##*/} changes this machine: mark the block with unrun" >&2\nexit 1\n';

const copies = [
  ["manifest-v2.yaml", "manifest.yaml"],
  ["state-v1.yaml", "state.yaml"],
] as const;

const device = (id: string, gateway: string) => ({
  id,
  components: [
    { component_type: "gateway", id: "G13", version: gateway },
    { component_type: "rtos", id: "R456", version: "rtos-v1" },
  ],
});
const fleet = [device("truck-17", "gateway-v1"), device("truck-18", "gateway-v2")]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join("");

const works = [needs("openssl"), needs("mender-artifact"), needs("parallel")].every(Boolean);

describe.skipIf(!works)("the commands of", () => {
  const shown = pages.filter((page) => blocksOf(page).some(isRunHere));
  test.each(oneOfEachKind(shown, kindOf))(
    "%s",
    (page) => {
      const desks = new Map<string, Desk>();
      const deskOf = (system: string) => {
        const desk = desks.get(system) ?? makeDesk(system);
        desks.set(system, desk);
        return desk;
      };
      const steps = blocksOf(page).filter(isRunHere).flatMap(stepsOf);
      const done = steps.map((step) => ({ ...step, output: outputOf(step, deskOf(step.system)) }));
      expect(done).toEqual(steps);
    },
    240_000,
  );
});

/** Pages are alike whose commands are shown in the same ways, beside the same Systems. */
function kindOf(page: string): string {
  const ways = blocksOf(page)
    .filter(isRunHere)
    .map(({ language, said }) => `${language} in ${said.get("in") ?? "seed"}`);
  return [...new Set(ways)].toSorted().join(", ");
}

/** What a step prints, as far as its page shows it; of one that must end well and does not all of it. */
function outputOf(
  { command, output, mustEndWell }: Step,
  { directory, env }: Desk,
): readonly string[] {
  const { stdout, status } = spawnSync("sh", ["-euc", `exec 2>&1\n${command}`], {
    cwd: directory,
    env,
    encoding: "utf8",
    timeout: 120_000,
  });
  if (mustEndWell && status !== 0) return [`exit status ${String(status)}`, stdout];
  return output.length === 0 ? [] : kept(withoutDeployment(stdout), output);
}

interface Step {
  readonly at: string;
  /** The name of the one beside which it is run. */
  readonly system: string;
  readonly command: string;
  readonly mustEndWell: boolean;
  /** The lines that it prints; none where the page does not show them. */
  readonly output: readonly string[];
}

function stepsOf(block: Block): readonly Step[] {
  const { language, lines, said } = block;
  const always = { at: placeOfBlock(block), system: said.get("in") ?? "seed" };
  if (language === "sh")
    return [{ ...always, command: lines.join("\n"), mustEndWell: true, output: [] }];
  const steps: (Step & { output: string[] })[] = [];
  for (const line of lines) {
    if (line.startsWith("$ "))
      steps.push({ ...always, command: line.slice(2), mustEndWell: false, output: [] });
    else steps.at(-1)?.output.push(line);
  }
  return steps;
}

/** What was printed, with `...` where the page leaves lines out and what it shows next is found behind them. */
function kept(stdout: string, output: readonly string[]): readonly string[] {
  const printed = stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.trimEnd());
  const shown: string[] = [];
  for (const [at, line] of output.entries()) {
    if (line !== "...") {
      shown.push(...printed.splice(0, 1));
      continue;
    }
    const next = output[at + 1];
    const found = next === undefined ? printed.length : printed.indexOf(next);
    printed.splice(0, found === -1 ? 0 : found);
    shown.push("...");
  }
  return [...shown, ...printed];
}
