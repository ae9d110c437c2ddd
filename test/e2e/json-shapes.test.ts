import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { streamLineShape } from "../../src/report/events-shape.ts";
import { answerShape } from "../../src/report/plan-shape.ts";
import { type SeedProgram, seedProgram } from "../support/seed-program.ts";

/** What the built program prints is what `schema plan` and `schema events` say, to the last key. */

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
});
afterEach(() => system.remove());

/** As it is, and as its shape takes it in: a key that the shape does not know is dropped by it. */
function readAs(
  shape: z.ZodType,
  text: string,
): { readonly printed: unknown; readonly shaped: unknown } {
  const printed: unknown = JSON.parse(text);
  return { printed, shaped: shape.parse(printed) };
}

const Typed = z.object({ type: z.string() });

/** The types of the lines, each of which is as its shape says. */
function typesOf(stdout: string): readonly string[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => {
      const { printed, shaped } = readAs(streamLineShape, line);
      expect(shaped).toEqual(printed);
      return Typed.parse(printed).type;
    });
}

describe("the document of plan", () => {
  test.each([
    ["with tables", ["plan", "manifest-v2.yaml"]],
    ["with a hand-written order", ["plan", "manifest-v2-order.yaml"]],
    ["with ways out and notes", ["plan", "manifest-v3.yaml", "--state", "state-v1.yaml"]],
    ["where there is no plan", ["plan", "manifest-v2-no-way.yaml"]],
  ])("%s", (_, args) => {
    const { printed, shaped } = readAs(answerShape, system.run([...args, "--json"]).stdout);
    expect(shaped).toEqual(printed);
  });
});

describe("the stream of a run", () => {
  test("that succeeds, and has nothing to do the second time", () => {
    const types = typesOf(system.run(["install", "manifest-v2.yaml", "--json"]).stdout);
    expect(types).toEqual(expect.arrayContaining(["version", "plan", "state-ended"]));
    expect(types.at(-1)).toBe("deployment-ended");
    const again = system.run(["install", "manifest-v2.yaml", "--json"]).stdout;
    expect(typesOf(again)).toEqual(["version", "plan"]);
  });

  test("that fails and rolls back", () => {
    system.failIn("R998", "ArtifactInstall", 3);
    const types = typesOf(system.run(["install", "manifest-v2.yaml", "--json"]).stdout);
    expect(types).toContain("error-path-entered");
  });

  test("whose Interface is killed and answers nonsense", () => {
    system.failIn("R456", "ArtifactInstall", "kill");
    system.answer("G13", "NeedsArtifactReboot", "Perhaps\n");
    const types = typesOf(system.run(["install", "manifest-v2.yaml", "--json"]).stdout);
    expect(types).toContain("state-ended");
  });

  test("that stops and is resumed", () => {
    const args = ["install", "manifest-v2.yaml", "--stop-before", "ArtifactCommit", "--json"];
    expect(typesOf(system.run(args).stdout).at(-1)).toBe("stopped");
    expect(typesOf(system.run(["resume", "--json"]).stdout)).toContain("deployment-resumed");
  });

  test("that is refused", () => {
    const { stdout } = system.run(["install", "no-such-manifest.yaml", "--json"]);
    expect(typesOf(stdout)).toEqual(["version", "error"]);
  });
});
