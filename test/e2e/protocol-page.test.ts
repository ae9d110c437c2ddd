import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type SeedProgram, seedProgram, v1, v2 } from "../support/seed-program.ts";

/** The orders of calls that docs/interface-protocol.md shows are those of a real install. */

const [one = [], two = [], back = []] = [
  ...readFileSync("docs/interface-protocol.md", "utf8").matchAll(/```text\n(\w+ +\w[^`]*)```/g),
].map(([, block = ""]) => block.trimEnd().split("\n").map(callsOfRound));

/** What a line shows: the calls of one round, in the order of the boards. */
function callsOfRound(line: string): readonly string[] {
  const [state = "", ...boards] = line.split(/ +/);
  return boards.map((board) => `${state} ${board}`);
}

/** The calls that were made, cut into rounds of these lengths; in a round they come in any order. */
function cutLike(rounds: readonly (readonly string[])[], calls: readonly string[]) {
  const rest = [...calls];
  const cut = rounds.map(({ length }) => rest.splice(0, length).toSorted());
  return rest.length > 0 ? [...cut, rest] : cut;
}

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
  system.answer("G13", "NeedsArtifactReboot", "Yes\n");
});
afterEach(() => {
  system.remove();
});

test("of one group that goes well", () => {
  const ordered = readFileSync(system.path("manifest-v2-order.yaml"), "utf8");
  writeFileSync(system.path("together.yaml"), ordered.replace("order: 2", "order: 1"));
  expect(system.run(["install", "together.yaml"]).exit).toBe(0);
  expect(system.versions()).toEqual(v2);
  expect(cutLike(one, system.calls())).toEqual(one);
});

test("of two groups that go well", () => {
  expect(system.run(["install", "manifest-v2.yaml"]).exit).toBe(0);
  expect(system.versions()).toEqual(v2);
  expect(cutLike(two, system.calls())).toEqual(two);
});

test("of a way back", () => {
  system.failIn("R998", "ArtifactInstall", 1);
  expect(system.run(["install", "manifest-v2.yaml"]).exit).toBe(22);
  expect(system.versions()).toEqual(v1);
  expect(cutLike(back, system.calls().slice(-back.flat().length))).toEqual(back);
});
