import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Killer, killer, type Moment } from "../support/killed-commands.ts";
import type { Ran } from "../support/program.ts";
import { directory, singleFile } from "../support/shipped-cases.ts";
import {
  artifactsOf,
  late,
  type ShippedCase,
  type ShippedSystem,
  shippedSystem,
} from "../support/shipped-system.ts";
import { inTier } from "../support/tier.ts";

/**
 * A System of the Interfaces that come with the program, each killed before every program that it starts, in every
 * state, alone or together with the program that called it.
 */

const cases: readonly ShippedCase[] = [singleFile(), directory()];
const all = [...cases, late];

let artifacts = "";
beforeAll(() => {
  artifacts = mkdtempSync(join(tmpdir(), "orchestrator-shipped-"));
  artifactsOf(all, artifacts);
});
afterAll(() => rmSync(artifacts, { recursive: true, force: true }));

interface Workshop extends ShippedSystem {
  readonly killer: Killer;
  readonly install: () => Ran;
  /** From now on a Component fails in its commit, after which all others have to go back. */
  readonly failLate: () => void;
}

function workshop(): Workshop {
  const system = shippedSystem(all, artifacts);
  onTestFinished(() => system.remove());
  const shims = killer(system.path("programs"));
  return {
    ...system,
    killer: shims,
    install: () => system.run(["install", "v2.yaml"], shims.environment),
    failLate: () => writeFileSync(system.path("late/version.fail"), ""),
  };
}

/**
 * Where to kill: before each program that is started in these states, by turns alone and with the caller; in the usual
 * tier once in each state, of one Interface or the other.
 */
function momentsIn(
  started: ReadonlyMap<string, number>,
  states: readonly string[],
): readonly Moment[] {
  const moments = [...started]
    .map(([call, count]) => ({ call: call.split(" "), count }))
    .filter(({ call: [name, state = ""] }) => name !== late.interface && states.includes(state))
    .flatMap(({ call: [name = "", state = ""], count }) =>
      Array.from({ length: count }, (_, at) => ({
        interface: name,
        state,
        program: at + 1,
        withCaller: at % 2 === 0,
      })),
    );
  return states.flatMap((state) => moments.filter((moment) => moment.state === state).slice(0, 1));
}

const everywhere = (version: string) => all.map(() => version);

describe("the Interfaces that come with the program", () => {
  it("take a whole System to v2, and, killed on the way, leave whole releases and tell the truth", () => {
    const whole = workshop();
    expect(whole.told()).toEqual(everywhere("v1"));
    expect(whole.install().exit).toBe(0);
    expect(whole.runs()).toEqual(everywhere("v2"));
    expect(whole.told()).toEqual(everywhere("v2"));
    const states = inTier(
      ["ArtifactInstall"],
      ["Provides", "Download", "ArtifactInstall", "ArtifactCommit", "Cleanup"],
    );
    const moments = momentsIn(whole.killer.started(), states);
    expect(moments.flatMap((moment) => wrongAfter(moment, () => {}))).toEqual([]);
  }, 900_000);

  it("take it back to v1 where another Component fails, and killed on that way, too", () => {
    const whole = workshop();
    whole.failLate();
    expect(whole.install().exit).toBe(22);
    expect(whole.runs()).toEqual(everywhere("v1"));
    expect(whole.told()).toEqual(everywhere("v1"));
    const states = ["ArtifactRollback", "Cleanup"];
    const moments = momentsIn(whole.killer.started(), states);
    const wrong = moments.flatMap((moment) => wrongAfter(moment, ({ failLate }) => failLate()));
    expect(wrong).toEqual([]);
  }, 900_000);
});

it.each(cases)(
  "$interface is true to the protocol",
  ({ interface: name, type, args }) => {
    const { path, run } = workshop();
    const executable = path("interfaces/v1", name);
    const checked = run(["interface", "check", "--type", type, executable, type, ...args(path)]);
    expect(checked.stdout).not.toMatch(/^(fail|warn|skip)/m);
    expect(checked.exit).toBe(0);
  },
  120_000,
);

/** What is not as it must be after the kill; nothing: all is. */
function wrongAfter(moment: Moment, prepare: (system: Workshop) => void): readonly string[] {
  const system = workshop();
  const { install, run, runs, told, path, killer: shims, isInProgress, remove } = system;
  prepare(system);
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
