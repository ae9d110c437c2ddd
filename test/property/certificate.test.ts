import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSealed, sealedText } from "../../src/certificate/sealed.ts";
import type { Certificate, GatePlace } from "../../src/certificate/shape.ts";
import { columnsOf } from "../../src/certify/columns.ts";
import { longestChain } from "../../src/certify/longest-chain.ts";
import { problemCodes } from "../../src/core/problem-codes.ts";
import { gateMoments } from "../../src/core/protocol.ts";
import type { PlannedGate } from "../../src/deployment/records.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import { tableClassesOf } from "../../src/planner/model/table-classes.ts";
import { checkGates } from "../../src/verify-gates/check-gates.ts";
import { fuzzing, fuzzingTimeout } from "../support/fuzzing.ts";
import { certificateFor, faultOfCertificate } from "../support/plan-certificates.ts";
import { oracle } from "../support/planner-brute-force.ts";
import { randomCrowd, randomSystem } from "../support/planner-random.ts";
import { inTier } from "../support/tier.ts";

const planned = Array.from({ length: inTier(500, 6000) }, (_, seed) => {
  const system = seed % 5 === 0 ? randomCrowd(seed) : randomSystem(seed);
  return { seed, system, answer: findPlan(system) };
}).flatMap(({ seed, system, answer }) =>
  answer.kind === "plan" && answer.plan.stages.length > 0
    ? [
        {
          seed,
          system,
          plan: answer.plan,
          certificate: certificateFor(system, answer.plan, gatesOf(seed)),
        },
      ]
    : [],
);

/** Up to three gates, each at some of the moments; of some Systems nothing is told of gates. */
function gatesOf(seed: number): readonly PlannedGate[] | null {
  if (seed % 7 === 0) return null;
  return ["consent", "health", "night"].slice(0, seed % 4).map((name, index) => ({
    name,
    at: gateMoments.filter(
      (_, moment) => ((seed >> (2 + index + moment)) & 1) === 1 || moment === index,
    ),
    timeoutMs: 60_000,
    deferAtMostMs: index === 0 ? null : 900_000,
  }));
}

describe("the certificate of a plan", () => {
  it("is true for the plan of every System", () => {
    for (const { seed, certificate } of planned)
      expect({ seed, fault: faultOfCertificate(certificate) }).toEqual({ seed, fault: null });
    expect(planned.length).toBeGreaterThan(100);
  });

  it("is not true once a step, a statement, a state, a row, or what a Component has, is another one", () => {
    let tried = 0;
    for (const { seed, certificate } of planned) {
      for (const [what, other] of untrueOnes(certificate)) {
        const found = faultOfCertificate(other) !== null;
        expect({ seed, what, found }).toEqual({ seed, what, found: true });
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(1000);
  });

  it("tells of no chain that is longer than the best plan, and of none that is forced where it is not", () => {
    const reasons = new Map<string, number>();
    for (const { seed, system, plan, certificate } of planned) {
      const { because, links = [] } = certificate.cost.groups;
      reasons.set(because, (reasons.get(because) ?? 0) + 1);
      const tableClasses = tableClassesOf(system);
      const chain = longestChain(certificate.system, tableClasses, columnsOf(system, tableClasses));
      if (plan.optimal)
        expect({ seed, is: chain.groups <= plan.cost.groups }).toEqual({ seed, is: true });
      if (links.length === 0) continue;
      for (const other of [links.toReversed(), [links.flat()], [...links, ...links]]) {
        const groups = { ...certificate.cost.groups, links: other };
        const isSame = JSON.stringify(other) === JSON.stringify(links);
        const changed = { ...certificate, cost: { ...certificate.cost, groups } };
        expect({ seed, other, isTrue: faultOfCertificate(changed) === null }).toEqual({
          seed,
          other,
          isTrue: isSame,
        });
      }
    }
    for (const reason of ["chain", "capacity"]) expect(reasons.get(reason)).toBeGreaterThan(2);
  });

  it("never holds for a way through a state that the brute force refuses", () => {
    let refused = 0;
    for (const { seed, system, certificate } of planned) {
      const { isAcceptable } = oracle(system);
      for (const [at, groups] of certificate.plan.entries()) {
        const [first, second, ...rest] = groups;
        if (first === undefined || second === undefined) continue;
        // In the wrong order; the statements stay those of the right one.
        const start = system.components.map((component) => component.start);
        const state = certificate.plan
          .slice(0, at)
          .flat(2)
          .reduce((before, { component, to }) => before.with(component, to), start);
        const early = second.reduce((now, { component, to }) => now.with(component, to), state);
        if (isAcceptable(early)) continue;
        const [one, other, ...more] = certificate.stages[at]?.intervals ?? [];
        const plan = certificate.plan.with(at, [second, first, ...rest]);
        for (const intervals of [
          [one, other, ...more],
          [other, one, ...more],
        ]) {
          const stages = certificate.stages.map((stage, index) =>
            index === at
              ? { ...stage, intervals: intervals.flatMap((interval) => interval ?? []) }
              : stage,
          );
          const found = faultOfCertificate({ ...certificate, plan, stages }) !== null;
          expect({ seed, found }).toEqual({ seed, found: true });
          refused += 1;
        }
      }
    }
    expect(refused).toBeGreaterThan(25);
  });

  it("tells each place of the plan at which a gate is asked, and that each waits in a state that is passed", () => {
    const moments = new Map<string, number>();
    for (const { seed, certificate } of planned) {
      const { gates, plan } = certificate;
      expect({ seed, isTold: gates !== undefined }).toEqual({
        seed,
        isTold: gatesOf(seed) !== null,
      });
      const groups = plan.flat().length;
      const expected = { start: 1, group: groups, reboot: groups, commit: plan.length };
      for (const [gate, { at }] of (gates?.declared ?? []).entries()) {
        const asked = (gates?.places ?? []).filter((place) => place.gates.includes(gate));
        for (const moment of gateMoments) {
          const count = asked.filter((place) => place.moment === moment).length;
          const times = at.includes(moment) ? expected[moment] : 0;
          expect({ seed, moment, count }).toEqual({ seed, moment, count: times });
          moments.set(moment, (moments.get(moment) ?? 0) + count);
        }
      }
    }
    for (const moment of gateMoments) expect(moments.get(moment)).toBeGreaterThan(50);
  });

  it("is not true once a gate is asked elsewhere, or the plan waits in another state than it says", () => {
    let tried = 0;
    for (const { seed, certificate } of planned) {
      for (const [what, other] of untrueGates(certificate)) {
        const found = checkGates(other) !== null;
        expect({ seed, what, found }).toEqual({ seed, what, found: true });
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(5000);
  });

  it("is told from every other text by its sum", { timeout: fuzzingTimeout() }, () => {
    const bytes = planned
      .slice(0, 40)
      .map(({ certificate }) => new TextEncoder().encode(sealedText(certificate, null)));
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, place, change) => {
        const own = bytes[which % bytes.length] ?? new Uint8Array();
        const other = Uint8Array.from(own);
        other[place % own.length] = (own[place % own.length] ?? 0) ^ change;
        const read = readSealed("c.json", other, []);
        const exits = read.ok ? ["read"] : read.problems.map(({ code }) => problemCodes[code]);
        expect([11, 12]).toContain(exits[0]);
      }),
      fuzzing(4000),
    );
    for (const [at, own] of bytes.entries()) {
      const read = readSealed("c.json", own, []);
      expect({ at, is: read.ok && faultOfCertificate(read.value) }).toEqual({ at, is: null });
      expect(readSealed("c.json", own.subarray(0, own.length - 1 - at), []).ok).toBe(false);
    }
  });
});

/** The same with one thing changed of its gates, each so that it cannot be true. */
function* untrueGates(certificate: Certificate): Generator<[string, Certificate]> {
  const { gates, plan } = certificate;
  if (gates === undefined) return;
  const { declared, places } = gates;
  const withPlaces = (...changed: readonly GatePlace[]): Certificate => ({
    ...certificate,
    gates: { declared, places: changed },
  });
  for (const [at, place] of places.entries()) {
    const instead = (...others: readonly GatePlace[]) =>
      withPlaces(...places.toSpliced(at, 1, ...others));
    yield ["a place is left out", instead()];
    yield ["a place is told twice", instead(place, place)];
    const next = places[at + 1];
    if (next !== undefined)
      yield [
        "places are told in another order",
        withPlaces(...places.toSpliced(at, 2, next, place)),
      ];
    yield ["a gate is not asked", instead({ ...place, gates: place.gates.slice(1) })];
    yield ["a gate is asked twice", instead({ ...place, gates: [...place.gates, ...place.gates] })];
    yield [
      "a gate is not declared",
      instead({ ...place, gates: [...place.gates, declared.length] }),
    ];
    if (place.gates.length > 1)
      yield [
        "gates are asked in another order",
        instead({ ...place, gates: place.gates.toReversed() }),
      ];
    yield ["a place is of another stage", instead({ ...place, stage: place.stage + 1 })];
    yield ["a place is of another group", instead({ ...place, group: (place.group ?? -1) + 1 })];
    for (const moment of gateMoments.filter((one) => one !== place.moment))
      yield ["a place is at another moment", instead({ ...place, moment })];
    for (const waits_in of [
      { is: "start" },
      { is: "end", stage: place.stage },
      { is: "end", stage: plan.length },
      { is: "interval", stage: place.stage, group: place.group ?? 0 },
      { is: "interval", stage: place.stage, group: (place.group ?? 0) + 1 },
    ] as const) {
      if (JSON.stringify(waits_in) !== JSON.stringify(place.waits_in))
        yield ["it is waited elsewhere", instead({ ...place, waits_in })];
    }
  }
  const first = places[0];
  if (first !== undefined) {
    yield [
      "a gate is asked behind the plan",
      withPlaces(...places, { ...first, stage: plan.length }),
    ];
  }
  for (const [at, gate] of declared.entries()) {
    for (const other of [
      { ...gate, at: gate.at.slice(1) },
      { ...gate, at: [...gate.at, ...gate.at] },
      ...gateMoments.filter((one) => !gate.at.includes(one)).map((one) => ({ ...gate, at: [one] })),
    ])
      yield [
        "a gate has other moments",
        { ...certificate, gates: { declared: declared.with(at, other), places } },
      ];
    yield [
      "a gate is declared twice",
      { ...certificate, gates: { declared: [...declared, gate], places } },
    ];
  }
}

/** The same with one thing changed, each so that it cannot be true. */
function* untrueOnes(certificate: Certificate): Generator<[string, Certificate]> {
  const { plan, stages, statements, system, cost } = certificate;
  for (const [at, groups] of plan.entries()) {
    const [first, ...rest] = groups;
    const [step, ...others] = first ?? [];
    if (step === undefined) continue;
    yield ["a step is left out", { ...certificate, plan: plan.with(at, [others, ...rest]) }];
    const back = { ...step, to: step.from, from: step.to };
    yield [
      "a step is turned",
      { ...certificate, plan: plan.with(at, [[back, ...others], ...rest]) },
    ];
    const twice = [...groups, [back]];
    yield ["a step is added", { ...certificate, plan: plan.with(at, twice) }];
    const stage = stages[at];
    if (stage === undefined) continue;
    const without = stage.intervals.map((one) => ({ ...one, accepted_by: [] }));
    if (stage.intervals.some((one) => one.accepted_by.length > 0))
      yield [
        "a state has no evidence",
        { ...certificate, stages: stages.with(at, { ...stage, intervals: without }) },
      ];
    const [held] = stage.end;
    if (held === undefined) continue;
    for (const end of [[], [{ ...held, row: held.row + 1000 }, ...stage.end.slice(1)]])
      yield [
        "a stage ends elsewhere",
        { ...certificate, stages: stages.with(at, { ...stage, end }) },
      ];
    const { row } = held;
    const table = system.end_states[0];
    const no = table?.rows.map((one, index) =>
      index === row ? { ...one, verdict: "no" as const } : one,
    );
    if (table === undefined || no === undefined) continue;
    const end_states = system.end_states.with(0, { ...table, rows: no });
    yield ["an end row says NO", { ...certificate, system: { ...system, end_states } }];
  }
  for (const group of plan.flat()) {
    if (group.length < 2) continue;
    const limit = { components: group.map((step) => step.component), at_most: group.length - 1 };
    const limits = [...system.limits, { ...limit, at: 0 }];
    yield [
      "more move at once than a limit allows",
      { ...certificate, system: { ...system, limits } },
    ];
  }
  for (const [at, statement] of statements.entries()) {
    if (statement.by !== "row") continue;
    const table = system.transition_states[statement.table];
    const rows = table?.rows.map((one, index) =>
      index === statement.row ? { ...one, verdict: "n/a" as const } : one,
    );
    if (table === undefined || rows === undefined) continue;
    const tables = system.transition_states.with(statement.table, { ...table, rows });
    yield [
      "a row says nothing",
      { ...certificate, system: { ...system, transition_states: tables } },
    ];
    const narrow = table.rows.map((one, index) =>
      index === statement.row ? { ...one, cells: one.cells.map(() => []) } : one,
    );
    const narrowed = system.transition_states.with(statement.table, { ...table, rows: narrow });
    yield [
      "a row holds no version",
      { ...certificate, system: { ...system, transition_states: narrowed } },
    ];
    const wide = { ...statement, versions: statement.versions.map(() => [0, 1, 2, 3, 4]) };
    const isAll = table.rows[statement.row]?.cells.every((cell) => cell === null) ?? false;
    if (!isAll)
      yield ["a statement says more", { ...certificate, statements: statements.with(at, wide) }];
  }
  const [component, ...more] = system.components;
  if (component !== undefined && plan.flat(2).some((step) => step.component === 0)) {
    const components = [{ ...component, hops: [] }, ...more];
    yield ["nothing is installed", { ...certificate, system: { ...system, components } }];
  }
  const dear = { ...cost, installs: { ...cost.installs, value: cost.installs.value + 1 } };
  yield ["it costs more", { ...certificate, cost: dear }];
}
