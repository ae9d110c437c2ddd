import { existsSync, rmSync } from "node:fs";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { type SeedProgram, v2 } from "../support/seed-program.ts";
import { seedStages } from "../support/seed-stages.ts";
import { inTier } from "../support/tier.ts";

/** The built program killed with SIGKILL wherever it has to do with a Cleanup that has failed. */

const ways = {
  /** The update to v.2 has left a Cleanup of R456 owed, which would end well now. */
  owed: ({ failIn, path, run }: SeedProgram) => {
    failIn("R456", "Cleanup", 1);
    expect(run(["install", "manifest-v2.yaml"]).exit).toBe(0);
    rmSync(path("boards/R456/fail/Cleanup"));
  },
};

const { after, remove } = seedStages(ways);

let system: SeedProgram;
beforeEach(() => {
  system = after("new");
});
afterAll(remove);

const v3 = ["gateway-v3", "rtos-v3", "rtos-v3"];
const mend = () => rmSync(system.path("boards/R456/fail/Cleanup"), { force: true });
const cleanups = () => system.calls().filter((call) => call === "Cleanup R456").length;

describe("killed at the end of the deployment that owes it", () => {
  it.each(inTier(["end:synced"], ["end:synced", "end:archived"]))(
    "at %s: it is owed once, and made good",
    (point) => {
      system.failIn("R456", "Cleanup", 1);
      const killed = system.run(["install", "manifest-v2.yaml"], {
        ORCHESTRATOR_CRASH_POINT: point,
      });
      expect(killed.signal).toBe("SIGKILL");
      expect([0, 2]).toContain(system.run(["resume"]).exit);
      expect(system.versions()).toEqual(v2);
      expect(system.run(["status"]).stdout.match(/still owes/g)).toHaveLength(1);
      mend();
      expect(system.run(["install", "manifest-v3.yaml"]).exit).toBe(0);
      expect(system.versions()).toEqual(v3);
      expect(system.run(["status"]).stdout).toBe("No deployment is in progress.\n");
    },
  );
});

describe("killed while it is made good for the next deployment", () => {
  beforeEach(() => {
    system = after("owed");
  });

  it.each(inTier(["owed:ended"], ["owed:called", "owed:ended", "owed:settled"]))(
    "at %s: the next install goes on with it",
    (point) => {
      const killed = system.run(["install", "manifest-v3.yaml"], {
        ORCHESTRATOR_CRASH_POINT: point,
      });
      expect(killed.signal).toBe("SIGKILL");
      expect(system.isInProgress()).toBe(false);
      expect(system.run(["install", "manifest-v3.yaml"]).exit).toBe(0);
      expect(system.versions()).toEqual(v3);
      expect(existsSync(system.path("datastore/owed"))).toBe(false);
      expect(existsSync(system.path("datastore/set-aside"))).toBe(false);
    },
  );

  it("by its own Interface, which lives on: it is ended before Cleanup is called again", () => {
    system.failIn("R456", "Cleanup", "kill-caller");
    const killed = system.run(["install", "manifest-v3.yaml"]);
    expect(killed.signal).toBe("SIGKILL");
    const before = cleanups();
    const ran = system.run(["install", "manifest-v3.yaml"]);
    expect(ran.exit).toBe(0);
    expect(cleanups()).toBe(before + 2);
    expect(system.versions()).toEqual(v3);
  });
});

describe("killed while it is made good between two stages", () => {
  const moments = ["intent-appended", "intent-synced", "started", "outcome-appended"];

  it.each(inTier(["started"], moments))(
    "at OwedCleanup:%s: resume goes on with it, and the stage is no failure",
    (moment) => {
      system.failIn("R456", "Cleanup", 1);
      const killed = system.run(["install", "manifest-v3.yaml"], {
        ORCHESTRATOR_CRASH_POINT: `OwedCleanup:${moment}`,
      });
      expect(killed.signal).toBe("SIGKILL");
      mend();
      expect(system.run(["resume"]).exit).toBe(0);
      expect(system.versions()).toEqual(v3);
      expect(system.run(["status"]).stdout).toBe("No deployment is in progress.\n");
    },
  );
});
