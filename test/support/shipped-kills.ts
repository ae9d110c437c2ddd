import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { type Killer, killer, type Moment } from "./killed-commands.ts";
import type { Ran } from "./program.ts";
import {
  artifactsOf,
  late,
  type Release,
  type ShippedCase,
  type ShippedSystem,
  shippedSystem,
} from "./shipped-system.ts";
import { inTier, oneOfEachKind } from "./tier.ts";

export interface Workshop extends ShippedSystem {
  readonly killer: Killer;
  readonly install: (to: Release) => Ran;
  /** From now on a Component fails in its commit, after which all others have to go back. */
  readonly failLate: () => void;
  readonly succeed: () => void;
}

/**
 * What every Interface that comes with the program has to keep in a System of these Components: install, failure and
 * rollback; killed before a program that it starts, in every state, alone or together with the program that called it;
 * and the protocol. `kills` is in how many places of each state, at most. Gives Systems for more.
 *
 * In the usual tier all of it happens to one System: what a kill has left would stand in the way of the next update.
 * There the update behind a kill is the one that nothing disturbs.
 */
export function itKeepsWholeReleases(
  cases: readonly ShippedCase[],
  kills = inTier(1, 3),
): () => Workshop {
  const all = [...cases, late];
  const artifacts = mkdtempSync(join(tmpdir(), "orchestrator-shipped-"));
  let made: Workshop | null = null;
  const make = () => {
    made?.remove();
    made = workshopOf(all, artifacts);
    return made;
  };
  const another = inTier(() => made ?? make(), make);
  beforeAll(() => artifactsOf(all, artifacts));
  afterAll(() => {
    made?.remove();
    rmSync(artifacts, { recursive: true, force: true });
  });
  const everywhere = (version: string) => all.map(() => version);

  /** What each Interface starts in each state of an update that is taken back. */
  const takenBack = () => {
    const { failLate, succeed, install, runs, told, killer: shims } = another();
    const { from, to } = wayOf(runs());
    expect(told()).toEqual(everywhere(from));
    failLate();
    shims.countAnew();
    expect(install(to)).toMatchObject({ exit: 22 });
    expect(runs()).toEqual(everywhere(from));
    expect(told()).toEqual(everywhere(from));
    succeed();
    return shims.started();
  };

  /** The same of one that takes a whole System to v2. */
  const takenToNew = () => {
    const { told, install, runs, killer: shims } = make();
    expect(told()).toEqual(everywhere("v1"));
    expect(install("v2")).toMatchObject({ exit: 0 });
    expect(runs()).toEqual(everywhere("v2"));
    expect(told()).toEqual(everywhere("v2"));
    return shims.started();
  };
  let started: ReadonlyMap<string, number> | null = null;

  it("take a whole System back where another Component fails, and killed on that way, too", () => {
    started = takenBack();
    const moments = momentsIn(started, ["ArtifactRollback", "Cleanup"], kills);
    const wrong = oneOfEachKind(moments, (moment) => moment.interface).flatMap((moment) => {
      const system = another();
      system.failLate();
      return wrongAfter(system, moment);
    });
    expect(wrong).toEqual([]);
  }, 900_000);

  it("take it to its other release, and, killed on the way, leave whole releases and tell the truth", () => {
    const starts = inTier(() => started ?? takenBack(), takenToNew)();
    const states = inTier(
      ["ArtifactInstall"],
      ["Provides", "Download", "ArtifactInstall", "ArtifactCommit", "Cleanup"],
    );
    const moments = momentsIn(starts, states, kills);
    expect(moments.flatMap((moment) => wrongAfter(another(), moment))).toEqual([]);
  }, 900_000);

  it.each(oneOfEachKind(cases, (each) => each.interface))(
    "$interface is true to the protocol",
    ({ interface: name, type, args }) => {
      const { path, run } = another();
      const executable = path("interfaces/v1", name);
      const checked = run(["interface", "check", "--type", type, executable, type, ...args(path)]);
      expect(checked.stdout).not.toMatch(/^(fail|warn|skip)/m);
      expect(checked.exit).toBe(0);
    },
    120_000,
  );
  return () => {
    const system = workshopOf(all, artifacts);
    onTestFinished(() => system.remove());
    return system;
  };
}

function workshopOf(all: readonly ShippedCase[], artifacts: string): Workshop {
  const system = shippedSystem(all, artifacts);
  const shims = killer(system.path("programs"));
  return {
    ...system,
    killer: shims,
    install: (to) =>
      shims.watched((environment) => system.run(["install", `${to}.yaml`], environment)),
    failLate: () => writeFileSync(system.path("late/version.fail"), ""),
    succeed: () => rmSync(system.path("late/version.fail"), { force: true }),
  };
}

/** To the release that it does not run. */
function wayOf(runs: readonly string[]): { readonly from: Release; readonly to: Release } {
  return runs.every((one) => one === "v2") ? { from: "v2", to: "v1" } : { from: "v1", to: "v2" };
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
  const { install, run, runs, told, killer: shims, isInProgress, succeed } = system;
  const { from, to } = wayOf(runs());
  shims.killAt(moment);
  const killed = install(to);
  // Killed before anything was begun: nothing to resume.
  const end = killed.exit === null && isInProgress() ? run(["resume"]) : killed;
  const versions = runs();
  const expected = end.exit === 0 ? [to] : end.exit === 30 ? [from, to] : [from];
  const answers = told();
  const isOver = !isInProgress();
  // Whatever it has left stands in nobody's way.
  succeed();
  const again = run(["install", `${to}.yaml`]);
  const found: readonly (readonly [string, boolean])[] = [
    ["nothing was killed", !shims.hasKilled()],
    ["a deployment is in progress", !isOver],
    [
      `ended in ${end.exit} with ${versions.join()}`,
      versions.some((one) => expected.every((version) => version !== one)),
    ],
    [`runs ${versions.join()} and tells ${answers.join()}`, answers.join() !== versions.join()],
    [`the next ended in ${again.exit}: ${again.stderr}`, again.exit !== 0],
    [`the next left ${runs().join()}`, runs().some((one) => one !== to)],
    [`the next tells ${told().join()}`, told().some((one) => one !== to)],
  ];
  return found
    .filter(([, isWrong]) => isWrong)
    .map(([what]) => `${JSON.stringify(moment)}: ${what}`);
}
