import { describe, expect, it } from "vitest";
import { gateMoments } from "../../../src/core/protocol.ts";
import { evolve } from "../../../src/deployment/evolve.ts";
import type { Begin, PlannedGate } from "../../../src/deployment/records.ts";
import { explore } from "../../../src/simulate/explore.ts";
import { type Answers, realMachine } from "../../../src/simulate/situation.ts";
import { beginOf, type SystemSpec } from "../../support/drive.ts";

/** Every answer of gates, and every crash at one, at each moment: where the System ends. */

const spec: SystemSpec = {
  constrained: true,
  boards: [
    { id: "A", type: "host", group: 0 },
    { id: "B", type: "board", group: 1 },
  ],
};

const gate = (name: string, deferAtMostMs: number | null = null): PlannedGate => ({
  name,
  at: gateMoments,
  timeoutMs: 1000,
  deferAtMostMs,
});

const answers: Answers = {
  supportsRollback: () => "Yes",
  needsReboot: (id) => (id === "A" ? "Automatic" : "No"),
};

function explored(first: Begin, faults = 1) {
  const asked = new Set<string>();
  const machine = {
    ...realMachine,
    evolve: ((deployment, record) => {
      if (record.type === "gate-asked") {
        expect(deployment.direction).toBe("forward");
        asked.add(`${record.moment} ${record.gate}`);
      }
      return evolve(deployment, record);
    }) satisfies typeof evolve,
  };
  return { asked, ...explore(first, answers, { faults, limit: 200_000 }, machine) };
}

describe("a System with gates", () => {
  const { asked, ends, forbidden, covered, givenUp } = explored(
    beginOf({ ...spec, gates: [gate("one"), gate("two", 0)] }),
  );
  const told = ends.map(({ outcome, faults }) => `${outcome}: ${faults.join(", ")}`);

  it("ends all new or as it was, whatever they answer and wherever it is killed, and none is asked on the way back", () => {
    expect({ forbidden, covered, givenUp }).toEqual({ forbidden: [], covered: 1, givenUp: null });
    expect(ends.filter(({ isUntrue }) => isUntrue)).toEqual([]);
    expect([...new Set(ends.map(({ outcome }) => outcome))].toSorted()).toEqual([
      "failed-rolled-back",
      "failed-unchanged",
      "success",
    ]);
    expect(told).toContain("success: ");
    expect(asked).toEqual(
      new Set(gateMoments.flatMap((moment) => [`${moment} one`, `${moment} two`])),
    );
  });

  it("ends the same with two faults", () => {
    const { ends: more, forbidden: passed } = explored(
      beginOf({ ...spec, gates: [gate("one")] }),
      2,
    );
    expect(passed).toEqual([]);
    expect(
      more.filter(({ isUntrue, inconsistent }) => isUntrue || inconsistent.length > 0),
    ).toEqual([]);
  });
});

it("a gate that says no costs a fault, and each end tells which", () => {
  const { ends } = explored(beginOf({ ...spec, gates: [{ ...gate("health"), at: ["commit"] }] }));
  const rolledBack = ends.find(({ outcome }) => outcome === "failed-rolled-back");
  expect(rolledBack?.faults).toHaveLength(1);
  expect(ends.map(({ outcome }) => outcome)).toContain("success");
});
