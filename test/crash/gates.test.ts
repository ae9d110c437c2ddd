import { afterEach, beforeEach, expect, it } from "vitest";
import { addGates } from "../support/gates.ts";
import { type SeedProgram, seedProgram, v2 } from "../support/seed-program.ts";
import { oneOfEachKind } from "../support/tier.ts";

/** The built program killed with SIGKILL at every place where a gate is journalled, at each of its moments. */

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
});
afterEach(() => {
  system.remove();
});

const points = [
  "gate:asked-appended",
  "gate:asked-synced",
  "gate:started",
  "gate:answered-appended",
  "gate:answered-synced",
];
const moments = ["start", "group", "commit"] as const;
const cases = moments.flatMap((moment) => points.map((point) => ({ moment, point })));

it.each(oneOfEachKind(cases, ({ moment }) => moment))(
  "killed at $point of a gate at $moment, resume asks it again and goes on",
  ({ moment, point }) => {
    addGates(system, [{ name: "consent", at: [moment] }]);
    const killed = system.run(["install", "manifest-v2.yaml"], { ORCHESTRATOR_CRASH_POINT: point });
    expect(killed.signal).toBe("SIGKILL");
    const resumed = system.run(["resume"]);
    expect([resumed.exit, system.versions()]).toEqual([0, v2]);
    const asked = system.calls().filter((call) => call === `${moment} consent`);
    expect(asked.length).toBeGreaterThan(0);
    expect(system.isInProgress()).toBe(false);
  },
);
