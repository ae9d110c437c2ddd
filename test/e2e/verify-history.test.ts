import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { afterAll, beforeEach, expect, test } from "vitest";
import * as z from "zod";
import { addGates } from "../support/gates.ts";
import { type SeedProgram, v1, v2 } from "../support/seed-program.ts";
import { seedStages } from "../support/seed-stages.ts";
import { widening } from "../support/tier.ts";

const Status = z.object({ deployment: z.string() });

const update = ["install", "manifest-v2.yaml"];

const certified = ({ run }: SeedProgram) => {
  expect(run(["plan", "manifest-v2.yaml", "--certificate", "c.json"]).exit).toBe(0);
};
const ways = {
  certified,
  updated: (system: SeedProgram) => {
    certified(system);
    expect(system.run(update).exit).toBe(0);
    expect(system.versions()).toEqual(v2);
  },
};
const { after, remove } = seedStages(ways);

let system: SeedProgram;
beforeEach(() => {
  system = after("certified");
});
afterAll(remove);

const install = (env: Readonly<Record<string, string>> = {}) => system.run(update, env);
const held = (id: string, certificate = "c.json") =>
  system.run(["verify-plan", certificate, "--history", id]);

/** The journal of the only deployment that has ended. */
function journal(): { readonly file: string; readonly id: string } {
  const [name = ""] = readdirSync(system.path("datastore/history"));
  return { file: system.path("datastore/history", name), id: name.slice("000001-".length) };
}

test("a deployment that succeeded has done what was proved, and another one has not", () => {
  system = after("updated");
  const { id } = journal();
  const { exit, stdout } = held(id.slice(0, 6));
  expect(exit).toBe(0);
  expect(stdout).toContain(`Deployment ${id} made `);
  expect(stdout).toContain("all of them as proved, and ended: success.");
  const json = system.run(["verify-plan", "c.json", "--history", id, "--json"]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    type: "plan-verified",
    history: { deployment: id, outcome: "success" },
  });
  system.run(["plan", "manifest-v3.yaml", "--certificate", "c3.json"]);
  const other = held(id, "c3.json");
  expect(other.exit).toBe(14);
  expect(other.stderr).toContain(`Deployment "${id}" has not done what "c3.json" proves`);
  expect(other.stderr).toContain("at record 1 of its journal");
});

test(
  "one that failed and was rolled back has passed nothing but what was proved",
  widening(() => {
    system.failIn("R998", "ArtifactInstall", 3);
    expect(install().exit).toBe(22);
    expect(system.versions()).toEqual(v1);
    const { exit, stdout } = held(journal().id);
    expect(exit).toBe(0);
    expect(stdout).toContain("ended: failed-rolled-back.");
  }),
);

test("one that was killed on its way is held against it once it has ended, and not before", () => {
  const killed = install({ ORCHESTRATOR_CRASH_POINT: "ArtifactInstall:started" });
  expect(killed.signal).toBe("SIGKILL");
  const status = Status.parse(JSON.parse(system.run(["status", "--json"]).stdout));
  const early = held(status.deployment);
  expect(early.exit).toBe(17);
  expect(early.stderr).toContain(`Deployment "${status.deployment}" has not ended`);
  expect(system.run(["resume"]).exit).toBe(22);
  expect(held(journal().id).exit).toBe(0);
});

test(
  "a way out that was taken is one that the certificate has",
  widening(() => {
    system.answer("R998", "SupportsRollback", "No\n");
    system.failIn("G13", "ArtifactRollback", 3);
    expect(install().exit).toBe(24);
    expect(system.versions()).toEqual(v2);
    const { id } = journal();
    const { stdout, stderr } = held(id);
    expect(stderr).toBe("");
    expect(stdout).toContain("all of them as proved, and ended: failed-elsewhere.");
  }),
);

test(
  "an unknown id is told with those that there are",
  widening(() => {
    system = after("updated");
    const { exit, stderr } = held("nobody");
    expect(exit).toBe(10);
    expect(stderr).toContain('There is no past deployment "nobody".');
  }),
);

test("a journal that was changed is told by its record, also where its sum is right again", () => {
  system = after("updated");
  const { file, id } = journal();
  const lines = readFileSync(file, "utf8").split("\n");
  const at = lines.findIndex((line) => line.includes('"round":"ArtifactInstall"'));
  const summed = (body: string) => crc32(body).toString(16).padStart(8, "0") + body;
  const body = (lines[at] ?? "").slice(8).replace('"G13"', '"R456"');
  writeFileSync(file, lines.with(at, summed(body)).join("\n"));
  const { exit, stderr } = held(id);
  expect(exit).toBe(14);
  expect(stderr).toContain(`at record ${at + 1} of its journal`);
  writeFileSync(file, lines.with(at, (lines[at] ?? "").replace('"G13"', '"R456"')).join("\n"));
  expect(held(id).exit).toBe(1);
});

test("the gates that it has asked are those of the certificate, and before what they guard", () => {
  addGates(system, [{ name: "health", at: ["start", "group", "commit"] }]);
  system.run(["plan", "manifest-v2.yaml", "--certificate", "gates.json"]);
  expect(install().exit).toBe(0);
  const { id } = journal();
  const other = held(id);
  expect(other.exit).toBe(14);
  expect(other.stderr).toContain(
    'its gates are others: "health" at start, group, commit, 60 s for an answer, deferring at most as usual.',
  );
  const { exit, stderr } = held(id, "gates.json");
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
});
