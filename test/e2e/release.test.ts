import { appendFileSync } from "node:fs";
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

describe("a release that is older than what is installed", () => {
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
