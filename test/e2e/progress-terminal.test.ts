import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { before, typeNames, writeLarge } from "../support/large-manifests.ts";
import { needs } from "../support/needs.ts";
import { resummed } from "../support/resummed.ts";
import { programPath } from "../support/program.ts";
import { writeRings } from "../support/rings.ts";
import { type SeedProgram, seedProgram } from "../support/seed-program.ts";
import { type Terminal, terminalWith } from "../support/terminal.ts";

let system: SeedProgram;
let terminal: Terminal;
beforeEach(() => {
  system = seedProgram();
});
afterEach(() => {
  terminal.end();
  system.remove();
});

function installOn(columns: number, env: Readonly<Record<string, string>> = {}): void {
  terminal = terminalWith(
    `${process.execPath} ${programPath} install manifest-v2.yaml`,
    columns,
    system.directory,
    { ...system.environment, ...env },
  );
}

/** What is drawn in place, without the times: the last four lines. */
const frame = (text: string): string =>
  text
    .split("\n")
    .slice(-4)
    .join("\n")
    .replaceAll(/\d+(\.\d)? (s|min)( \d\d s)?/g, "T");

const isHanging = (text: string): boolean => /R456.*(ArtifactInstall|install) .*s$/m.test(text);

function runOn(columns: number, args: readonly string[]): void {
  terminal = terminalWith(
    `${process.execPath} ${programPath} ${args.join(" ")}`,
    columns,
    system.directory,
    system.environment,
  );
}

/** What is seen behind Ctrl-C, which is pressed once what the first group of the line counts has become more. */
async function brokenOff(line: RegExp): Promise<string> {
  const first = await terminal.seen((text) => line.test(text));
  expect(first).toMatch(line);
  const count = (text: string) => Number(line.exec(text)?.[1]);
  const more = await terminal.seen((text) => count(text) > count(first));
  expect(count(more)).toBeGreaterThan(count(first));
  terminal.press("C-c");
  return await terminal.seen((text) => /exit \d+$/m.test(text));
}

/** Behind what the terminal makes of the key. */
const endedAtOnce = /\^Cexit 130$/m;

/** As many types as said, of which each moves behind the one before it: large.yaml and state.yaml. */
function writeOneByOne(directory: string, count: number): void {
  const types = typeNames(count);
  const version = (number: number) => types.map((type) => `${type}-${number}`);
  const rows = [1, 2].map((number) => [`v.${number}`, version(number)] as const);
  const pairs = types.slice(1).map((type, at) => before(types[at] ?? "", type));
  writeLarge(directory, {
    types,
    ends: { columns: types, rows },
    lines: ["  transition_states:", ...pairs],
  });
}

describe.skipIf(!needs("tmux"))("in a terminal", () => {
  test("a plan, and a problem, are broken between words where it is narrow", async () => {
    runOn(40, ["plan", "manifest-v2.yaml", "--state", "state-v1.yaml"]);
    const plan = await terminal.seen((text) => /exit \d+$/m.test(text));
    expect(plan).toContain(
      "Way out: whichever Component cannot be\n  taken back, the System ends in v.2.\n",
    );
    terminal.end();
    runOn(40, ["plan", "state-v1.yaml", "--state", "state-v1.yaml"]);
    const problem = await terminal.seen((text) => /exit \d+$/m.test(text));
    expect(problem).toContain(
      'state-v1.yaml:1:1: error:\n  "state-v1.yaml" is a state file, and a\n  Manifest is wanted. [not-a-manifest]\n',
    );
  });

  test("a line a Component is drawn in place, at every width, also where that changes meanwhile", async () => {
    system.failIn("R456", "ArtifactInstall", "hang");
    installOn(200);
    const wide = `G13   gateway  v1 → v2  ArtifactVerifyReboot  done, waits for R456
R456  rtos     v1 → v2  ArtifactInstall       T
R998  rtos     v1 → v2  ArtifactInstall       done, waits for R456
To v.2, group 2 of 2, T`;
    expect(frame(await terminal.seen((text) => frame(text) === wide))).toBe(wide);

    terminal.resize(80);
    const at80 = wide
      .replaceAll(/ gateway | rtos    /g, "")
      .replaceAll(/^(\S+) +v1/gm, (_, id: string) => `${id.padEnd(6)}v1`);
    expect(frame(await terminal.seen((text) => frame(text) === at80))).toBe(at80);

    terminal.resize(40);
    const at40 = `G13   v1 → v2  verify    done
R456  v1 → v2  install   T
R998  v1 → v2  install   done
To v.2, group 2 of 2, T`;
    expect(frame(await terminal.seen((text) => frame(text) === at40))).toBe(at40);

    terminal.resize(20);
    const at20 = `G13   verify
R456  install
R998  install
Group 2 of 2, T`;
    expect(frame(await terminal.seen((text) => frame(text) === at20))).toBe(at20);
    terminal.press("C-c");
    expect(await terminal.seen((text) => /^exit \d+$/m.test(text))).toMatch(/^exit 1$/m);
  });

  test("Ctrl-C says what happens now, above what is drawn, and the end how it goes on", async () => {
    system.failIn("R456", "ArtifactInstall", "hang");
    installOn(100);
    await terminal.seen(isHanging);
    terminal.press("C-c");
    expect(await terminal.seen((text) => /^exit \d+$/m.test(text))).toMatch(/^exit 1$/m);
    const shown = terminal.written().join(" ").replaceAll(/ +/g, " ");
    expect(shown).toContain(
      `Told to end: the Interfaces at work are ended first, within 10 s. "orchestrator status" then tells what resume will do. Ctrl-C again kills them and ends at once.`,
    );
    expect(shown).toMatch(/was interrupted: this program was told to end\./);
    expect(shown).toMatch(/hint: Call resume: it will /);
  });

  test.each([20, 40])(
    "help fits into %i columns, but for words that are longer",
    async (columns) => {
      runOn(columns, ["help", "plan"]);
      await terminal.seen((text) => text.includes("exit 0"));
      const wider = terminal.written().filter((line) => line.length > columns);
      expect(wider.filter((line) => !/^ *\S+( \\)?$/.test(line))).toEqual([]);
      expect(terminal.written().join("\n")).toMatch(/^ {2}orchestrator /m);
    },
  );

  test("status is broken between words on a narrow terminal", async () => {
    system.run(["install", "manifest-v2.yaml", "--stop-before", "ArtifactInstall"]);
    runOn(40, ["status"]);
    const shown = await terminal.seen((text) => text.includes("exit 0"));
    const anyTime = shown.replaceAll(/\d{4}-\S+Z|\d+\.\d(?= s\))/g, "T");
    expect(anyTime.replace(/[0-9a-f]{12}/, "ID")).toBe(`Deployment ID of
  "system-core-v2", begun
  T.
It waits before ArtifactInstall:
  "orchestrator resume" will go on to
  v.2, "orchestrator rollback" undoes
  it.
Stage 1 of 1, to v.2:
  G13   gateway  gateway-v1 ->
    gateway-v2  SupportsRollback done
    since T (T s)
  R456  rtos     rtos-v1 -> rtos-v2
    not begun
  R998  rtos     rtos-v1 -> rtos-v2
    not begun
exit 0`);
  });

  test("the slow demo is broken between words on a narrow terminal, and its commands as a shell takes them", async () => {
    const kept = system.path("slow");
    runOn(40, ["demo", "--slow", "600", "--dir", kept]);
    await terminal.seen((text) => /^G13 +v1 → v2/m.test(text));
    terminal.press("C-c");
    await terminal.seen((text) => /^exit \d+$/m.test(text));
    const shown = terminal.written().join("\n");
    expect(shown).toContain(`All of this System lies below
  ${kept}.
To watch from a second terminal:
  sh \\
    ${kept}/orchestrator \\
    status --watch
Ctrl-C breaks it off in good order: what
  is done is kept,
and resume undoes a state that was under
  way.
`);
  });

  test("planning shows how much of its limit it has used, and Ctrl-C ends it at once", async () => {
    runOn(100, ["plan", ...writeRings(system.directory, 12)]);
    const line = /^Planning rings {2}(\d+) of at most 300000 search nodes, (\d+\/s, )?[\d.]+ s$/m;
    expect(await brokenOff(line)).toMatch(endedAtOnce);
  });

  test("writing a certificate shows how many statements it has looked at, and Ctrl-C ends it at once", async () => {
    writeOneByOne(system.directory, 240);
    runOn(100, ["plan", "large.yaml", "--state", "state.yaml", "--certificate", "c.json"]);
    const line = /^Writing c\.json {2}(\d+) statements, (\d+\/s, )?[\d.]+ s$/m;
    expect(await brokenOff(line)).toMatch(endedAtOnce);
  });

  test("checking a certificate shows how many statements it has checked, and Ctrl-C ends it at once", async () => {
    writeOneByOne(system.directory, 60);
    const made = ["plan", "large.yaml", "--state", "state.yaml", "--certificate", "c.json"];
    expect(system.run(made).exit).toBe(0);
    const certificate = readFileSync(system.path("c.json"), "utf8");
    // That each is there once is looked at last.
    const wordy = certificate.replace(/(?<="ways_out":\[).*?(?=\],\n)/s, (ways) =>
      Array.from({ length: 40 }, () => ways).join(","),
    );
    expect(wordy.length).toBeGreaterThan(10 * certificate.length);
    writeFileSync(system.path("c.json"), resummed(wordy));
    runOn(100, ["verify-plan", "c.json"]);
    const line = /^Checking c\.json {2}(\d+) statements, (\d+\/s, )?[\d.]+ s$/m;
    expect(await brokenOff(line)).toMatch(endedAtOnce);
  });

  test("a simulation shows its situations and its memory, and Ctrl-C ends it with what was found", async () => {
    runOn(100, ["simulate", "manifest-v2.yaml", "--faults", "4", "--exact"]);
    const simulating =
      /^Simulating system-core-v2 with at most \d faults? {2}\d+ situations, (\d+\/s, )?\d+ % of the memory, [\d.]+ s$/m;
    expect(await terminal.seen((text) => simulating.test(text))).toMatch(simulating);
    terminal.press("C-c");
    const ended = await terminal.seen((text) => /^exit \d+$/m.test(text));
    expect(ended).toMatch(/^exit 14$/m);
    expect(ended).not.toMatch(simulating);
  });

  test("colours are there, and with NO_COLOR they are not", async () => {
    system.failIn("R456", "ArtifactInstall", "hang");
    installOn(80, { NO_COLOR: "1" });
    await terminal.seen(isHanging);
    expect(terminal.screen(true)).not.toContain("\u001b[");
    terminal.press("C-c");
    await terminal.seen((text) => text.includes("exit 1"));
    terminal.end();

    terminal = terminalWith(
      `${process.execPath} ${programPath} resume`,
      80,
      system.directory,
      system.environment,
    );
    await terminal.seen((text) => text.includes("exit 22"));
    expect(terminal.screen(true)).toContain("\u001b[");
    expect(terminal.screen()).toContain("more: orchestrator history");
  });

  test("what an Interface and a name say moves no cursor", async () => {
    system.answer("R456", "Provides", "artifact_name=rtos-v1\u001b[2J\u202e\n");
    installOn(80);
    const shown = await terminal.seen((text) => /^exit \d+$/m.test(text));
    expect(shown).toMatch(/^exit (?!0)\d+$/m);
    expect(shown).not.toContain("\u202e");
  });
});
