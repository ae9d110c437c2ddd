import { expect, it } from "vitest";
import { syntheticBegin } from "../../../src/deployment/synthetic-begin.ts";
import { findPlan } from "../../../src/planner/find-plan.ts";
import { explore } from "../../../src/simulate/explore.ts";
import { type Machine, realMachine } from "../../../src/simulate/situation.ts";
import type { RoundName } from "../../../src/deployment/rounds.ts";
import { systemOf } from "../../support/planner-systems.ts";

/** Limits hold wherever the host goes down: forward, on the way back, and on a way out. */

/** Left and right never together; the hub comes last, and cannot go back. */
const limited = systemOf({
  types: {
    wheel: { versions: ["wheel-v1", "wheel-v2"] },
    hub: { versions: ["hub-v1", "hub-v2"] },
  },
  components: [
    { id: "LEFT", type: "wheel" },
    { id: "RIGHT", type: "wheel" },
    { id: "HUB", type: "hub", supportsRollback: false },
  ],
  endTables: [
    {
      columns: ["wheel", "hub"],
      rows: ["wheel-v1 hub-v1 YES v.1", "wheel-v2 hub-v2 YES v.2"],
    },
  ],
  transitionTables: [
    { columns: ["wheel", "hub"], rows: ["wheel-v1 hub-v2 NO"], allowByDefault: true },
  ],
  limits: [{ of: ["LEFT", "RIGHT"], most: 1 }],
});

const moving: readonly RoundName[] = [
  "ArtifactInstall",
  "ArtifactReboot",
  "ArtifactRollback",
  "ArtifactRollbackReboot",
  "ArtifactCommit",
  "ArtifactFailure",
  "Cleanup",
  "OwedCleanup",
];

it("so many are installed, rolled back, committed or cleaned up at once, and no more", () => {
  const answer = findPlan(limited);
  if (answer.kind !== "plan") throw new Error("no plan");
  const first = syntheticBegin(limited, answer.plan);
  const crowds = new Set<string>();
  const rounds = new Set<string>();
  const machine: Machine = {
    decide: realMachine.decide,
    evolve: (deployment, record) => {
      if (record.type === "intent" && moving.includes(record.round)) {
        const { round, components } = record;
        rounds.add(`${deployment.direction}: ${round}`);
        const wheels = components.filter((id) => id !== "HUB");
        if (wheels.length > 1) crowds.add(`${deployment.direction}: ${round} of ${wheels.join()}`);
      }
      return realMachine.evolve(deployment, record);
    },
  };
  const found = explore(
    first,
    {
      supportsRollback: (id) => (id === "HUB" ? "No" : "Yes"),
      needsReboot: (id) => (id === "HUB" ? "No" : "Automatic"),
    },
    { faults: 2, limit: 1_000_000 },
    machine,
  );
  expect(found.givenUp).toBeNull();
  expect([...rounds]).toEqual(
    expect.arrayContaining(["back: ArtifactRollback", "out: ArtifactCommit", "out: Cleanup"]),
  );
  expect([...crowds]).toEqual([]);
});
