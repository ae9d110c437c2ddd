import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { shownVersion } from "../../src/core/ids.ts";
import type { Query, State } from "../../src/core/protocol.ts";
import type { OpenRound } from "../../src/deployment/deployment.ts";
import type { RoundName } from "../../src/deployment/rounds.ts";
import { groundingOf } from "../../src/planner/constraints/grounding.ts";
import { faultsIn } from "../../src/simulate/faults.ts";
import { onward } from "../../src/simulate/onward.ts";
import {
  type Answers,
  firstSituation,
  realMachine,
  type Setting,
} from "../../src/simulate/situation.ts";
import { gateway, seedBegin } from "../support/seed-begin.ts";
import { seedProgram, type SeedProgram } from "../support/seed-program.ts";
import type { Board } from "../support/seed-system.ts";
import { oneOfEachKind } from "../support/tier.ts";

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

/** As they answer where the gateway is rebooted with the host. */
const withHost: Answers = {
  ...answers,
  needsReboot: (component) => (component === gateway ? "Automatic" : "No"),
};

interface Fate {
  /** How the fault is told; the first one that begins like this. */
  readonly fault: string;
  /** Only when this round has just ended. */
  readonly behind?: RoundName;
  readonly by?: Answers;
  /** How often it happens. */
  readonly times?: number;
}

/** Goes on without faults but for this one. */
function onPaper({ fault, behind, by = answers, times = 1 }: Fate): Course {
  const first = seedBegin();
  const setting: Setting = {
    machine: realMachine,
    answers: by,
    grounding: groundingOf(first.system),
  };
  let situation = firstSituation(first);
  let left = times;
  const calls: string[] = [];
  let last: RoundName | null = null;
  for (;;) {
    const { open } = situation.deployment;
    const isDue = left > 0 && (behind === undefined || (open === null && last === behind));
    const wrong = isDue
      ? [...faultsIn(setting, situation)].find(({ told: one }) => one.startsWith(fault))
      : undefined;
    const next = wrong?.next ?? onward(setting, situation);
    if (next === null) break;
    if (wrong !== undefined) left -= 1;
    if (open !== null) calls.push(...made(open, wrong?.told ?? null));
    last = open?.intent.round ?? null;
    situation = next;
  }
  expect(left).toBe(0);
  const { ended } = situation.deployment;
  return {
    calls: told(calls),
    outcome: ended?.outcome,
    versions: situation.world.map(shownVersion),
  };
}

/** The calls that are made of an open round by what happens to it. */
function made({ intent, waiting }: OpenRound, fault: string | null): readonly string[] {
  const { round } = intent;
  const isCut = fault?.startsWith("killed") === true || fault?.startsWith("the host") === true;
  if (round.startsWith("Host") || (isCut && fault?.includes(" before ") === true)) return [];
  return (isCut ? waiting : waiting.slice(0, 1)).map((component) => `${round} ${component}`);
}

const outcomes: Readonly<Record<number, string>> = {
  0: "success",
  20: "failed-unchanged",
  22: "failed-rolled-back",
};

interface Mishap {
  /** Where the program is killed. */
  readonly crashPoint?: string;
  /** The host goes down with it. */
  readonly isPowerLost?: boolean;
}

function inReality({ crashPoint, isPowerLost = false }: Mishap = {}): Course {
  const bootId = system.path("boot-id");
  writeFileSync(bootId, "boot-1\n");
  const host = { ORCHESTRATOR_BOOT_ID_FILE: bootId };
  const crash = crashPoint === undefined ? {} : { ORCHESTRATOR_CRASH_POINT: crashPoint };
  let ran = system.run(["install", "manifest-v2.yaml", "--exit-on-reboot"], { ...host, ...crash });
  if (ran.signal === "SIGKILL") {
    if (isPowerLost) writeFileSync(bootId, `${readFileSync(bootId, "utf8").trim()}-again\n`);
    ran = system.run(["resume", "--exit-on-reboot"], host);
  } else if (crashPoint !== undefined) throw new Error(`${crashPoint} was not met`);
  return courseOf(system, ran.exit);
}

function courseOf(ran: SeedProgram, exit: number | null): Course {
  return {
    calls: told(ran.calls().map((call) => call.replace("DownloadWithFileSizes", "Download"))),
    outcome: outcomes[exit ?? -1],
    versions: ran.versions(),
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

/** What is undone after a failure there is alike. */
function phaseOf(state: State | Query): string {
  if (state.includes("Reboot")) return "reboot";
  return state.startsWith("Artifact") || state === "Cleanup" ? state : "before";
}

describe("a state or query that fails", () => {
  test.each(oneOfEachKind(failures, ([, state]) => phaseOf(state)))("%s %s", (board, state) => {
    system.failIn(board, state, 1);
    // A Cleanup is tried again, and this one fails each time.
    const times = state === "Cleanup" ? 3 : 1;
    expect(inReality()).toEqual(onPaper({ fault: `${board}: ${state} fails`, times }));
  });
});

describe("an Interface that is killed", () => {
  const killed = [
    ["R998", "ArtifactInstall"],
    ["G13", "Download"],
    ["R456", "ArtifactCommit"],
  ] as const;

  // It is as if it had failed.
  test.each(oneOfEachKind(killed, () => "alike"))("%s %s", (board, state) => {
    system.failIn(board, state, "kill");
    expect(inReality()).toEqual(onPaper({ fault: `${board}: ${state} fails` }));
  });
});

describe("an Interface that hangs", () => {
  // Long enough for a call that does its work, however busy the machine is.
  const timeLimit = "    timeout_seconds: 8\n";
  const all = [
    ["R998", "Download"],
    ["R998", "SupportsRollback"],
    ["R998", "ArtifactInstall"],
    ["G13", "ArtifactReboot"],
    ["G13", "ArtifactVerifyReboot"],
  ] as const;
  const hangs = oneOfEachKind(all, ([, state]) =>
    phaseOf(state) === "reboot" ? "reboot" : "other",
  );

  // Each waits for its time limit, so they wait together.
  test(`in any of ${hangs.map((hang) => hang.join(" ")).join(", ")}`, async () => {
    const courses = await Promise.all(
      hangs.map(async ([board, state]) => await hanging(board, state)),
    );
    expect(courses).toEqual(
      hangs.map(([board, state]) => onPaper({ fault: `${board}: ${state} fails` })),
    );
  });

  async function hanging(board: Board, state: State | Query): Promise<Course> {
    const own = seedProgram();
    try {
      const topology = readFileSync(own.path("topology.yaml"), "utf8");
      const limited = topology.replaceAll(/^ {4}interface_args: .*\n/gm, `$&${timeLimit}`);
      expect(limited).not.toBe(topology);
      writeFileSync(own.path("topology.yaml"), limited);
      own.failIn(board, state, "hang");
      const { exit } = await own.runBeside(["install", "manifest-v2.yaml"]);
      return courseOf(own, exit);
    } finally {
      own.remove();
    }
  }
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
  test.each(oneOfEachKind(states, (state) => (state === "Download" ? "before" : "behind")))(
    "in %s of G13",
    (state) => {
      system.failIn("G13", state, "kill-caller");
      expect(inReality()).toEqual(onPaper({ fault: `killed in ${state}` }));
    },
  );

  test("in ArtifactInstall of G13, and its host with it", () => {
    system.failIn("G13", "ArtifactInstall", "kill-caller");
    expect(inReality({ isPowerLost: true })).toEqual(
      onPaper({ fault: "the host loses power in ArtifactInstall" }),
    );
  });
});

describe("before and after a record of the journal", () => {
  const rounds = ["Download", "ArtifactInstall", "ArtifactVerifyReboot", "ArtifactCommit"] as const;
  const cuts = rounds.flatMap((round) => [
    { round, isPowerLost: false },
    { round, isPowerLost: true },
  ]);

  test.each(oneOfEachKind(cuts.toReversed(), () => "alike"))(
    "the intent of $round, power lost: $isPowerLost",
    ({ round, isPowerLost }) => {
      const what = isPowerLost ? "the host loses power" : "killed";
      expect(inReality({ crashPoint: `${round}:intent-synced`, isPowerLost })).toEqual(
        onPaper({ fault: `${what} before ${round} starts` }),
      );
    },
  );

  test.each(oneOfEachKind(cuts, () => "alike"))(
    "the outcome of $round, power lost: $isPowerLost",
    ({ round, isPowerLost }) => {
      const fault = isPowerLost
        ? "the host reboots between two states"
        : "killed between two states";
      expect(inReality({ crashPoint: `${round}:outcome-appended`, isPowerLost })).toEqual(
        onPaper({ fault, behind: round }),
      );
    },
  );
});

describe("a host that must reboot for the gateway", () => {
  test("and does not", () => {
    system.answer("G13", "NeedsArtifactReboot", "Automatic\n");
    const asked = inReality();
    expect(asked.outcome).toBeUndefined();
    const ended = system.run(["resume"], { ORCHESTRATOR_BOOT_ID_FILE: system.path("boot-id") });
    expect(courseOf(system, ended.exit)).toEqual(
      onPaper({ fault: "the host does not reboot", by: withHost }),
    );
  });
});
