import { writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { withoutDeployment } from "../support/program.ts";
import { type SeedProgram, seedProgram, v2 } from "../support/seed-program.ts";
import { takeRollbackFrom } from "../support/seed-system.ts";
import { widening } from "../support/tier.ts";

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
});
afterEach(() => {
  system.remove();
});

describe("an end behind a board that cannot roll back", () => {
  test("names the board that refuses to commit, what to do, and who is beside it; history, too", () => {
    takeRollbackFrom(system, "R456");
    system.failIn("R998", "ArtifactCommit", 1);

    const ran = system.run(["install", "manifest-v2.yaml"]);

    expect(ran.exit).toBe(30);
    expect(system.versions()).toEqual(v2);
    const sentence =
      "Failed, INCONSISTENT: R998 is installed and could not be committed. Beside it: G13 and R456, no longer as before.";
    const hint =
      "hint: Boot R998 once more, then look at show-provides: what it tells then it has kept. Where that is not the new version, install again.";
    expect(withoutDeployment(ran.stderr)).toContain(`\n${sentence}\n  ${hint}\n  G13 `);
    const id = system.run(["history"]).stdout.slice(0, 12);
    expect(system.run(["history", id]).stdout).toContain(`\n${sentence}\n${hint}\n`);
    expect(JSON.parse(system.run(["history", id, "--json"]).stdout)).toMatchObject({
      outcome: "inconsistent",
      system_version: null,
      as_wanted: true,
      inconsistent: ["R998"],
      uncommitted: ["R998"],
      beside: ["G13", "R456"],
    });
  });

  test("names only the board that is left half-way", () => {
    takeRollbackFrom(system, "R998");
    system.failIn("R998", "ArtifactInstall", 1);
    const ran = system.run(["install", "manifest-v2.yaml", "--json"]);
    expect(ran.exit).toBe(30);
    expect(JSON.parse(ran.stdout.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({
      outcome: "inconsistent",
      inconsistent: ["R998"],
      uncommitted: [],
      beside: ["G13", "R456"],
      hint: null,
    });
  });

  test("says that the System is on what was wanted where it got there after all", () => {
    takeRollbackFrom(system, "R456");
    system.failIn("R998", "ArtifactCommit", "kill-caller");
    expect(system.run(["install", "manifest-v2.yaml"]).signal).toBe("SIGKILL");
    const ran = system.run(["resume"]);
    expect(ran.exit).toBe(24);
    expect(withoutDeployment(ran.stderr)).toContain(
      '\nFailed, yet the System is on "v.2", as the Manifest wants it.\n',
    );
    expect(system.versions()).toEqual(v2);
  });
});

describe("simulate", () => {
  const manifest = `api_version: mender/v1
kind: manifest
name: safety-last
system_types_compatible: [vehicle]
component_types:
  motor: { artifact_name: motor-v2, supports_rollback: yes }
  app: { artifact_name: app-v2, supports_rollback: yes }
  safety: { artifact_name: safety-v2, supports_rollback: no }
constraints:
  end_states:
    columns: [motor, app, safety]
    rows:
      v.1: [motor-v1, app-v1, safety-v1]
      v.2: [motor-v2, app-v2, safety-v2]
  transition_states:
    - columns: [motor, app, safety]
      rows:
        - [motor-v2, app-v1, safety-v1, YES]
        - [motor-v2, app-v2, safety-v1, YES]
`;
  const state = `components:
  - { component_type: motor, id: MOTOR, version: motor-v1 }
  - { component_type: app, id: APP, version: app-v1 }
  - { component_type: safety, id: SAFETY, version: safety-v1 }
`;

  test(
    "shows no end in which a power cut on the way out has stranded who can go back",
    widening(() => {
      writeFileSync(system.path("safety.yaml"), manifest);
      writeFileSync(system.path("safety-state.yaml"), state);
      const args = ["simulate", "safety.yaml", "--state", "safety-state.yaml", "--faults", "2"];
      const { stdout } = system.run([...args, "--accept", "SAFETY"]);
      expect(stdout).toContain("\nEvery end is acceptable.\n");
      const bad = stdout.split("\n").filter((line) => line.startsWith("  inconsistent"));
      expect(bad).toEqual([
        "  inconsistent (SAFETY; beside it MOTOR and APP): MOTOR motor-v2, APP app-v2, SAFETY ?",
      ]);
    }),
  );
});
