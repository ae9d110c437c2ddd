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
import { missedWay } from "../support/known-way.ts";
import { inTier } from "../support/tier.ts";

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
    facts: fc.constantFrom({}, { hw_rev: "B" }, { site: null }),
  });

const boards = fc.tuple(board("A"), board("B"), board("C"));

/** Of a call that does not ask for facts: it goes well. */
const exchanged: ScriptedEnd = {
  facts: ["hw_rev", "site"].map((key) => ({ key, values: ["another"] })),
};

const ends: fc.Arbitrary<ScriptedEnd> = fc.oneof(
  { weight: 20, arbitrary: fc.constant<ScriptedEnd>("ok") },
  { weight: 2, arbitrary: fc.constant<ScriptedEnd>(exited(1)) },
  { weight: 1, arbitrary: fc.constant(exchanged) },
  { weight: 1, arbitrary: fc.constant<ScriptedEnd>({ cut: "before-start" }) },
  { weight: 1, arbitrary: fc.constant<ScriptedEnd>({ cut: "while-running" }) },
);

interface Walk {
  readonly specs: readonly BoardSpec[];
  readonly constrained: boolean;
  readonly script: readonly ScriptedEnd[];
  /** What comes after each run. */
  readonly reboots: readonly Reboot[];
}

interface Reboot {
  readonly isMade: boolean;
  /** Boards that can go back and were not committed drop their install, if they are among these. */
  readonly drops: readonly string[];
}

const walk: fc.Arbitrary<Walk> = fc.record({
  specs: boards,
  constrained: fc.boolean(),
  script: fc.array(ends, { maxLength: 80 }),
  reboots: fc.array(fc.record({ isMade: fc.boolean(), drops: fc.subarray(["A", "B", "C"]) }), {
    maxLength: 40,
  }),
});

function walkToEnd({ specs, constrained, script, reboots }: Walk) {
  const spec = { boards: specs, constrained };
  let at = 0;
  const system = new Boards(spec, (round) => {
    const end = script[at++] ?? "ok";
    return end === exchanged && round !== "ExpectFacts" ? "ok" : end;
  });
  let driven: Driven = drive(beginOf(spec), system, { exitOnReboot: true });
  for (let runs = 0; driven.end !== "ended"; runs += 1) {
    if (runs > 200) throw new Error("it does not end");
    const reboot = reboots[runs];
    const rebooted = driven.end === "reboot" || reboot?.isMade === true;
    // The first boot after a reboot that was asked for is into the new version.
    if (driven.end !== "reboot" && reboot?.isMade === true) {
      drop(driven, system, specs, reboot.drops);
    }
    driven = drive(driven, system, { exitOnReboot: true, rebooted });
  }
  return { driven, system };
}

/** Who is declared to be taken up after a reboot is not dropped by it, unless it boots with the host. */
function drop(
  { records }: Driven,
  system: Boards,
  specs: readonly BoardSpec[],
  drops: readonly string[],
): void {
  for (const { id, type, supportsRollback, onInterrupt, needsReboot } of specs) {
    const isDeclared = onInterrupt !== "rollback" && needsReboot !== "Automatic";
    if (!drops.includes(id) || supportsRollback === "No" || isDeclared) continue;
    if (committed(records).has(id)) continue;
    system.versions.set(id, `${String(type)}-v1`);
  }
}

/** Whose latest install is committed. */
function committed(records: readonly JournalRecord[]): ReadonlySet<string> {
  const ids = new Set<string>();
  let open: string | null = null;
  for (const record of records) {
    if (record.type === "intent") open = record.round;
    if (record.type !== "outcome") continue;
    if (open === "ArtifactInstall") ids.delete(record.component);
    if (open === "ArtifactCommit" && record.failure === null) ids.add(record.component);
  }
  return ids;
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
      { numRuns: inTier(500, 6000) },
    );
  });

  it("ends inconsistent under tables only where, from what was known, no way existed", () => {
    fc.assert(
      fc.property(walk, (given) => {
        const { driven } = walkToEnd({ ...given, constrained: true });
        expect(missedWay(driven.records)).toBeNull();
      }),
      { numRuns: inTier(500, 4000) },
    );
  });

  it("installs nothing any more once a fact was not as planned", () => {
    fc.assert(
      fc.property(walk, (given) => {
        const { driven } = walkToEnd(given);
        const exchange = driven.records.findIndex(
          (record) =>
            record.type === "outcome" &&
            record.facts?.some(({ key, values }) => {
              const { facts } = given.specs.find(({ id }) => id === record.component) ?? {};
              return facts !== undefined && key in facts && values.includes("another");
            }),
        );
        const installs = driven.records.findLastIndex(
          (record) => record.type === "intent" && record.round === "ArtifactInstall",
        );
        expect(exchange < 0 || installs < exchange).toBe(true);
      }),
      { numRuns: inTier(500, 6000) },
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
      { numRuns: inTier(75, 600) },
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
      { numRuns: inTier(250, 2000) },
    );
  });
});
