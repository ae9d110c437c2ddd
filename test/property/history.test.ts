import { describe, expect, it } from "vitest";
import type { Certificate } from "../../src/certificate/shape.ts";
import { type GateMoment, gateMoments } from "../../src/core/protocol.ts";
import { departureIn } from "../../src/deployment/departure.ts";
import type { Begin, JournalRecord, PlannedGate } from "../../src/deployment/records.ts";
import { syntheticBegin } from "../../src/deployment/synthetic-begin.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import { explore } from "../../src/simulate/explore.ts";
import { answersOf } from "../../src/simulate/simulate.ts";
import { checkHistory } from "../../src/verify-history/check-history.ts";
import { certificateFor } from "../support/plan-certificates.ts";
import { randomSystem } from "../support/planner-random.ts";
import { recorded } from "../support/recorded.ts";
import { seedBegin } from "../support/seed-begin.ts";
import { inTier } from "../support/tier.ts";

type Journal = readonly JournalRecord[];

interface Course {
  readonly name: string;
  readonly certificate: Certificate;
  readonly journal: Journal;
}

/** Every journal that a deployment with at most one fault can leave behind. */
function coursesOf(name: string, first: Begin): readonly Course[] {
  const { system, plan, manifest, gates = [] } = first;
  const certificate = { ...certificateFor(system, plan, gates), manifest };
  const journals: Journal[] = [];
  const machine = recorded(first, (journal) => journals.push(journal));
  explore(first, answersOf(first.system), { faults: 1, limit: 200_000 }, machine);
  return journals.map((journal) => ({ name, certificate, journal }));
}

const seeds = [
  coursesOf("seed", seedBegin()),
  coursesOf("seed, no way back", seedBegin({ withoutRollback: ["G13"] })),
].flat();

const anotherGate: PlannedGate = {
  name: "another",
  at: ["start"],
  timeoutMs: 1000,
  deferAtMostMs: null,
};

const gated = coursesOf("seed, with gates", {
  ...seedBegin(),
  gates: [
    { name: "consent", at: ["start", "commit"], timeoutMs: 60_000, deferAtMostMs: null },
    { name: "health", at: ["group", "commit"], timeoutMs: 30_000, deferAtMostMs: 900_000 },
  ],
});

const others = Array.from({ length: inTier(15, 600) }, (_, seed) => {
  const system = randomSystem(seed);
  return { seed, system, answer: findPlan(system) };
}).flatMap(({ seed, system, answer }) =>
  answer.kind === "plan" && answer.plan.stages.length > 0
    ? coursesOf(`random ${seed}`, syntheticBegin(system, answer.plan))
    : [],
);

const all = [...seeds, ...gated, ...others];

function isFound({ certificate }: Course, journal: Journal): boolean {
  return checkHistory(certificate, journal) !== null || departureIn(journal) !== null;
}

describe("the journal of a deployment", () => {
  it("is what the certificate proves, or a Component was stuck and its way out is not covered", () => {
    let covered = 0;
    for (const { name, certificate, journal } of all) {
      expect({ name, departure: departureIn(journal) }).toEqual({ name, departure: null });
      const fault = checkHistory(certificate, journal);
      if (fault === null) {
        covered += 1;
        continue;
      }
      const isStuck = journal.some(({ type }) => type === "replanned");
      expect({ name, fault, isStuck }).toMatchObject({ isStuck: true });
      expect(fault.message).toMatch(/does not cover the way out|of which nothing is proved/);
    }
    expect(covered / all.length).toBeGreaterThan(0.9);
  });

  it("is told from every other one in which a record is left out, doubled, moved or another one", () => {
    let tried = 0;
    const missed: unknown[] = [];
    const some = (all: readonly Course[], step: number) => all.filter((_, at) => at % step === 0);
    for (const course of [
      ...some(seeds, inTier(12, 1)),
      ...some(gated, inTier(12, 1)),
      ...some(others, inTier(40, 5)),
    ]) {
      if (isFound(course, course.journal)) continue;
      for (const [what, journal] of tampered(course.journal)) {
        tried += 1;
        if (!isFound(course, journal)) missed.push({ name: course.name, what });
      }
    }
    expect(missed).toEqual([]);
    expect(tried).toBeGreaterThan(5000);
  });

  it("asks each gate before what it guards and none on the way back, as the certificate tells by itself", () => {
    const found = new Map<string, number>();
    for (const { name, certificate, journal } of gated) {
      if (checkHistory(certificate, journal) !== null) continue;
      for (const [what, other] of misasked(journal)) {
        const { message } = checkHistory(certificate, other) ?? {};
        const isSo = wrongly[what].test(message ?? "");
        expect({ name, what, message, isSo }).toMatchObject({ isSo: true });
        found.set(what, (found.get(what) ?? 0) + 1);
      }
    }
    for (const what of Object.keys(wrongly)) expect(found.get(what)).toBeGreaterThan(10);
  });

  it("asks each gate again that a killed run had asked, before what was not begun", () => {
    const { certificate, journal } = gated.find((one) => hasNoFault(one.journal)) ?? expect.fail();
    const run = journal.find(({ type }) => type === "run") ?? expect.fail();
    let tried = 0;
    for (const [at, record] of journal.entries()) {
      const asked = journal[at - 1];
      if (record.type !== "gate-answered" || asked?.type !== "gate-asked") continue;
      // Those before it at the same moment were let go as well.
      const first = journal.findIndex(
        (one) =>
          one.type === "gate-asked" && one.moment === asked.moment && one.group === asked.group,
      );
      const [before, behind] = [journal.slice(0, at + 1), journal.slice(at + 1)];
      const again = [...before, run, ...journal.slice(first, at + 1), ...behind];
      const alone = [...before, run, ...behind];
      expect(checkHistory(certificate, again)).toBeNull();
      expect(departureIn(alone)).not.toBeNull();
      expect(checkHistory(certificate, alone)?.message).toMatch(/^the gate "\w+" has not let /);
      tried += 1;
    }
    expect(tried).toBe(5);
  });

  it("is held against no gates where the certificate was made without a Topology", () => {
    for (const { name, certificate, journal } of gated) {
      const { gates: _, ...rest } = certificate;
      const [fault, own] = [checkHistory(rest, journal), checkHistory(certificate, journal)];
      expect({ name, fault }).toEqual({ name, fault: own });
    }
  });
});

function hasNoFault(journal: Journal): boolean {
  const runs = journal.filter(({ type }) => type === "run");
  const isWell = journal.some((one) => one.type === "ended" && one.outcome === "success");
  return isWell && runs.length === 1;
}

const wrongly = {
  "not asked before a group": /^the gate "health" has not let ArtifactInstall pass$/,
  "not asked before the commit": /^the gate "consent" has not let ArtifactCommit pass$/,
  "not asked before the start": /^the gate "consent" has not let Download pass$/,
  "asked on the way back": /^the gate "health" is asked on the way back$/,
  "asked elsewhere":
    /^the gate "health" is asked at the moment "reboot" of group 0 of stage 0, where the plan does not come to it$/,
} as const;

/** The same with gates that are not asked where they should be, or asked where they should not. */
function* misasked(journal: Journal): Generator<readonly [keyof typeof wrongly, Journal]> {
  const turn = journal.findIndex(
    (one) =>
      one.type === "replanned" || (one.type === "intent" && one.round === "ArtifactRollback"),
  );
  const forward = turn < 0 ? journal : journal.slice(0, turn);
  const isMade = (round: string) =>
    forward.some((one) => one.type === "intent" && one.round === round);
  if (isMade("ArtifactInstall")) yield ["not asked before a group", withoutGates(journal, "group")];
  if (isMade("ArtifactCommit"))
    yield ["not asked before the commit", withoutGates(journal, "commit")];
  if (isMade("Download")) yield ["not asked before the start", withoutGates(journal, "start")];
  const health = { type: "gate-asked", at: "", gate: "health", group: 0 } as const;
  if (turn >= 0)
    yield ["asked on the way back", journal.toSpliced(-1, 0, { ...health, moment: "group" })];
  yield ["asked elsewhere", journal.toSpliced(2, 0, { ...health, moment: "reboot" })];
}

/** Without the gates that are asked at a moment, and their answers. */
function withoutGates(journal: Journal, moment: GateMoment): Journal {
  let asked: GateMoment | null = null;
  return journal.filter((record) => {
    if (record.type === "gate-asked") asked = record.moment;
    const isOfGate = record.type === "gate-asked" || record.type === "gate-answered";
    return !isOfGate || asked !== moment;
  });
}

/** What the others tell, processes and runs, comes from outside. */
const judged: readonly JournalRecord["type"][] = [
  "begin",
  "intent",
  "outcome",
  "gate-asked",
  "gate-answered",
  "replanned",
  "ended",
];

/** The same with one record changed, each so that other calls are told, or another end of one. */
function* tampered(journal: Journal): Generator<readonly [string, Journal]> {
  const failures = journal.filter((one) => one.type === "outcome" && one.failure !== null).length;
  const hasResumed = journal.filter(({ type }) => type === "run").length > 1;
  const isSuccess = journal.some((one) => one.type === "ended" && one.outcome === "success");
  for (const [at, record] of journal.entries()) {
    const next = journal[at + 1];
    // Of what a killed run had under way nobody knows the end: it may as well have been killed before.
    if (next === undefined || isCut(journal, at)) continue;
    const told = `record ${at + 1}, ${record.type}`;
    const instead = (...records: Journal) => journal.toSpliced(at, 1, ...records);
    if (!judged.includes(record.type)) continue;
    yield [`${told} left out`, instead()];
    yield [`${told} doubled`, instead(record, record)];
    const isOrdered =
      next.type !== "running" && !(record.type === "outcome" && next.type === "outcome");
    if (isOrdered) yield [`${told} behind ${next.type}`, journal.toSpliced(at, 2, next, record)];
    for (const other of othersOf(record)) yield [`${told} is another one`, instead(other)];
    if (record.type !== "outcome") continue;
    if (record.failure === null && isSuccess)
      yield [`${told} has failed`, instead({ ...record, failure: { kind: "exited", code: 1 } })];
    // An answer that is missing is a failure as well.
    const isLook = record.answer === null && lookAt(journal, at);
    if (record.failure !== null && failures === 1 && !hasResumed && !isLook)
      yield [`${told} has not failed`, instead({ ...record, failure: null })];
  }
}

function lookAt(journal: Journal, at: number): boolean {
  const intent = journal.slice(0, at).findLast((one) => one.type === "intent");
  return intent?.type === "intent" && intent.round === "ExpectOld";
}

/** Its round is not over when the next run begins. */
function isCut(journal: Journal, at: number): boolean {
  const next = journal.slice(at + 1).find(({ type }) => type !== "outcome" && type !== "running");
  return next?.type === "run" && at > 0;
}

function* othersOf(record: JournalRecord): Generator<JournalRecord> {
  if (record.type === "begin") {
    const { system, plan } = record;
    yield { ...record, manifest: "another" };
    const stages = plan.stages.map((stage) => ({
      ...stage,
      groups: [...stage.groups.slice(1), ...stage.groups.slice(0, 1), []],
    }));
    yield { ...record, plan: { ...plan, stages } };
    const components = system.components.map((one) => ({ ...one, start: one.start === 0 ? 1 : 0 }));
    yield { ...record, system: { ...system, components } };
    yield { ...record, system: { ...system, components: system.components.slice(1) } };
    const types = system.types.map((type) => ({ ...type, target: type.target === 0 ? 1 : 0 }));
    yield { ...record, system: { ...system, types } };
    yield { ...record, gates: [...(record.gates ?? []), anotherGate] };
    for (const [index, gate] of (record.gates ?? []).entries()) {
      yield { ...record, gates: (record.gates ?? []).toSpliced(index, 1) };
      for (const other of [
        { ...gate, name: "another" },
        { ...gate, at: [...gate.at, "reboot" as const] },
        { ...gate, timeoutMs: gate.timeoutMs + 1000 },
        { ...gate, deferAtMostMs: 7000 },
      ])
        yield { ...record, gates: (record.gates ?? []).with(index, other) };
    }
  } else if (record.type === "intent") {
    const [first, ...rest] = record.components;
    const isInstall = record.round === "ArtifactInstall";
    yield { ...record, round: isInstall ? "ArtifactRollback" : "ArtifactInstall" };
    yield { ...record, group: (record.group ?? 0) + 1 };
    yield { ...record, components: rest };
    if (first !== undefined) yield { ...record, components: [first, ...record.components] };
  } else if (record.type === "gate-asked") {
    yield { ...record, gate: "another" };
    yield { ...record, group: (record.group ?? -1) + 1 };
    for (const moment of gateMoments) if (moment !== record.moment) yield { ...record, moment };
  } else if (record.type === "gate-answered") {
    yield { ...record, gate: "another" };
    if (record.answer.kind === "go") {
      yield { ...record, answer: { kind: "not-now", retryAfterMs: null } };
      yield { ...record, answer: { kind: "no", failure: { kind: "exited", code: 1 } } };
    } else if (record.answer.kind === "no") {
      yield { ...record, answer: { kind: "go" } };
    }
  } else if (record.type === "replanned" && (record.groups ?? []).length > 0) {
    // Where there is nothing to do, or no way, the same calls follow.
    const groups = record.groups ?? [];
    yield { type: "replanned", groups: null };
    yield { type: "replanned", groups: [] };
    yield { type: "replanned", groups: [...groups.slice(1), ...groups.slice(0, 1), []] };
    const back = groups.map((steps) =>
      steps.map((one) => ({ ...one, from: one.to, to: one.from })),
    );
    yield { type: "replanned", groups: back };
  } else if (record.type === "ended") {
    const isSuccess = record.outcome === "success";
    yield { ...record, outcome: isSuccess ? "failed-rolled-back" : "success" };
    yield { ...record, outcome: record.outcome === "inconsistent" ? "success" : "inconsistent" };
  }
}
