import { appendFileSync, cpSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { type SeedProgram, v1, v2 } from "../support/seed-program.ts";
import { seedStages } from "../support/seed-stages.ts";
import { widening } from "../support/tier.ts";

const ways = {
  "12 installed": (system: SeedProgram) => {
    release(system, "manifest-v2.yaml", "sequence: 12");
    release(system, "manifest-v1.yaml", "sequence: 11");
    expect(system.run(["install", "manifest-v2.yaml"]).exit).toBe(0);
  },
};

const { after, remove } = seedStages(ways);

let system: SeedProgram;
beforeEach(() => {
  system = after("new");
});
afterAll(remove);

function release({ path }: SeedProgram, manifest: string, extension: string): void {
  appendFileSync(path(manifest), `\nextension: { ${extension} }\n`);
}

describe("downgrade: a release that is older than what is installed", () => {
  beforeEach(() => {
    system = after("12 installed");
  });

  it("is refused, and nothing is changed", () => {
    const refused = system.run(["install", "manifest-v1.yaml"]);
    expect(refused.exit).toBe(12);
    expect(refused.stderr).toContain(
      "error: This release has the sequence 11, but 12 is installed. [release-older]",
    );
    expect(system.versions()).toEqual(v2);
  });

  it("is told by whoever is asked before, with the same exit status", () => {
    const create = ["bundle", "create", "--manifest", "manifest-v1.yaml", "-o", "v1.tar"];
    expect(system.run(create).exit).toBe(0);
    for (const ask of [
      ["plan", "manifest-v1.yaml"],
      ["install", "--dry-run", "v1.tar"],
      ["bundle", "verify", "v1.tar"],
      ["validate", "manifest-v1.yaml", "v1.tar"],
    ]) {
      const { exit, stdout, stderr } = system.run(ask);
      expect({ ask, exit }).toEqual({ ask, exit: 12 });
      const told = `${stdout}${stderr}`.match(/but 12 is installed\. \[release-older\]/g);
      expect({ ask, told: told?.length }).toEqual({ ask, told: ask[0] === "validate" ? 2 : 1 });
    }
    const allowed = ["install", "--dry-run", "--allow-downgrade", "v1.tar"];
    expect(system.run(allowed).exit).toBe(0);
    expect(system.run(["plan", "manifest-v1.yaml", "--state", "state-v2.yaml"]).exit).toBe(0);
  });

  it(
    "is explained and simulated all the same, with a warning",
    widening(() => {
      for (const ask of [["explain"], ["simulate", "--faults", "0"]]) {
        const { exit, stdout, stderr } = system.run([...ask, "manifest-v1.yaml"]);
        expect({ ask, exit }).toEqual({ ask, exit: 0 });
        expect(stdout + stderr).toContain(
          "warning: This release has the sequence 11, but 12 is installed. [release-older]",
        );
        const json = system.run([...ask, "manifest-v1.yaml", "--json"]);
        expect(JSON.parse(json.stdout)).toMatchObject({
          notes: [expect.objectContaining({ code: "release-older", type: "warning" })],
        });
      }
    }),
  );

  it(
    "is one without a sequence as well",
    widening(() => {
      const text = readFileSync(system.path("manifest-v1.yaml"), "utf8");
      writeFileSync(system.path("none.yaml"), text.replace(/\nextension:.*/, ""));
      const refused = system.run(["install", "none.yaml"]);
      expect(refused.exit).toBe(12);
      expect(refused.stderr).toContain(
        "error: This release has no sequence, but 12 is installed. [release-older]",
      );
      expect(system.versions()).toEqual(v2);
      expect(system.run(["install", "none.yaml", "--allow-downgrade"]).exit).toBe(0);
      expect(system.versions()).toEqual(v1);
      // The last sequence is still remembered.
      writeFileSync(
        system.path("none.yaml"),
        text.replace("sequence: 11", "expires: 2039-01-01T00:00:00Z"),
      );
      expect(system.run(["plan", "manifest-v1.yaml"]).exit).toBe(0);
      expect(system.run(["validate", "none.yaml"]).exit).toBe(12);
    }),
  );

  it("is installed when that is what the user wants", () => {
    expect(system.run(["install", "manifest-v1.yaml", "--allow-downgrade"]).exit).toBe(0);
    expect(system.versions()).toEqual(v1);
  });
});

describe("downgrade: a release that is older than one before fifty that failed", () => {
  it("is refused as well", () => {
    system = after("12 installed");
    release(system, "manifest-v3.yaml", "sequence: 13");
    system.failIn("G13", "Download", 3);
    system.failIn("R456", "Download", 3);
    system.failIn("R998", "Download", 3);
    system.run(["install", "manifest-v3.yaml"]);
    const [, failed = ""] = readdirSync(system.path("datastore/history"));
    for (let number = 3; number <= 60; number += 1) {
      const name = `${String(number).padStart(6, "0")}-copy${String(number)}`;
      cpSync(system.path("datastore/history", failed), system.path("datastore/history", name));
    }
    // It fails, too, and more than fifty are there: the oldest go.
    expect(system.run(["install", "manifest-v3.yaml"]).exit).toBe(20);
    expect(readdirSync(system.path("datastore/history"))).toHaveLength(51);

    const refused = system.run(["install", "manifest-v1.yaml"]);
    expect(refused.exit).toBe(12);
    expect(refused.stderr).toContain("[release-older]");
  });
});

describe("downgrade: a release where a later journal of the history is damaged", () => {
  it("is refused if it is older than the last one known, and else installed with a warning", () => {
    cpSync(system.path("manifest-v1.yaml"), system.path("older.yaml"));
    cpSync(system.path("manifest-v2.yaml"), system.path("newer.yaml"));
    release(system, "newer.yaml", "sequence: 14");
    release(system, "older.yaml", "sequence: 11");
    release(system, "manifest-v2.yaml", "sequence: 12");
    release(system, "manifest-v1.yaml", "sequence: 13");
    system.run(["install", "manifest-v2.yaml"]);
    writeFileSync(system.path("datastore/history/000002-later"), "damaged\n");

    const refused = system.run(["install", "older.yaml"]);
    expect(refused.exit).toBe(12);
    expect(refused.stderr).toContain("but 12 is installed. [release-older]");

    const warning =
      "Whether a newer release than this one was installed is not known: the journal of a past deployment cannot be read, and of the others the last one known is 12.";
    const taken = system.run(["install", "manifest-v1.yaml"]);
    expect(taken.exit).toBe(0);
    expect(taken.stderr).toContain(warning);
    expect(system.versions()).toEqual(v1);

    // With that one committed it is known again.
    const next = system.run(["install", "newer.yaml"]);
    expect(next.exit).toBe(0);
    expect(next.stderr).not.toContain("is not known");
    const told = system.run(["history"]);
    expect(told.exit).toBe(0);
    expect(told.stdout).toContain("is damaged: its checksum is wrong");
  });
});

describe("a release that has expired", () => {
  it("is refused unless its age is accepted", () => {
    release(system, "manifest-v2.yaml", "expires: 2026-11-24T00:00:01Z");
    const refused = system.run(["install", "manifest-v2.yaml"]);
    expect(refused.exit).toBe(12);
    expect(refused.stderr).toContain("error: This release has expired at 2026-11-24T00:00:01Z.");
    expect(system.versions()).toEqual(v1);
    const accepted = system.run(["install", "manifest-v2.yaml", "--accept", "expired"]);
    expect(accepted.exit).toBe(0);
    expect(accepted.stderr).toContain("has expired at 2026-11-24T00:00:01Z");
    expect(system.versions()).toEqual(v2);
  });

  it(
    "is told by whoever is asked before; where no device is asked, as a warning",
    widening(() => {
      release(system, "manifest-v2.yaml", "expires: 2026-11-24T00:00:01Z");
      const create = ["bundle", "create", "--manifest", "manifest-v2.yaml", "-o", "v2.tar"];
      expect(system.run(create).exit).toBe(0);
      const ends = (ask: readonly string[], exit: number, env: Record<string, string> = {}) => {
        const ran = system.run(ask, env);
        expect({ ask, exit: ran.exit }).toEqual({ ask, exit });
        expect(ran.stdout + ran.stderr).toContain("release-expired");
      };
      ends(["plan", "v2.tar"], 12);
      ends(["install", "--dry-run", "manifest-v2.yaml"], 12);
      ends(["bundle", "verify", "v2.tar"], 12);
      ends(["validate", "manifest-v2.yaml"], 12);
      ends(["plan", "v2.tar", "--state", "state-v1.yaml"], 0);
      ends(["explain", "v2.tar"], 0);
      ends(["simulate", "--faults", "0", "manifest-v2.yaml"], 0);
      ends(["explain", "v2.tar", "--state", "state-v1.yaml"], 0);
      const desk = { MENDER_ORCHESTRATOR_TOPOLOGY_DIR: system.path("nowhere") };
      ends(["bundle", "verify", "v2.tar"], 0, desk);
      ends(["validate", "manifest-v2.yaml"], 0, desk);
    }),
  );

  it("is not judged by a wrong word on the command line", () => {
    expect(system.run(["install", "manifest-v2.yaml", "--accept", "everything"]).exit).toBe(10);
  });
});
