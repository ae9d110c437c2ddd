import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { type Ran, withoutDeployment } from "../support/program.ts";
import { type SeedProgram, v1, v2 } from "../support/seed-program.ts";
import { seedStages } from "../support/seed-stages.ts";
import { widening } from "../support/tier.ts";

/** A Cleanup that fails is neither forgotten nor in anybody's way. */

/** What the update said that left a Cleanup owed. */
let left: Ran;

const ways = {
  /** The update to v.2, in which the Cleanup of R456 fails. */
  owed: ({ failIn, run }: SeedProgram) => {
    failIn("R456", "Cleanup", 1);
    left = run(["install", "manifest-v2.yaml"]);
  },
};

const { after, remove } = seedStages(ways);

let system: SeedProgram;
beforeEach(() => {
  system = after("new");
});
afterAll(remove);

const v3 = ["gateway-v3", "rtos-v3", "rtos-v3"];
const workDir = () => system.path("datastore/payloads/%52456");
const setAside = () => system.path("datastore/set-aside/%52456");
const mend = () => rmSync(system.path("boards/R456/fail/Cleanup"));
const calls = (board: string) => system.calls().filter((call) => call.endsWith(` ${board}`));

/** A Cleanup of R456 is owed, and still fails. */
function leaveOwed(): Ran {
  system = after("owed");
  return left;
}

/** What the board is asked and told from here on. */
function since(board: string, before: number) {
  return calls(board).slice(before);
}

const Ended = z.looseObject({ type: z.string(), cleanup_owed: z.array(z.string()).optional() });

describe("a Cleanup that fails", () => {
  test("is tried three times; then the end, history and status name the Component", () => {
    const ran = leaveOwed();
    expect(ran.exit).toBe(0);
    expect(system.versions()).toEqual(v2);
    expect(calls("R456").filter((call) => call === "Cleanup R456")).toHaveLength(3);
    expect(calls("R998").filter((call) => call === "Cleanup R998")).toHaveLength(1);
    expect(withoutDeployment(ran.stderr)).toMatch(
      /Done: the System is on "v\.2"\.\nR456 still owes a Cleanup: its work dir is kept, and it is called again before the next update\.\n/,
    );
    expect(readdirSync(system.path("datastore/payloads"))).toEqual(["%52456"]);
    const [line = ""] = system.run(["history"]).stdout.split("\n");
    expect(line).toMatch(/success {2}took .* {2}Cleanup owed: R456$/);
    const id = line.slice(0, 12);
    expect(system.run(["history", id]).stdout).toContain(
      "\nR456 still owed a Cleanup at its end.\n",
    );
    expect(JSON.parse(system.run(["history", id, "--json"]).stdout)).toMatchObject({
      outcome: "success",
      cleanup_owed: ["R456"],
    });
    expect(system.run(["status"]).stdout).toBe(
      `No deployment is in progress.\nR456 still owes the Cleanup of deployment ${id}: it is called again before the next update.\n`,
    );
    expect(JSON.parse(system.run(["status", "--json"]).stdout)).toEqual({
      type: "status",
      deployment: null,
      cleanup_owed: [{ component: "R456", component_type: "rtos", deployment: id }],
    });
  });

  test("does not change how a failed deployment ends", () => {
    system.failIn("R998", "ArtifactCommit", 1);
    system.failIn("R456", "Cleanup", 1);
    const ran = system.run(["install", "manifest-v2.yaml"]);
    expect(ran.exit).toBe(22);
    expect(ran.stderr).toContain("R456 still owes a Cleanup");
    expect(system.versions()).toEqual(v1);
  });

  test(
    "that times out is not tried again; the last event names it",
    widening(() => {
      system.failIn("R456", "Cleanup", "hang");
      const topology = readFileSync(system.path("topology.yaml"), "utf8");
      writeFileSync(
        system.path("topology.yaml"),
        topology.replace(`["R456"]`, `["R456"]\n    timeout_seconds: 2`),
      );
      const { exit, stdout } = system.run(["install", "manifest-v2.yaml", "--json"]);
      expect(exit).toBe(0);
      const last = Ended.parse(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? ""));
      expect(last).toMatchObject({ outcome: "success", cleanup_owed: ["R456"] });
      expect(calls("R456").filter((call) => call === "Cleanup R456")).toHaveLength(1);
      expect(system.run(["status"]).stdout).toContain("R456 still owes the Cleanup");
    }),
  );

  test("is called again, in its work dir, before Provides is asked for the next deployment", () => {
    const owing = /^([0-9a-f]{12}) {2}Deployment/m.exec(leaveOwed().stderr)?.[1] ?? "";
    mend();
    const before = calls("R456").length;
    const ran = system.run(["install", "manifest-v3.yaml"]);
    expect(ran.exit).toBe(0);
    expect(since("R456", before).slice(0, 3)).toEqual([
      "Identity R456",
      "Cleanup R456",
      "Provides R456",
    ]);
    // Its lines are of the deployment that owes it.
    expect(ran.stderr).toMatch(new RegExp(`^${owing} {2}R456 {2}rtos {5}Cleanup +started$`, "m"));
    expect(ran.stderr).not.toContain("owes");
    expect(system.versions()).toEqual(v3);
    expect(system.run(["status"]).stdout).toBe("No deployment is in progress.\n");
    expect(existsSync(workDir())).toBe(false);
    expect(existsSync(system.path("datastore/owed"))).toBe(false);
  });

  test(
    "is not called by plan, by a dry run, nor where there is nothing to go on with",
    widening(() => {
      leaveOwed();
      const before = calls("R456").length;
      expect(system.run(["plan", "manifest-v3.yaml"]).exit).toBe(0);
      expect(system.run(["install", "--dry-run", "manifest-v3.yaml"]).exit).toBe(0);
      expect(system.run(["resume"]).exit).toBe(2);
      expect(system.run(["rollback"]).exit).toBe(2);
      expect(since("R456", before)).not.toContain("Cleanup R456");
      expect(existsSync(workDir())).toBe(true);
    }),
  );

  test("that fails again is told, its work dir set aside, and the deployment goes on", () => {
    leaveOwed();
    const ran = system.run(["install", "manifest-v3.yaml"]);
    expect(ran.exit).toBe(0);
    expect(ran.stderr).toMatch(
      /Note: the Cleanup that R456 owed has failed again: its work dir is set aside as ".*set-aside\/%52456", and the update goes on\n/,
    );
    expect(system.versions()).toEqual(v3);
    expect(existsSync(setAside())).toBe(true);
    // The Cleanup of this deployment is owed now.
    expect(system.run(["status"]).stdout).toContain("R456 still owes the Cleanup");
    mend();
    expect(system.run(["install", "manifest-v3.yaml"]).exit).toBe(0);
    expect(existsSync(setAside())).toBe(false);
    expect(existsSync(workDir())).toBe(false);
  });

  test(
    "leaves nothing behind that a later rollback could restore by mistake",
    widening(() => {
      leaveOwed();
      system.failIn("R456", "ArtifactInstall", 1);
      const ran = system.run(["install", "manifest-v3.yaml"]);
      expect(ran.exit).toBe(22);
      expect(system.versions()).toEqual(v2);
    }),
  );

  test(
    "is dropped where the Topology has lost the Component",
    widening(() => {
      leaveOwed();
      const topology = readFileSync(system.path("topology.yaml"), "utf8");
      writeFileSync(system.path("topology.yaml"), topology.replace(`["R456"]`, `["R998"]`));
      // R998 twice: refused, and nothing is dropped by a refused call.
      expect(system.run(["install", "manifest-v3.yaml"]).exit).toBe(15);
      expect(existsSync(workDir())).toBe(true);
      const lines = topology.split("\n");
      const at = lines.findIndex((line) => line.includes("R456"));
      writeFileSync(system.path("topology.yaml"), lines.toSpliced(at - 1, 3).join("\n"));
      const ran = system.run(["install", "manifest-v3.yaml"]);
      expect(ran.exit).toBe(0);
      expect(ran.stderr).toMatch(
        /Note: the Cleanup that R456 owed of deployment \w+ is dropped: the Topology has no such Component any more\n/,
      );
      expect(calls("R456").filter((call) => call === "Cleanup R456")).toHaveLength(3);
      expect(existsSync(system.path("datastore/payloads"))).toBe(false);
      expect(system.run(["status"]).stdout).toBe("No deployment is in progress.\n");
    }),
  );

  test(
    "is made good before the next stage that touches the Component",
    widening(() => {
      system.failIn("R456", "Cleanup", 1);
      const ran = system.run(["install", "manifest-v3.yaml"]);
      expect(ran.exit).toBe(0);
      expect(system.versions()).toEqual(v3);
      const own = calls("R456").filter((call) => /^(Cleanup|Provides|ArtifactInstall) /.test(call));
      // Three times, and whatever Provides tells then; once more, and only then the second stage begins.
      expect(own.slice(own.indexOf("Cleanup R456"))).toEqual([
        "Cleanup R456",
        "Cleanup R456",
        "Cleanup R456",
        "Provides R456",
        "Cleanup R456",
        "Provides R456",
        "Provides R456",
        "ArtifactInstall R456",
        "Cleanup R456",
        "Cleanup R456",
        "Cleanup R456",
        "Provides R456",
      ]);
      expect(existsSync(setAside())).toBe(true);
    }),
  );
});
