import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { replay } from "../../src/deployment/evolve.ts";
import { JournalRecord } from "../../src/deployment/records.ts";
import {
  beginOf,
  Boards,
  type BoardSpec,
  drive,
  type Driven,
  exited,
  type ScriptedEnd,
} from "../support/drive.ts";

/** Random Systems, random ends of every call, random cuts and reboots. */

const board = (id: string) =>
  fc.record({
    id: fc.constant(id),
    type: fc.constantFrom("gateway", "rtos"),
    group: fc.integer({ min: 0, max: 2 }),
    supportsRollback: fc.constantFrom("Yes" as const, "Yes" as const, "No" as const),
    needsReboot: fc.constantFrom("No" as const, "Automatic" as const, "Yes" as const),
    onInterrupt: fc.constantFrom("rollback" as const, "retry" as const, "observe" as const),
    declaredRollback: fc.boolean(),
  });

const boards = fc.tuple(board("A"), board("B"), board("C"));

const ends: fc.Arbitrary<ScriptedEnd> = fc.oneof(
  { weight: 20, arbitrary: fc.constant<ScriptedEnd>("ok") },
  { weight: 2, arbitrary: fc.constant<ScriptedEnd>(exited(1)) },
  { weight: 1, arbitrary: fc.constant<ScriptedEnd>({ cut: "before-start" }) },
  { weight: 1, arbitrary: fc.constant<ScriptedEnd>({ cut: "while-running" }) },
);

interface Walk {
  readonly specs: readonly BoardSpec[];
  readonly constrained: boolean;
  readonly script: readonly ScriptedEnd[];
  readonly reboots: readonly boolean[];
}

const walk: fc.Arbitrary<Walk> = fc.record({
  specs: boards,
  constrained: fc.boolean(),
  script: fc.array(ends, { maxLength: 80 }),
  reboots: fc.array(fc.boolean(), { maxLength: 40 }),
});

function walkToEnd({ specs, constrained, script, reboots }: Walk) {
  const spec = { boards: specs, constrained };
  let at = 0;
  const system = new Boards(spec, () => script[at++] ?? "ok");
  let driven: Driven = drive(beginOf(spec), system, { exitOnReboot: true });
  for (let runs = 0; driven.end !== "ended"; runs += 1) {
    if (runs > 200) throw new Error("it does not end");
    const rebooted = driven.end === "reboot" || (reboots[runs] ?? false);
    driven = drive(driven, system, { exitOnReboot: true, rebooted });
  }
  return { driven, system };
}

describe("any walk of the machine", () => {
  it("ends, and what it says of the end is true", () => {
    fc.assert(
      fc.property(walk, (given) => {
        const { driven, system } = walkToEnd(given);
        const versions = [...system.versions.values()];
        const outcome = driven.deployment.ended?.outcome;
        if (outcome === "success") {
          expect(versions.every((version) => version.endsWith("-v2"))).toBe(true);
        }
        if (outcome === "failed-unchanged" || outcome === "failed-rolled-back") {
          expect(versions.every((version) => version.endsWith("-v1"))).toBe(true);
        }
        expect(outcome).toBeDefined();
      }),
      { numRuns: 3000 },
    );
  });

  it("is told again, record by record, by its journal", () => {
    fc.assert(
      fc.property(walk, (given) => {
        const { driven } = walkToEnd(given);
        const written = JSON.stringify(driven.records);
        const read = JournalRecord.array().parse(JSON.parse(written));
        expect(replay(read)).toEqual(driven.deployment);
      }),
      { numRuns: 300 },
    );
  });

  it("never installs a group before the one below it is through, nor commits before all are", () => {
    fc.assert(
      fc.property(walk, (given) => {
        const { system } = walkToEnd(given);
        const first = (state: string) => system.calls.findIndex((call) => call.startsWith(state));
        const commit = first("ArtifactCommit");
        const rollback = first("ArtifactRollback ");
        const installs = system.calls.flatMap((call, index) =>
          call.startsWith("ArtifactInstall") ? [index] : [],
        );
        // On the way out, after a rollback, more may be installed.
        const isForward = (index: number) => rollback < 0 || index < rollback;
        if (commit >= 0 && isForward(commit)) {
          expect(installs.filter(isForward).every((index) => index < commit)).toBe(true);
        }
        const cleanup = first("Cleanup");
        expect(installs.every((index) => cleanup < 0 || index < cleanup)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
