import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { programPath } from "../support/program.ts";
import { writeRings } from "../support/rings.ts";
import { makeClientTree, type SeedProgram, seedProgram, v1, v2 } from "../support/seed-program.ts";
import { inTier, widening } from "../support/tier.ts";

/** The program as a process: signals, and readers that go away. */

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
});
afterEach(() => {
  system.remove();
});

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  return spawn(process.execPath, [programPath, ...args], {
    cwd: system.directory,
    env: {
      PATH: process.env["PATH"],
      ...system.environment,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** More than what the pipe of a child takes before anybody reads. */
const pipeBytes = 256 * 1024;

const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;

/** Waits until the kernel says that the process does, or does not, listen for the signal. */
async function untilListening(
  { pid }: ChildProcess,
  signal: keyof typeof signalNumbers,
  wanted: boolean,
): Promise<void> {
  for (;;) {
    const status = readFileSync(`/proc/${String(pid)}/status`, "utf8");
    const caught = BigInt(`0x${/^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
    if (((caught >> BigInt(signalNumbers[signal] - 1)) & 1n) === (wanted ? 1n : 0n)) return;
    await new Promise((settle) => setTimeout(settle, 5));
  }
}

/** Reads until the text has come. */
async function until(child: ChildProcess, text: string): Promise<string> {
  let seen = "";
  for await (const piece of child.stderr ?? []) {
    seen += String(piece);
    if (seen.includes(text)) return seen;
  }
  throw new Error(`"${text}" never came; instead: ${seen}`);
}

test.each<keyof typeof signalNumbers>(inTier(["SIGTERM"], ["SIGTERM", "SIGINT"]))(
  "%s ends the Interfaces and this process within 10 s, and resume goes on",
  async (signal) => {
    system.failIn("R998", "ArtifactInstall", "hang");
    const child = start(["install", "manifest-v2.yaml", "--log-format", "json"]);
    const exited = once(child, "exit");
    await until(child, `"line":"ArtifactInstall fails as it was told to: hang"`);
    const startedAt = performance.now();
    child.kill(signal);
    expect(await exited).toEqual([1, null]);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    const told = system.run(["status", "--json"]);
    expect(JSON.parse(told.stdout)).toMatchObject({
      waits_for: { kind: "resume", interrupted: "ArtifactInstall" },
    });
    expect(system.run(["resume"]).exit).toBe(22);
    expect(system.versions()).toEqual(v1);
  },
);

test(
  "SIGHUP ends nothing where no terminal can have hung up, as with nohup",
  widening(() => {
    hangUp(":");
    expect(system.run(["install", "manifest-v2.yaml"])).toMatchObject({ exit: 0, signal: null });
    expect(system.versions()).toEqual(v2);
    expect(existsSync(system.path("hung-up"))).toBe(true);
  }),
);

test("SIGHUP of a terminal ends the run, and what resume will do is told", () => {
  hangUp("sleep 60");
  const command = `"${process.execPath}" "${programPath}" install manifest-v2.yaml`;
  const { status, stdout } = spawnSync("script", ["-qec", command, "/dev/null"], {
    cwd: system.directory,
    env: { PATH: process.env["PATH"], ...system.environment },
    encoding: "utf8",
  });
  expect(status).toBe(1);
  expect(stdout.replaceAll(/\s+/g, " ")).toMatch(
    /hint: Call resume: it will roll back to v\.1 \(ArtifactInstall of G13 was interrupted\)\./,
  );
  expect(system.run(["resume"]).exit).toBe(22);
  expect(system.versions()).toEqual(v1);
});

/** The gateway's install hangs this program up, and then does this. */
function hangUp(then: string): void {
  const file = system.path("interfaces/v1/gateway");
  const line = `[ "$1" != ArtifactInstall ] || { : >"${system.path("hung-up")}"; kill -HUP $PPID; ${then}; }`;
  writeFileSync(file, readFileSync(file, "utf8").replace("\n", `\n${line}\n`));
}

test.each(inTier(["60"], ["5", "60"]))(
  "SIGTERM ends interface check within 10 s, and there is a verdict (--grace %s)",
  async (grace) => {
    const file = system.path("interfaces/v1/gateway");
    const stubborn = `[ "$1" != Inventory ] || { trap "" TERM; echo begun >"${system.path("begun")}"; while :; do sleep 1; done; }`;
    writeFileSync(file, readFileSync(file, "utf8").replace("\n", `\n${stubborn}\n`));
    const child = start(["interface", "check", "--grace", grace, file, "G13"]);
    const exited = once(child, "exit");
    let told = "";
    child.stdout?.on("data", (piece) => (told += String(piece)));
    while (!existsSync(system.path("begun"))) await new Promise((settle) => setTimeout(settle, 5));
    const startedAt = performance.now();
    child.kill("SIGTERM");
    expect(await exited).toEqual([1, null]);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(told).toContain("skip  inventory                   ");
    expect(told).toMatch(
      /\nInterrupted: it breaks no clause that was tried, 14 clauses not tried\.\n$/,
    );
  },
);

test("SIGTERM while the Components are asked who they are is told as such, and nothing is begun", async () => {
  system.failIn("R998", "Identity", "hang");
  const child = start(["install", "manifest-v2.yaml"]);
  const exited = once(child, "exit");
  let told = "";
  child.stderr?.on("data", (piece) => (told += String(piece)));
  while (!system.calls().includes("Identity R998")) {
    await new Promise((settle) => setTimeout(settle, 5));
  }
  child.kill("SIGTERM");
  expect(await exited).toEqual([1, null]);
  expect(told).toBe(
    [
      "error: This program was told to end before all Components had answered. [interrupted]",
      "  hint: Call the command again.",
      "",
    ].join("\n"),
  );
  expect(system.run(["status", "--json"]).stdout).toContain('"deployment":null');
});

test("a reader that goes away does not end a deployment", async () => {
  const child = start(["install", "manifest-v2.yaml", "--json"]);
  const exited = once(child, "exit");
  child.stdout?.once("data", () => child.stdout?.destroy());
  child.stderr?.destroy();
  expect(await exited).toEqual([0, null]);
  expect(system.versions()).toEqual(v2);
});

test("-t names a file of their own for the Components", () => {
  const topology = readFileSync(system.path("topology.yaml"), "utf8");
  const at = topology.indexOf("components:");
  writeFileSync(system.path("topology.yaml"), topology.slice(0, at));
  writeFileSync(system.path("mine.yaml"), topology.slice(at));
  expect(system.run(["show-provides", "-t", "mine.yaml"])).toMatchObject({ exit: 0 });
  const { exit, stderr } = system.run(["show-provides"]);
  expect(exit).toBe(11);
  expect(stderr).toContain("The Topology has no Components. [topology-components]");
});

test("an answer larger than a pipe takes is written to its end", async () => {
  const args = writeRings(system.directory, 10);
  const child = start(["plan", ...args, "--json"]);
  const exited = once(child, "exit");
  let told = "";
  for await (const piece of child.stdout ?? []) told += String(piece);
  expect(told.length).toBeGreaterThan(2 * pipeBytes);
  expect(JSON.parse(told)).toMatchObject({ type: "plan" });
  expect(told.at(-1)).toBe("\n");
  expect(await exited).toEqual([0, null]);
});

test.each<keyof typeof signalNumbers>(inTier(["SIGINT"], ["SIGTERM", "SIGINT"]))(
  "%s ends a long computation at once",
  async (signal) => {
    const child = start(["plan", ...writeRings(system.directory, 14)]);
    const exited = once(child, "exit");
    for (const isListening of [true, false]) await untilListening(child, signal, isListening);
    child.kill(signal);
    expect(await exited).toEqual([null, signal]);
  },
);

test("a computation that is ended leaves nothing of an unpacked bundle", async () => {
  const [manifest, ...state] = writeRings(system.directory, 14);
  copyFileSync(manifest, system.path("manifest.yaml"));
  execFileSync("tar", ["-czf", "bundle.tar.gz", "manifest.yaml"], { cwd: system.directory });
  const temporary = system.path("temporary");
  mkdirSync(temporary);
  const child = start(["plan", "bundle.tar.gz", ...state], { TMPDIR: temporary });
  const exited = once(child, "exit");
  for (const isListening of [true, false]) await untilListening(child, "SIGTERM", isListening);
  child.kill("SIGTERM");
  expect(await exited).toEqual([null, "SIGTERM"]);
  expect(readdirSync(temporary)).toEqual([]);
});

test("an install removes the bundle of one that was killed before it began, and of no other", () => {
  const bundles = system.path("datastore/bundles");
  mkdirSync(bundles, { recursive: true });
  writeFileSync(join(bundles, "0f3c0f3c0f3c.tar"), "what a killed one had copied");
  expect(system.run(["install", "manifest-v1.yaml"])).toMatchObject({ exit: 0 });
  expect(existsSync(bundles)).toBe(false);

  makeClientTree(system);
  copyFileSync("fixtures/bundles/seed-v2.tar", system.path("bundle.tar"));
  const stop = ["--stop-before", "ArtifactCommit"];
  expect(system.run(["install", "bundle.tar", ...stop]).exit).toBe(0);
  const [kept, ...others] = readdirSync(bundles);
  expect([kept, others]).toEqual([expect.stringMatching(/^[0-9a-f]{12}\.tar$/), []]);
  expect(system.run(["install", "manifest-v1.yaml"]).exit).toBe(17);
  expect(readdirSync(bundles)).toEqual([kept]);
  expect(system.run(["commit"]).exit).toBe(0);
  expect(existsSync(bundles)).toBe(false);
});
