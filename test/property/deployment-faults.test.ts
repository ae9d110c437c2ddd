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

function scriptOf(fault: Fault): Script {
  return (round, id, nth) => {
    if (`${round} ${id}` !== fault.call || nth > 1) return "ok";
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
function calls(boards: readonly BoardSpec[], fault: Fault | null): string[] {
  const spec = { boards };
  const system = new Boards(spec, fault === null ? undefined : scriptOf(fault));
  let driven: Driven = drive(beginOf(spec), system, { exitOnReboot: true });
  for (let runs = 0; driven.end !== "ended"; runs += 1) {
    if (runs > 20) throw new Error("it does not end");
    const rebooted = driven.end === "reboot" || fault?.kind === "power";
    driven = drive(driven, system, { exitOnReboot: true, rebooted });
  }
  return system.calls;
}

/** Every call of the run without a fault, and of one that fails at its last commit, can be hit. */
function faultsOf(boards: readonly BoardSpec[]): Fault[] {
  const well = calls(boards, null).filter((call) => !call.startsWith("Host"));
  return [...new Set(well)].flatMap((call) => kinds.map((kind) => ({ call, kind })));
}

const oneGroup = rollbacks.flatMap((supportsRollback) =>
  reboots.map((needsReboot): BoardSpec[] => [{ id: "A", group: 0, supportsRollback, needsReboot }]),
);

const twoGroups = rollbacks.flatMap((supportsRollback) =>
  reboots.flatMap((needsReboot) =>
    reboots.map((other): BoardSpec[] => [
      { id: "A", group: 0, supportsRollback, needsReboot },
      { id: "B", group: 1, needsReboot: other },
      { id: "C", group: 1, supportsRollback, needsReboot },
    ]),
  ),
);

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
    expect(cases.length).toBeGreaterThan(4000);
  });
});
