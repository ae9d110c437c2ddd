import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { type Killer, killer, type Moment } from "./killed-commands.ts";
import type { Ran } from "./program.ts";
import {
  artifactsOf,
  late,
  type ShippedCase,
  type ShippedSystem,
  shippedSystem,
} from "./shipped-system.ts";
import { inTier } from "./tier.ts";

export interface Workshop extends ShippedSystem {
  readonly killer: Killer;
  readonly install: () => Ran;
  /** From now on a Component fails in its commit, after which all others have to go back. */
  readonly failLate: () => void;
}

/**
 * What every Interface that comes with the program has to keep in a System of these Components: install, failure and
 * rollback; killed before a program that it starts, in every state, alone or together with the program that called it;
 * and the protocol. `kills` is in how many places of each state, at most. Gives Systems for more.
 */
export function itKeepsWholeReleases(
  cases: readonly ShippedCase[],
  kills = inTier(1, 3),
): () => Workshop {
  const all = [...cases, late];
  const artifacts = mkdtempSync(join(tmpdir(), "orchestrator-shipped-"));
  beforeAll(() => artifactsOf(all, artifacts));
  afterAll(() => rmSync(artifacts, { recursive: true, force: true }));
  const open = () => workshopOf(all, artifacts);
  const everywhere = (version: string) => all.map(() => version);

  it("take a whole System to v2, and, killed on the way, leave whole releases and tell the truth", () => {
    const whole = open();
    expect(whole.told()).toEqual(everywhere("v1"));
    expect(whole.install()).toMatchObject({ exit: 0 });
    expect(whole.runs()).toEqual(everywhere("v2"));
    expect(whole.told()).toEqual(everywhere("v2"));
    const states = inTier(
      ["ArtifactInstall"],
      ["Provides", "Download", "ArtifactInstall", "ArtifactCommit", "Cleanup"],
    );
    const moments = momentsIn(whole.killer.started(), states, kills);
    expect(moments.flatMap((moment) => wrongAfter(open(), moment))).toEqual([]);
  }, 900_000);

  it("take it back to v1 where another Component fails, and killed on that way, too", () => {
    const whole = open();
    whole.failLate();
    expect(whole.install()).toMatchObject({ exit: 22 });
    expect(whole.runs()).toEqual(everywhere("v1"));
    expect(whole.told()).toEqual(everywhere("v1"));
    const moments = momentsIn(whole.killer.started(), ["ArtifactRollback", "Cleanup"], kills);
    const wrong = moments.flatMap((moment) => {
      const system = open();
      system.failLate();
      return wrongAfter(system, moment);
    });
    expect(wrong).toEqual([]);
  }, 900_000);

  it.each(cases)(
    "$interface is true to the protocol",
    ({ interface: name, type, args }) => {
      const { path, run } = open();
      const executable = path("interfaces/v1", name);
      const checked = run(["interface", "check", "--type", type, executable, type, ...args(path)]);
      expect(checked.stdout).not.toMatch(/^(fail|warn|skip)/m);
      expect(checked.exit).toBe(0);
    },
    120_000,
  );
  return open;
}

function workshopOf(all: readonly ShippedCase[], artifacts: string): Workshop {
  const system = shippedSystem(all, artifacts);
  onTestFinished(() => system.remove());
  const shims = killer(system.path("programs"));
  return {
    ...system,
    killer: shims,
    install: () => shims.watched((environment) => system.run(["install", "v2.yaml"], environment)),
    failLate: () => writeFileSync(system.path("late/version.fail"), ""),
  };
}

/**
 * Where to kill: in each state of each Interface before some of the programs that it starts, by turns alone and with
 * the caller; before the first where there is one kill.
 */
function momentsIn(
  started: ReadonlyMap<string, number>,
  states: readonly string[],
  kills: number,
): readonly Moment[] {
  return [...started]
    .map(([call, count]) => ({ call: call.split(" "), count }))
    .filter(({ call: [name, state = ""] }) => name !== late.interface && states.includes(state))
    .flatMap(({ call: [name = "", state = ""], count }) =>
      someOf(count, kills).map((program, at) => ({
        interface: name,
        state,
        program,
        withCaller: at % 2 === 0,
      })),
    );
}

/** So many of the numbers from 1 on, evenly spread: the first, and of several the last. */
function someOf(count: number, most: number): readonly number[] {
  const many = Math.min(count, most);
  return Array.from({ length: many }, (_, at) =>
    many === 1 ? 1 : 1 + Math.round((at * (count - 1)) / (many - 1)),
  );
}

/** What is not as it must be after the kill; nothing: all is. */
function wrongAfter(system: Workshop, moment: Moment): readonly string[] {
  const { install, run, runs, told, path, killer: shims, isInProgress, remove } = system;
  shims.killAt(moment);
  const killed = install();
  // Killed before anything was begun: nothing to resume.
  const end = killed.exit === null && isInProgress() ? run(["resume"]) : killed;
  const versions = runs();
  const expected = end.exit === 0 ? ["v2"] : end.exit === 30 ? ["v1", "v2"] : ["v1"];
  const answers = told();
  const isOver = !isInProgress();
  // Whatever it has left stands in nobody's way.
  rmSync(path("late/version.fail"), { force: true });
  const again = run(["install", "v2.yaml"]);
  const found: readonly (readonly [string, boolean])[] = [
    ["nothing was killed", !shims.hasKilled()],
    ["a deployment is in progress", !isOver],
    [
      `ended in ${end.exit} with ${versions.join()}`,
      versions.some((one) => !expected.includes(one)),
    ],
    [`runs ${versions.join()} and tells ${answers.join()}`, answers.join() !== versions.join()],
    [`the next ended in ${again.exit}: ${again.stderr}`, again.exit !== 0],
    [`the next left ${runs().join()}`, runs().some((one) => one !== "v2")],
  ];
  remove();
  return found
    .filter(([, isWrong]) => isWrong)
    .map(([what]) => `${JSON.stringify(moment)}: ${what}`);
}
