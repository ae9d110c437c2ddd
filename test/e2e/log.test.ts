import { spawnSync } from "node:child_process";
import { closeSync, fstatSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { streamLineShape } from "../../src/report/events-shape.ts";
import { programPath } from "../support/program.ts";
import { type SeedProgram, seedProgram, v2 } from "../support/seed-program.ts";

/** What a deployment leaves in a log that no person sits at. */

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
});
afterEach(() => system.remove());

const debug = ["install", "manifest-v2.yaml", "--log-level", "debug"];

/** The gateway says this while it installs. */
function say(text: string) {
  const path = system.path("interfaces/v1/gateway");
  const [first = "", ...rest] = readFileSync(path, "utf8").split("\n");
  const line = `[ "$1" != ArtifactInstall ] || printf '%b\\n' '${text}' >&2`;
  writeFileSync(path, [first, line, ...rest].join("\n"));
}

const Line = z.looseObject({
  type: z.string(),
  time: z.iso.datetime(),
  level: z.string(),
  deployment: z.string().nullable(),
});

function linesOfJson(log: string) {
  return log
    .trimEnd()
    .split("\n")
    .map((line) => {
      const value: unknown = JSON.parse(line);
      expect(streamLineShape.safeParse(value).success).toBe(true);
      return Line.parse(value);
    });
}

test("as text each line of the deployment begins with its id, then Component and state", () => {
  say(String.raw`<0>\033[2J\0342\0200\0256\0342\0200\0213`);
  const { exit, stderr } = system.run(debug);
  expect(exit).toBe(0);
  const id = system.run(["history"]).stdout.slice(0, 12);
  const [begun, ...lines] = stderr
    .slice(stderr.indexOf(`${id}  Deployment`))
    .trimEnd()
    .split("\n");
  expect(begun).toBe(`${id}  Deployment ${id} of "system-core-v2" starts: 3 installs.`);
  for (const line of lines) expect(line.startsWith(`${id}  `)).toBe(true);
  const start = `${id}  G13   gateway  `;
  expect(lines).toContain(`${start}SupportsRollback              started`);
  expect(lines).toContain(
    `${start}ArtifactInstall               | <0>${String.raw`\x1b[2J\u202e\u200b`}`,
  );
});

test("as JSON each line on stderr is an object with time, level and deployment", () => {
  say("flashing");
  const { exit, stderr } = system.run([...debug, "--log-format", "json"]);
  expect(exit).toBe(0);
  const id = system.run(["history"]).stdout.slice(0, 12);
  const lines = linesOfJson(stderr);
  expect(lines[0]).toMatchObject({ type: "note", deployment: null });
  const begun = lines.findIndex(({ type }) => type === "deployment-started");
  expect(new Set(lines.slice(begun).map(({ deployment }) => deployment))).toEqual(new Set([id]));
  expect(new Set(lines.map(({ level }) => level))).toEqual(new Set(["debug", "info"]));
  expect(lines).toContainEqual(
    expect.objectContaining({
      type: "interface-line",
      level: "info",
      state: "ArtifactInstall",
      component: "G13",
      line: "flashing",
    }),
  );
});

test("as JSON a problem is a line of the log, too", () => {
  const { exit, stdout, stderr } = system.run(["plan", "no.yaml", "--log-format", "json"]);
  expect([exit, stdout]).toEqual([11, ""]);
  expect(linesOfJson(stderr)).toMatchObject([
    { type: "error", level: "error", deployment: null, exit: 11 },
  ]);
});

describe("under systemd", () => {
  /** Runs it with stderr in a file, of which JOURNAL_STREAM tells `named`. */
  function logged(args: readonly string[], named: (real: string) => string): readonly string[] {
    const fd = openSync(system.path("stderr"), "w");
    try {
      const { dev, ino } = fstatSync(fd, { bigint: true });
      spawnSync(process.execPath, [programPath, ...args], {
        cwd: system.directory,
        env: {
          PATH: process.env["PATH"],
          ...system.environment,
          JOURNAL_STREAM: named(`${dev}:${ino}`),
        },
        stdio: ["ignore", "ignore", fd],
      });
    } finally {
      closeSync(fd);
    }
    return readFileSync(system.path("stderr"), "utf8").trimEnd().split("\n");
  }

  test("each line begins with its priority where stderr is the journal", () => {
    say("<0>the kernel is dead");
    system.failIn("R998", "ArtifactInstall", 4);
    const lines = logged(debug, (real) => real);
    for (const line of lines) expect(line).toMatch(/^<[3467]>[^<]/);
    const told = lines.map((line) => line.replace(/(?<=^<\d>)[0-9a-f]{12} {2}/, ""));
    const state = "ArtifactInstall              ";
    expect(told[0]).toMatch(/^<6>Plan for /);
    expect(told).toContain("<7>G13   gateway  SupportsRollback              started");
    expect(told).toContain(`<6>G13   gateway  ${state} | <0>the kernel is dead`);
    expect(told.join("\n")).toMatch(/^<3>R998 {2}rtos {5}ArtifactInstall +failed: exit status 4/m);
    expect(told).toContain("<4>On the way back: undoing what was done in this stage.");
    expect(told).toContain("<3>        | ArtifactInstall fails as it was told to: 4");
  });

  test("a problem before there is a deployment is an error there, each of its lines", () => {
    const lines = logged(["install", "no.yaml"], (real) => real);
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line).toMatch(/^<3>[^<]/);
  });

  test("JSON is JSON behind the priority", () => {
    const lines = logged(["install", "no.yaml", "--log-format=json"], (real) => real);
    expect(lines.map((line) => line.slice(0, 4))).toEqual([`<3>{`]);
    expect(linesOfJson(lines.join("\n").slice(3))).toMatchObject([{ type: "error" }]);
  });

  test.each([
    ["another stream", (real: string) => real.replace(/\d+$/, (inode) => `${inode}1`)],
    ["another device", (real: string) => `9${real}`],
    ["nothing", () => ""],
    ["no stream at all", () => ":"],
  ])("there is no priority where %s is named", (_, named) => {
    const lines = logged(["install", "no.yaml"], named);
    for (const line of lines) expect(line).not.toMatch(/^<\d>/);
    expect(system.versions()).not.toEqual(v2);
  });
});

test("a pipe is the journal where it is the one that is named", () => {
  const script = `JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec "$@"`;
  const { stderr } = spawnSync(
    "sh",
    ["-c", script, "sh", process.execPath, programPath, "install", "no.yaml"],
    { cwd: system.directory, encoding: "utf8", env: { ...process.env, ...system.environment } },
  );
  expect(stderr).toMatch(/^<3>/);
});
