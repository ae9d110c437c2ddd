import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import {
  closeSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { defineProgram } from "../../src/cli/program.ts";
import { programPath } from "../support/program.ts";
import type { SeedProgram } from "../support/seed-program.ts";
import { seedStages } from "../support/seed-stages.ts";
import { writeTangled } from "../support/tangled.ts";
import { inTier, oneOfEachKind, widening } from "../support/tier.ts";

/** Every command of the program ends when it is told to, whatever holds it up. */

const ways = {
  "waits before ArtifactCommit": ({ run }: SeedProgram) => {
    const args = ["install", "manifest-v2.yaml", "--stop-before", "ArtifactCommit"];
    expect(run(args).exit).toBe(0);
  },
};

const { after, remove } = seedStages(ways);

let system: SeedProgram;
let full: number | null = null;

/** Each test begins with a System at a stage, and a pipe beside it. */
function begin(stage: Parameters<typeof after>[0] = "new") {
  system = after(stage);
  full = fullPipe(system.path("full"));
}
afterEach(() => {
  if (full !== null) closeSync(full);
  full = null;
});
afterAll(remove);

/** A pipe that nobody reads and that takes nothing more. */
function fullPipe(path: string): number {
  execFileSync("mkfifo", [path]);
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const piece = Buffer.alloc(4096);
  try {
    for (;;) writeSync(fd, piece);
  } catch {
    return fd;
  }
}

interface Case {
  readonly args: readonly string[];
  /** Where the System stands before. */
  readonly stage?: typeof waiting;
  /** What is done before. */
  readonly prepare?: () => void;
  /**
   * The call of an Interface that hangs, as its Component logs it; without one all that holds the command up is who
   * reads.
   */
  readonly hangsIn?: "Identity R998" | "ArtifactCommit R998" | "ArtifactRollback R998";
}

/** The committed bundle is what `bundle create` makes of the seed's Manifest. */
function bundled() {
  cpSync("fixtures/bundles/seed-v2.tar", system.path("v2.tar"));
}

function withKey() {
  bundled();
  const make = [
    "genpkey",
    "-algorithm",
    "EC",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-out",
    "key",
  ];
  execFileSync("openssl", make, { cwd: system.directory, stdio: "ignore" });
}

function certified() {
  const { exit } = system.run(["plan", "manifest-v2.yaml", "--certificate", "c.json"]);
  if (exit !== 0) throw new Error("there is no certificate");
}

function fleetSummary() {
  const devices =
    '{"id":"d1","components":[{"component_type":"rtos","id":"R1","version":"rtos-v1"}]}';
  writeFileSync(system.path("fleet.ndjson"), devices);
  const args = ["plan", "manifest-v2.yaml", "--fleet", "fleet.ndjson", "--summary", "--json"];
  writeFileSync(system.path("summary.json"), system.run(args).stdout);
}

/** What the Mender Client has unpacked for the update module. */
function payload() {
  bundled();
  mkdirSync(system.path("tree/files"), { recursive: true });
  cpSync(system.path("v2.tar"), system.path("tree/files/v2.tar"));
}

const waiting = "waits before ArtifactCommit";

const cases: Readonly<Record<string, Case>> = {
  install: { args: ["install", "manifest-v2.yaml"], hangsIn: "Identity R998" },
  resume: { args: ["resume"], stage: waiting, hangsIn: "ArtifactCommit R998" },
  rollback: { args: ["rollback"], stage: waiting, hangsIn: "ArtifactRollback R998" },
  commit: { args: ["commit"], stage: waiting, hangsIn: "ArtifactCommit R998" },
  status: { args: ["status"] },
  history: { args: ["history"] },
  plan: { args: ["plan", "manifest-v2.yaml"], hangsIn: "Identity R998" },
  validate: { args: ["validate", "manifest-v2.yaml", "--json"] },
  "show-provides": { args: ["show-provides"], hangsIn: "Identity R998" },
  "show-inventory": { args: ["show-inventory"], hangsIn: "Identity R998" },
  explain: { args: ["explain", "manifest-v2.yaml"], hangsIn: "Identity R998" },
  simulate: { args: ["simulate", "manifest-v2.yaml"], hangsIn: "Identity R998" },
  "verify-plan": { args: ["verify-plan", "c.json"], prepare: certified },
  "fleet merge": { args: ["fleet", "merge", "summary.json"], prepare: fleetSummary },
  "bundle create": { args: ["bundle", "create", "--manifest", "manifest-v2.yaml", "-o", "v2.tar"] },
  "bundle inspect": { args: ["bundle", "inspect", "v2.tar"], prepare: bundled },
  "bundle verify": { args: ["bundle", "verify", "v2.tar"], prepare: bundled },
  "bundle sign": { args: ["bundle", "sign", "v2.tar", "--key", "key"], prepare: withKey },
  "bundle extract": { args: ["bundle", "extract", "v2.tar", "-C", "out"], prepare: bundled },
  fetch: { args: ["fetch", "manifest-v2.yaml"] },
  "show-cache": { args: ["show-cache"] },
  "cache clean": { args: ["cache", "clean"] },
  "artifact create-manifest": { args: ["artifact", "create-manifest", "manifest-v2.yaml"] },
  "interface check": {
    args: ["interface", "check", "interfaces/v1/rtos", "R998"],
    hangsIn: "Identity R998",
  },
  module: {
    args: ["module", "ArtifactInstall", "$PWD/tree"],
    prepare: payload,
    hangsIn: "Identity R998",
  },
  "ask-gates": { args: ["ask-gates"] },
  schema: { args: ["schema", "plan"] },
  "show-config": { args: ["show-config"] },
  demo: { args: ["demo"] },
  help: { args: ["help"] },
  version: { args: ["version", "--no-color"] },
  completion: { args: ["completion", "bash"] },
  man: { args: ["man"] },
  init: { args: ["init", "new"] },
};

/** The commands that do something, as the program defines them. */
function definedCommands(): readonly string[] {
  return defineProgram(() => () => Promise.resolve()).commands.flatMap((command) =>
    command.commands.length === 0
      ? [command.name()]
      : command.commands.map((own) => `${command.name()} ${own.name()}`),
  );
}

function start(args: readonly string[], outlet: number | "ignore" | null = full): ChildProcess {
  const given = args.map((arg) => arg.replace("$PWD", system.directory));
  return spawn(process.execPath, [programPath, ...given], {
    cwd: system.directory,
    env: {
      PATH: process.env["PATH"],
      MENDER_ORCHESTRATOR_DATA_DIR: system.directory,
      MENDER_ORCHESTRATOR_CONF_DIR: system.path("conf"),
      MENDER_ORCHESTRATOR_DATASTORE_DIR: system.path("datastore"),
      MENDER_ORCHESTRATOR_TOPOLOGY_DIR: system.directory,
    },
    stdio: ["ignore", outlet, outlet],
  });
}

const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;

/** Whether the process listens for the signal by now. */
function listens({ pid }: ChildProcess, signal: keyof typeof signalNumbers): boolean {
  const status = readFileSync(`/proc/${String(pid)}/status`, "utf8");
  const caught = BigInt(`0x${/^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  return ((caught >> BigInt(signalNumbers[signal] - 1)) & 1n) === 1n;
}

async function until(isTrue: () => boolean) {
  while (!isTrue()) await sleep(2);
}

/** Until the process waits, and has not computed anything for a while: all that is left for it is to be read. */
async function untilIdle({ pid }: ChildProcess) {
  const polls = 20;
  let before = "";
  for (let alike = 0; alike < polls; alike += 1) {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
    const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const computed = fields.slice(10, 12).join();
    if (state !== "S" || computed !== before) alike = 0;
    before = computed;
    await sleep(5);
  }
}

/** It has been computing for so many hundredths of a second. */
async function untilBusy({ pid }: ChildProcess, ticksMore = 25) {
  const ticks = () => {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[11]);
  };
  const before = ticks();
  await until(() => ticks() - before > ticksMore);
}

/** What the process has taken of the memory at most so far. */
function peakMegabytes({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, "utf8");
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1000;
}

/** Milliseconds from the signal to its end. */
async function timeToEnd(child: ChildProcess, signal: keyof typeof signalNumbers) {
  const exited = once(child, "exit");
  const begin = performance.now();
  child.kill(signal);
  await exited;
  return performance.now() - begin;
}

const stateOf = {
  "Identity R998": "Identity",
  "ArtifactCommit R998": "ArtifactCommit",
  "ArtifactRollback R998": "ArtifactRollback",
} as const;

test("no command is forgotten", () => {
  expect(Object.keys(cases).toSorted()).toEqual(definedCommands().toSorted());
});

const told = Object.entries(cases).flatMap(([command, one]) =>
  (["SIGTERM", "SIGINT"] as const).map((signal) => ({ command, signal, ...one })),
);
const tried = oneOfEachKind(told, ({ command }) => command);

describe("while nobody reads what it prints, within 2 s", () => {
  /** What may hold a command up beside that: Interfaces; files; nothing else. */
  const kindOf = ({ command, hangsIn }: Case & { readonly command: string }) =>
    hangsIn ?? (command.includes(" ") ? (command.split(" ")[0] ?? "") : "tells");

  test.each(oneOfEachKind(tried, kindOf))(
    "$command ends on $signal",
    async ({ signal, args, stage, prepare }) => {
      begin(stage);
      prepare?.();
      const child = start(args);
      await until(() => listens(child, signal));
      await untilIdle(child);
      expect(await timeToEnd(child, signal)).toBeLessThan(2000);
    },
  );
});

describe("while an Interface hangs", () => {
  const hanging = tried.flatMap(({ hangsIn, ...one }) =>
    hangsIn === undefined ? [] : [{ ...one, hangsIn }],
  );
  const kindOf = ({ command, hangsIn }: (typeof hanging)[number]) =>
    ["module", "interface check"].includes(command) ? command : hangsIn;

  test.each(oneOfEachKind(hanging, kindOf))(
    "$command ends on $signal within 10 s",
    async ({ signal, args, stage, prepare, hangsIn }) => {
      begin(stage);
      prepare?.();
      system.failIn("R998", stateOf[hangsIn], "hang");
      const child = start(args);
      await until(() => system.calls().includes(hangsIn));
      expect(await timeToEnd(child, signal)).toBeLessThan(10_000);
    },
  );
});

describe("SIGINT twice", () => {
  test("kills an Interface that ignores SIGTERM, and ends at once", async () => {
    begin();
    const script = system.path("interfaces/v1/gateway");
    const pidPath = system.path("at-work");
    const stubborn = `[ "$1" != ArtifactInstall ] || { trap "" TERM; echo $$ >${pidPath}; exec sleep 3600; }`;
    const [first = "", ...rest] = readFileSync(script, "utf8").split("\n");
    writeFileSync(script, [first, stubborn, ...rest].join("\n"));
    const child = start(["install", "manifest-v2.yaml"]);
    await until(() => existsSync(pidPath) && readFileSync(pidPath, "utf8").endsWith("\n"));
    const pid = Number(readFileSync(pidPath, "utf8"));
    child.kill("SIGINT");
    await sleep(300);
    expect({ exit: child.exitCode, isAtWork: isAlive(pid) }).toEqual({
      exit: null,
      isAtWork: true,
    });
    const exited = once(child, "exit");
    expect(await timeToEnd(child, "SIGINT")).toBeLessThan(1000);
    expect(await exited).toEqual([1, null]);
    await until(() => !isAlive(pid));
    expect(system.run(["status"]).stdout).toContain('"orchestrator resume" will roll back to v.1');
  });

  const isAlive = (pid: number) => existsSync(`/proc/${pid}/exe`);
});

describe("simulate", () => {
  const endless = ["simulate", "manifest-v2.yaml", "--faults", "4", "--limit", "999999999"];

  test.each(oneOfEachKind(["SIGTERM", "SIGINT"] as const, () => "alike"))(
    "tells on %s what it has found so far, within 2 s",
    async (signal) => {
      begin();
      const child = start([...endless, "--out", "found.txt"], "ignore");
      await until(() => system.calls().filter((call) => call.startsWith("Provides")).length === 3);
      await until(() => listens(child, signal));
      await untilBusy(child);
      const exited = once(child, "exit");
      expect(await timeToEnd(child, signal)).toBeLessThan(2000);
      expect(await exited).toEqual([14, null]);
      expect(readFileSync(system.path("found.txt"), "utf8")).toMatch(
        /\n {2}INCOMPLETE given up after [0-9]+ situations, told to end\n {4}every way with at most [1-3] faults? was tried to its end\n/,
      );
    },
  );

  test("tells so also in the middle of a way out whose search takes minutes", async () => {
    const [manifest, ...state] = writeTangled(system.directory, 24, 1);
    mkdirSync(system.path("conf"), { recursive: true });
    const configuration = '{ "PlannerNodeLimit": 10000000 }\n';
    writeFileSync(system.path("conf/mender-orchestrator.conf"), configuration);
    const child = start(["simulate", manifest, ...state, "--out", "found.txt"], "ignore");
    await until(() => listens(child, "SIGTERM"));
    await untilBusy(child, inTier(100, 400));
    const exited = once(child, "exit");
    expect(await timeToEnd(child, "SIGTERM")).toBeLessThan(2000);
    expect(await exited).toEqual([14, null]);
    expect(readFileSync(system.path("found.txt"), "utf8")).toMatch(
      /\n {2}INCOMPLETE given up after [0-9]+ situations, told to end\n/,
    );
  });

  describe("gives up where it would take more memory than it may, and tells what it has found", () => {
    /** The peak of the process, in megabytes. */
    async function peakOf(args: readonly string[]): Promise<number> {
      const child = start([...args, "--memory", "128", "--out", "found.txt"], "ignore");
      const exited = once(child, "exit");
      let most = 0;
      while (child.exitCode === null) {
        most = Math.max(most, peakMegabytes(child));
        await sleep(20);
      }
      expect(await exited).toEqual([14, null]);
      return most;
    }

    test("after more and more faults", async () => {
      begin();
      const most = await peakOf(endless);
      expect(readFileSync(system.path("found.txt"), "utf8")).toMatch(
        /\n {2}INCOMPLETE given up after [0-9]+ situations: no more memory may be taken\n {4}every way with at most [1-3] faults? was tried to its end\n {4}hint: Raise "--memory"/,
      );
      expect(most).toBeGreaterThan(80);
      expect(most).toBeLessThanOrEqual(128);
    });

    test(
      "of a large System also where it is the ways out that take it",
      widening(async () => {
        const large = writeTangled(system.directory, 12, 3);
        const most = await peakOf(["simulate", ...large, "--faults", "2", "--limit", "999999999"]);
        const found = readFileSync(system.path("found.txt"), "utf8");
        expect(found).toMatch(
          /\n {2}INCOMPLETE given up after [0-9]+ situations: no more memory may be taken\n {4}(the way without any fault|every way with at most 1 fault) was tried to its end\n {4}hint: Raise "--memory"/,
        );
        const [, situations = "0"] = /given up after ([0-9]+) situations/.exec(found) ?? [];
        expect(Number(situations)).toBeGreaterThan(1000);
        expect(found).toContain("UNACCEPTABLE inconsistent (C-hub)");
        expect(most).toBeLessThanOrEqual(128);
      }),
    );
  });
});
