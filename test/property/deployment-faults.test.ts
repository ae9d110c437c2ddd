import { describe, expect, it } from "vitest";
import {
  beginOf,
  Boards,
  type BoardSpec,
  drive,
  type Driven,
  exited,
  type Script,
} from "../support/drive.ts";
import { expectedCalls, type Fault, type FaultKind } from "../support/protocol.ts";
import { inTier, oneOfEachKind } from "../support/tier.ts";

const kinds: readonly FaultKind[] = [
  "exit",
  "signal",
  "hang",
  "kill-before",
  "kill-during",
  "kill-after",
  "power",
];
const rollbacks = ["No", "Yes"] as const;
const reboots = ["No", "Yes", "Automatic"] as const;

function scriptOf(faults: readonly Fault[]): Script {
  return (round, id, nth) => {
    const fault = faults.find(({ call }) => call === `${round} ${id}`);
    if (fault === undefined || nth > 1) return "ok";
    switch (fault.kind) {
      case "exit":
        return exited(1);
      case "signal":
        return { fail: { kind: "signalled", signal: "SIGSEGV" } };
      case "hang":
        return { fail: { kind: "timed-out", afterMs: 1000 } };
      case "kill-before":
        return { cut: "before-start" };
      case "kill-after":
        return "ok";
      default:
        return { cut: "while-running" };
    }
  };
}

/** Runs to the end, rebooting whenever asked, and taking the deployment up again after every cut. */
function calls(boards: readonly BoardSpec[], ...faults: readonly Fault[]): string[] {
  const spec = { boards };
  const system = new Boards(spec, scriptOf(faults));
  let driven: Driven = drive(beginOf(spec), system, { exitOnReboot: true });
  for (let runs = 0; driven.end !== "ended"; runs += 1) {
    if (runs > 20) throw new Error("it does not end");
    const isPower = driven.end === "cut" && faults.some(({ kind }) => kind === "power");
    const rebooted = driven.end === "reboot" || isPower;
    driven = drive(driven, system, { exitOnReboot: true, rebooted });
  }
  return system.calls;
}

/** Every call of the run can be hit; of one that has failed `before`, every call of its error path. */
function faultsOf(boards: readonly BoardSpec[], ...before: readonly Fault[]): Fault[] {
  const well = calls(boards, ...before).filter((call) => !call.startsWith("Host"));
  return [...new Set(well)].flatMap((call) => kinds.map((kind) => ({ call, kind })));
}

const asked = { facts: { hw_rev: "B" } };

const oneGroup = rollbacks.flatMap((supportsRollback) =>
  reboots.flatMap((needsReboot) =>
    [{}, asked].map((facts): BoardSpec[] => [
      { id: "A", group: 0, supportsRollback, needsReboot, ...facts },
    ]),
  ),
);

const everyTwoGroups = rollbacks.flatMap((supportsRollback) =>
  reboots.flatMap((needsReboot) =>
    reboots.map((other): BoardSpec[] => [
      { id: "A", group: 0, supportsRollback, needsReboot, ...(other !== "No" && asked) },
      { id: "B", group: 1, needsReboot: other, ...(other === "Yes" && { facts: { site: null } }) },
      { id: "C", group: 1, supportsRollback, needsReboot },
    ]),
  ),
);

/** In the usual tier one of those that need the same reboots. */
const twoGroups = oneOfEachKind(everyTwoGroups, ([a, b]) => `${a?.needsReboot} ${b?.needsReboot}`);

describe("the table of faults", () => {
  it("is as the protocol says on one group, for every state and query, fault, rollback and reboot", () => {
    const cases = oneGroup.flatMap((boards) =>
      faultsOf(boards).map((fault) => ({ boards, fault })),
    );
    for (const { boards, fault } of cases) {
      expect({ boards, fault, calls: calls(boards, fault) }).toEqual({
        boards,
        fault,
        calls: expectedCalls(boards, fault),
      });
    }
    console.info(`table of faults, one group: ${String(cases.length)} cases`);
    expect(cases.length).toBeGreaterThan(400);
  });

  it("is as the protocol says on two groups with three Components", () => {
    const cases = twoGroups.flatMap((boards) =>
      faultsOf(boards).map((fault) => ({ boards, fault })),
    );
    for (const { boards, fault } of cases) {
      expect({ boards, fault, calls: calls(boards, fault) }).toEqual({
        boards,
        fault,
        calls: expectedCalls(boards, fault),
      });
    }
    console.info(`table of faults, two groups: ${String(cases.length)} cases`);
    expect(cases.length).toBeGreaterThan(inTier(2000, 4000));
  });

  it("is as the protocol says in the error path after a failed ArtifactCommit", () => {
    const cases = twoGroups.flatMap((boards) => {
      const first: Fault = { call: "ArtifactCommit C", kind: "exit" };
      const known = new Set(calls(boards));
      return faultsOf(boards, first)
        .filter(({ call }) => !known.has(call) || /^(Cleanup|ConfirmEnd)/.test(call))
        .map((fault) => ({ boards, faults: [first, fault] }));
    });
    for (const { boards, faults } of cases) {
      expect({ boards, faults, calls: calls(boards, ...faults) }).toEqual({
        boards,
        faults,
        calls: expectedCalls(boards, ...faults),
      });
    }
    console.info(`table of faults, error path: ${String(cases.length)} cases`);
    expect(cases.length).toBeGreaterThan(inTier(500, 1000));
  });
});
