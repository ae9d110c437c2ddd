import { appendFileSync, cpSync, readdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SeedProgram, seedProgram, v1, v2 } from "../support/seed-program.ts";

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
});
afterEach(() => {
  system.remove();
});

function release(manifest: string, extension: string): void {
  appendFileSync(system.path(manifest), `\nextension: { ${extension} }\n`);
}

describe("downgrade: a release that is older than what is installed", () => {
  beforeEach(() => {
    release("manifest-v2.yaml", "sequence: 12");
    release("manifest-v1.yaml", "sequence: 11");
    system.run(["install", "manifest-v2.yaml"]);
  });

  it("is refused, and nothing is changed", () => {
    const refused = system.run(["install", "manifest-v1.yaml"]);
    expect(refused.exit).toBe(12);
    expect(refused.stderr).toContain(
      "error: This release has the sequence 11, but 12 is installed. [release-older]",
    );
    expect(system.versions()).toEqual(v2);
  });

  it("is installed when that is what the user wants", () => {
    expect(system.run(["install", "manifest-v1.yaml", "--allow-downgrade"]).exit).toBe(0);
    expect(system.versions()).toEqual(v1);
  });
});

describe("downgrade: a release that is older than one before fifty that failed", () => {
  it("is refused as well", () => {
    release("manifest-v2.yaml", "sequence: 12");
    release("manifest-v3.yaml", "sequence: 13");
    release("manifest-v1.yaml", "sequence: 11");
    system.run(["install", "manifest-v2.yaml"]);
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
    release("newer.yaml", "sequence: 14");
    release("older.yaml", "sequence: 11");
    release("manifest-v2.yaml", "sequence: 12");
    release("manifest-v1.yaml", "sequence: 13");
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
    release("manifest-v2.yaml", "expires: 2026-11-24T00:00:01Z");
    const refused = system.run(["install", "manifest-v2.yaml"]);
    expect(refused.exit).toBe(12);
    expect(refused.stderr).toContain("error: This release has expired at 2026-11-24T00:00:01Z.");
    expect(system.versions()).toEqual(v1);
    expect(system.run(["install", "manifest-v2.yaml", "--accept", "expired"]).exit).toBe(0);
    expect(system.versions()).toEqual(v2);
  });

  it("is not judged by a wrong word on the command line", () => {
    expect(system.run(["install", "manifest-v2.yaml", "--accept", "everything"]).exit).toBe(10);
  });
});
