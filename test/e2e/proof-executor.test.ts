import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Query, State } from "../../src/core/protocol.ts";
import { begin } from "../../src/deployment/evolve.ts";
import {
  type Answers,
  type Happening,
  happenings,
  realMachine,
  type Situation,
} from "../../src/simulate/situation.ts";
import { worldOf } from "../../src/simulate/world.ts";
import { gateway, seedBegin } from "../support/seed-begin.ts";
import { seedProgram, type SeedProgram } from "../support/seed-program.ts";
import type { Board } from "../support/seed-system.ts";

/** The same fault on paper and in a real run of the built program: the same calls, the same end. */

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
});
afterEach(() => {
  system.remove();
});

interface Course {
  /** Protocol states and queries; those of one round in the order of their boards. */
  readonly calls: readonly string[];
  readonly outcome: string | undefined;
  readonly versions: readonly string[];
}

/** As the Interfaces of the fixture answer. */
const answers: Answers = {
  supportsRollback: () => "Yes",
  needsReboot: (component) => (component === gateway ? "Yes" : "No"),
};

/** Goes on without faults but for the first one that begins like this. */
function onPaper(fault: string): Course {
  const first = seedBegin();
  const deployment = begin(first, {
    type: "run",
    at: first.at,
    runId: "on-paper",
    bootId: "a",
    verb: "install",
    stopBefore: [],
    exitOnReboot: false,
  });
  let situation: Situation = {
    deployment,
    world: worldOf(deployment),
    faultsLeft: 1,
    isShaken: false,
    machine: realMachine,
  };
  const calls: string[] = [];
  for (let next = chosen(situation, fault); next !== undefined; next = chosen(situation, fault)) {
    const { open } = next.deployment;
    if (open !== null && situation.deployment.open === null) {
      const { round, components } = open.intent;
      calls.push(...components.map((component) => `${round} ${component}`));
    }
    situation = next;
  }
  expect(situation.faultsLeft).toBe(0);
  const { ended } = situation.deployment;
  return { calls: told(calls), outcome: ended?.outcome, versions: situation.world };
}

function chosen(situation: Situation, fault: string): Situation | undefined {
  const coming = happenings(situation, answers);
  const is = (one: Happening) => one.fault?.startsWith(fault) === true;
  return (coming.find(is) ?? coming.find((one) => one.fault === null))?.next;
}

const outcomes: Readonly<Record<number, string>> = {
  0: "success",
  20: "failed-unchanged",
  22: "failed-rolled-back",
};

function inReality(): Course {
  const installed = system.run(["install", "manifest-v2.yaml"]);
  const ended = installed.signal === "SIGKILL" ? system.run(["resume"]) : installed;
  return {
    calls: told(system.calls().map((call) => call.replace("DownloadWithFileSizes", "Download"))),
    outcome: outcomes[ended.exit ?? -1],
    versions: system.versions(),
  };
}

/** Without what is asked about versions, and calls of one round in order. */
function told(calls: readonly string[]): readonly string[] {
  const own = calls.filter((call) => !/^(?:Identity|Provides|ExpectOld|ConfirmEnd) /.test(call));
  const rounds: string[][] = [];
  for (const call of own) {
    const last = rounds.at(-1);
    if (last?.[0]?.split(" ")[0] === call.split(" ")[0]) last?.push(call);
    else rounds.push([call]);
  }
  return rounds.flatMap((round) => round.toSorted((a, b) => (a < b ? -1 : 1)));
}

const failures: readonly (readonly [Board, State | Query])[] = [
  ["G13", "NeedsUnpackedArtifact"],
  ["G13", "Download"],
  ["G13", "SupportsRollback"],
  ["G13", "ArtifactInstall"],
  ["G13", "NeedsArtifactReboot"],
  ["G13", "ArtifactReboot"],
  ["G13", "ArtifactVerifyReboot"],
  ["R456", "Download"],
  ["R456", "ArtifactInstall"],
  ["R998", "ArtifactInstall"],
  ["R998", "ArtifactCommit"],
  ["R456", "Cleanup"],
];

describe("a state or query that fails", () => {
  test.each(failures)("%s %s", (board, state) => {
    system.failIn(board, state, 1);
    expect(inReality()).toEqual(onPaper(`${board}: ${state} fails`));
  });
});

describe("an orchestrator that is killed", () => {
  const states: readonly State[] = [
    "Download",
    "ArtifactInstall",
    "ArtifactReboot",
    "ArtifactVerifyReboot",
    "ArtifactCommit",
    "Cleanup",
  ];
  test.each(states)("in %s of G13", (state) => {
    system.failIn("G13", state, "kill-caller");
    expect(inReality()).toEqual(onPaper(`killed in ${state}`));
  });
});
