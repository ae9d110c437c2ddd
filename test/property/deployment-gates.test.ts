import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type GateMoment, gateMoments } from "../../src/core/protocol.ts";
import { departureIn } from "../../src/deployment/departure.ts";
import { maxIdleRuns } from "../../src/deployment/deployment.ts";
import { replay } from "../../src/deployment/evolve.ts";
import type { GateAnswer, PlannedGate } from "../../src/deployment/records.ts";
import { beginOf, Boards, drive, type Driven, type SystemSpec } from "../support/drive.ts";
import { fuzzing } from "../support/fuzzing.ts";

/**
 * The machine with gates at any of its moments, each question answered by any of: go, not now, no, a hang, and the end
 * of this process or of the host while it is asked. Between two calls some time goes by, and the host may boot anew.
 */

type Does = "go" | "not-now" | "no" | "hang" | "kill" | "reboot";

const answers: Readonly<Record<Exclude<Does, "kill" | "reboot">, GateAnswer>> = {
  go: { kind: "go" },
  "not-now": { kind: "not-now", retryAfterMs: null },
  no: { kind: "no", failure: { kind: "exited", code: 1 } },
  hang: { kind: "no", failure: { kind: "timed-out", afterMs: 1000 } },
};

const spec: SystemSpec = {
  boards: [
    { id: "A", group: 0, needsReboot: "Automatic" },
    { id: "B", group: 0, needsReboot: "Yes" },
    { id: "C", group: 1 },
  ],
};

const mostMs = 100;
const gate = (name: string): fc.Arbitrary<PlannedGate> =>
  fc.record({
    name: fc.constant(name),
    at: fc.subarray([...gateMoments], { minLength: 1 }),
    timeoutMs: fc.constant(1000),
    deferAtMostMs: fc.constant(mostMs),
  });

interface Given {
  readonly gates: readonly PlannedGate[];
  readonly does: readonly Does[];
  /** Milliseconds between two calls. */
  readonly between: number;
  readonly constrained: boolean;
}

const given = (...does: readonly Does[]): fc.Arbitrary<Given> =>
  fc.record({
    gates: fc.tuple(gate("one"), gate("two")),
    does: fc.array(fc.constantFrom<Does>("go", ...does), { maxLength: 12 }),
    between: fc.constantFrom(1, 40, 200),
    constrained: fc.boolean(),
  });

interface Asked {
  readonly gate: string;
  readonly moment: GateMoment;
  readonly does: Does;
}

interface Run extends Driven {
  readonly asked: readonly Asked[];
  readonly boards: Boards;
  /** The calls of each run of the program. */
  readonly runs: readonly (readonly string[])[];
}

function driven({ gates, does, between, constrained }: Given): Run {
  const system = { ...spec, gates, constrained };
  const asked: Asked[] = [];
  const boards = new Boards(
    system,
    () => "ok",
    (name, moment) => {
      const now = does[asked.length] ?? "go";
      asked.push({ gate: name, moment, does: now });
      return now === "kill" || now === "reboot" ? "cut" : answers[now];
    },
  );
  const runs: (readonly string[])[] = [];
  let nowMs = 0;
  let last = drive(beginOf(system), boards, { nowMs });
  runs.push(boards.calls.slice());
  while (last.end !== "ended") {
    expect(runs.length).toBeLessThan(40);
    const rebooted = last.end === "reboot" || asked.at(-1)?.does === "reboot";
    nowMs = rebooted ? between : nowMs + between;
    const before = boards.calls.length;
    last = drive(last, boards, { nowMs, rebooted });
    runs.push(boards.calls.slice(before));
  }
  return { ...last, asked, boards, runs };
}

function holds(of: fc.Arbitrary<Given>, what: (run: Run, given: Given) => void): void {
  fc.assert(
    fc.property(of, (one) => what(driven(one), one)),
    fuzzing(400),
  );
}

const any = given("not-now", "no", "hang", "kill", "reboot");
const old = spec.boards.map(() => "board-v1");
const wanted = spec.boards.map(() => "board-v2");
const isGate = (call: string) => gateMoments.some((moment) => call.startsWith(`${moment} `));

/** What stands behind each moment, as the call that begins it. */
const guarded: Readonly<Record<GateMoment, RegExp>> = {
  start: /^NeedsUnpackedArtifact A$/,
  group: /^ArtifactInstall [AC]$/,
  reboot: /^HostReboot /,
  commit: /^ArtifactCommit A$/,
};

/** Each run but the last one has ended with a not now. */
function hasWaitedTooLong({ runs, asked }: Run, between: number): boolean {
  const waited = new Map<string, number>();
  let question = 0;
  let awaited: string | null = null;
  for (const call of runs.flat()) {
    if (!isGate(call)) {
      if (!call.startsWith("ExpectOld ")) waited.clear();
      continue;
    }
    const { gate: name = "", does } = asked[question] ?? {};
    question += 1;
    if (awaited !== null) waited.set(awaited, (waited.get(awaited) ?? 0) + between);
    awaited = does === "not-now" ? name : null;
    if (does === "not-now" && (waited.get(name) ?? 0) >= mostMs) return true;
  }
  return false;
}

describe("whatever gates answer", () => {
  it("the System ends all new or as it was, and the journal tells the same", () => {
    holds(any, ({ deployment, records, boards }) => {
      const isNew = deployment.ended?.outcome === "success";
      expect([...boards.versions.values()]).toEqual(isNew ? wanted : old);
      expect(deployment.ended?.inconsistent).toEqual([]);
      expect(replay(records)).toEqual(deployment);
      expect(departureIn(records)).toBe(null);
    });
  });

  it("nothing begins that all gates of its moment have not let pass, one after the other, in that run", () => {
    holds(any, ({ runs, asked }, { gates }) => {
      let question = 0;
      for (const calls of runs) {
        for (const moment of gateMoments) {
          const names = gates.filter(({ at }) => at.includes(moment)).map(({ name }) => name);
          for (const [place, call] of calls.entries()) {
            if (!guarded[moment].test(call)) continue;
            const before = calls.slice(0, place).filter(isGate);
            const all = asked.slice(question, question + before.length);
            expect(all.slice(all.length - names.length)).toEqual(
              names.map((name) => ({ gate: name, moment, does: "go" })),
            );
          }
        }
        question += calls.filter(isGate).length;
      }
    });
  });

  it("none is asked once something goes back, and none again that has said no", () => {
    holds(any, ({ boards, asked, deployment }) => {
      const { calls } = boards;
      const back = calls.findIndex((call) => /^(ArtifactRollback|ArtifactFailure) /.test(call));
      expect(calls.slice(Math.max(0, back)).filter((call) => back >= 0 && isGate(call))).toEqual(
        [],
      );
      const no = asked.findIndex(({ does }) => does === "no" || does === "hang");
      if (no < 0) return;
      expect(asked.slice(no + 1)).toEqual([]);
      expect(deployment.failure).toMatchObject({ kind: "gate", gate: asked[no]?.gate });
    });
  });

  it("a no at the start leaves everybody alone", () => {
    holds(any, ({ boards, asked, deployment }) => {
      const last = asked.at(-1);
      fc.pre(last?.moment === "start" && (last.does === "no" || last.does === "hang"));
      expect(deployment.ended?.outcome).toBe("failed-unchanged");
      expect(boards.calls.filter((call) => !isGate(call))).toEqual([]);
    });
  });
});

describe("a gate", () => {
  it("that says not now for a while, or is asked as this process dies a few times, costs nothing", () => {
    holds(given("not-now", "kill"), ({ deployment, asked }, { between }) => {
      fc.pre(between === 1 && asked.filter(({ does }) => does === "kill").length < maxIdleRuns);
      expect(deployment.ended?.outcome).toBe("success");
    });
  });

  it("that says not now for longer than it may, all its waits at one place summed, has said no", () => {
    holds(given("not-now"), (run, { between }) => {
      const { deployment } = run;
      const isOver = hasWaitedTooLong(run, between);
      if (isOver) expect(deployment.failure).toMatchObject({ kind: "gate" });
      else expect(deployment.failure).toBe(null);
      expect(deployment.ended?.outcome === "success").toBe(!isOver);
    });
  });

  it("that is asked as the host goes down fails what is installed and not committed, and nothing else", () => {
    holds(given("reboot"), ({ deployment, boards, runs }) => {
      const isExposed = runs.some((calls, run) => {
        const sofar = runs.slice(0, run + 1).flat();
        const isCut = calls.at(-1) !== undefined && isGate(calls.at(-1) ?? "");
        return isCut && sofar.some((call) => call.startsWith("ArtifactInstall "));
      });
      const deaths = runs.filter((calls) => isGate(calls.at(-1) ?? "")).length;
      fc.pre(deaths < 6);
      expect(deployment.ended?.outcome === "success").toBe(!isExposed);
      expect(boards.calls.some((call) => call.startsWith("ArtifactRollback "))).toBe(isExposed);
    });
  });
});

it("a run that gets no further than its gates has got nothing done: no loop of them goes on for ever", () => {
  const gates: readonly PlannedGate[] = [
    { name: "one", at: ["group"], timeoutMs: 1000, deferAtMostMs: null },
  ];
  const system = { ...spec, gates };
  const boards = new Boards(system, (round, id, nth) =>
    round === "ExpectOld" && id === "A" && nth > 0 ? { cut: "while-running" } : "ok",
  );
  let last = drive(
    beginOf(system),
    new Boards(
      system,
      () => "ok",
      () => "cut",
    ),
  );
  let runs = 1;
  while (last.end !== "ended") {
    expect(runs).toBeLessThan(10);
    last = drive(last, boards);
    runs += 1;
  }
  expect(last.deployment.failure).toMatchObject({ kind: "no-progress" });
  expect(last.deployment.ended?.outcome).toBe("failed-unchanged");
});
