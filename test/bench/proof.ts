import { explain } from "../../src/planner/explain.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import type { System } from "../../src/manifest/system.ts";
import type { Begin } from "../../src/deployment/records.ts";
import { syntheticBegin } from "../../src/deployment/synthetic-begin.ts";
import { groundingOf } from "../../src/planner/constraints/grounding.ts";
import { type Bounds, check } from "../../src/simulate/checker/check.ts";
import { deploymentModel } from "../../src/simulate/deployment-model.ts";
import { explore } from "../../src/simulate/explore.ts";
import { faultsIn } from "../../src/simulate/faults.ts";
import { onward } from "../../src/simulate/onward.ts";
import { answersOf, simulate } from "../../src/simulate/simulate.ts";
import {
  firstSituation,
  realMachine,
  type Setting,
  type Situation,
} from "../../src/simulate/situation.ts";
import { seedSketch, systemOf } from "../support/planner-systems.ts";
import { milliseconds, processorMs } from "./measure.ts";
import type { Bench, BenchRow } from "./row.ts";

/** What the proof may take, warm: the seed's System after any two faults, 20 Components after any one. */
// oxlint-disable-next-line require-await
export const proof: Bench = async () => [
  simulated("simulate the seed's, 2 faults", systemOf(seedSketch), 2, 1_000),
  simulated("simulate 20 in a chain, 1 fault", chain(20, true), 1, 5_000),
  ...againstTheMachine("10 in a chain, 2 faults", chain(10, true), 2),
  ...[15, 20].flatMap(firstMillion),
  besideFive(50),
  explained("explain 50 tables", chain(50, false), 100),
];

function simulated(name: string, system: System, faults: number, limitMs: number): BenchRow {
  const scope = { faults, limit: 1_000_000 };
  let situations = 0;
  const ms = fastest(() => {
    situations = simulate(system, scope, () => "rollback").exploration?.situations ?? 0;
  });
  const rate = Math.round(situations / (ms / 1000));
  return row(`${name} (${situations} situations, ${rate} a second)`, ms, limitMs);
}

/** How fast a chain is explored where not all of it can be, and what a situation takes then. */
function firstMillion(length: number): readonly BenchRow[] {
  const system = chain(length, true);
  const answer = findPlan(system);
  if (answer.kind !== "plan") throw new Error(`there is a ${answer.kind}`);
  const first = syntheticBegin(system, answer.plan);
  const bounds = { faults: 2, situations: 1_000_000 };
  const setting = {
    machine: realMachine,
    answers: answersOf(system),
    grounding: groundingOf(system),
  };
  const begin = process.cpuUsage();
  const bytes = bytesOf(first, setting, bounds) / bounds.situations;
  const rate = bounds.situations / (processorMs(begin) / 1000);
  const name = `${length} in a chain, 2 faults, the first million`;
  return [
    {
      name: `simulate ${name}`,
      measured: `${Math.round(rate)} a second`,
      reference: "may be 100000 a second at least",
      ratio: 100_000 / rate,
      limit: 1,
    },
    {
      name: `the memory of a situation, ${name}`,
      measured: `${Math.round(bytes)} bytes`,
      reference: "may take 300 bytes",
      ratio: bytes / 300,
      limit: 1,
    },
  ];
}

/** A hub, which goes first, and so many nodes that nothing tells apart. */
function fleet(nodes: number): System {
  return systemOf({
    types: { hub: { versions: ["h1", "h2"] }, node: { versions: ["n1", "n2"] } },
    components: [
      { id: "H", type: "hub" },
      ...Array.from({ length: nodes }, (_, at) => ({ id: `N${at}`, type: "node" })),
    ],
    endTables: [{ columns: ["hub", "node"], rows: ["h1 n1 YES v.1", "h2 n2 YES v.2"] }],
    transitionTables: [{ columns: ["hub", "node"], rows: ["h2 n1 YES"] }],
  });
}

/** How many situations a fleet takes, beside one of five. */
function besideFive(nodes: number): BenchRow {
  const [ours, five] = [nodes, 5].map((count) => {
    const scope = { faults: 2, limit: 1_000_000 };
    return simulate(fleet(count), scope, () => "rollback").exploration?.situations ?? 0;
  });
  return {
    name: `simulate ${nodes} alike nodes and a hub, 2 faults`,
    measured: `${ours ?? 0} situations`,
    reference: `5 of them: ${five ?? 0}`,
    ratio: (ours ?? 0) / (five ?? 1),
    limit: 3,
  };
}

/**
 * What packing and telling apart cost beside the machine alone, which goes all ways with the same number of situations
 * and keeps none; and the memory of a situation.
 */
function againstTheMachine(name: string, system: System, faults: number): readonly BenchRow[] {
  const answer = findPlan(system);
  if (answer.kind !== "plan") throw new Error(`there is a ${answer.kind}`);
  const first = syntheticBegin(system, answer.plan);
  const answers = answersOf(system);
  const setting = { machine: realMachine, answers, grounding: groundingOf(system) };
  const scope = { faults, limit: 1_000_000 };
  const { situations } = explore(first, answers, scope);
  const ours = fastest(() => explore(first, answers, scope));
  const alone = fastest(() => {
    let left = situations;
    const dive = (from: Situation, faultsLeft: number): void => {
      for (let at: Situation | null = from; at !== null && left > 0; at = onward(setting, at)) {
        left -= 1;
        if (faultsLeft === 0) continue;
        for (const { next } of faultsIn(setting, at)) dive(next, faultsLeft - 1);
      }
    };
    dive(firstSituation(first), faults);
  });
  const bytes = bytesOf(first, setting, { faults, situations: scope.limit }) / situations;
  return [
    {
      name: `simulate ${name} (${Math.round(situations / (ours / 1000))} a second)`,
      measured: milliseconds(ours),
      reference: `decide and evolve alone, ${situations} times: ${milliseconds(alone)}`,
      ratio: ours / alone,
      limit: 2,
    },
    {
      name: `the memory of a situation, ${name}`,
      measured: `${Math.round(bytes)} bytes`,
      reference: "may take 300 bytes",
      ratio: bytes / 300,
      limit: 1,
    },
  ];
}

function bytesOf(first: Begin, setting: Setting, bounds: Bounds): number {
  const steps = check(deploymentModel(first, setting), bounds);
  let most = 0;
  for (let step = steps.next(null); step.done !== true; step = steps.next(null)) {
    most = Math.max(most, step.value.bytes);
  }
  return most;
}

function explained(name: string, system: System, limitMs: number): BenchRow {
  const answer = findPlan(system);
  if (answer.kind !== "no-plan") throw new Error(`there is a ${answer.kind}`);
  return row(
    name,
    fastest(() => explain(system, answer)),
    limitMs,
  );
}

function row(name: string, ms: number, limitMs: number): BenchRow {
  return {
    name,
    measured: milliseconds(ms),
    reference: `may take ${milliseconds(limitMs)}`,
    ratio: ms / limitMs,
    limit: 1,
  };
}

/** Processor time, for nothing is waited for; of three runs, the first of which warms up. */
function fastest(once: () => unknown): number {
  const all = [1, 2, 3].map(() => {
    const begin = process.cpuUsage();
    once();
    return processorMs(begin);
  });
  return Math.min(...all);
}

/** Each type goes before the next one; where it is closed to a ring, none can be the first. */
function chain(length: number, isOpen: boolean): System {
  const names = Array.from({ length }, (_, index) => `t${index}`);
  const row = (version: string, name: string) =>
    `${names.map(() => version).join(" ")} YES ${name}`;
  const tables = names.map((name, index) => ({
    columns: [name, names[(index + 1) % length] ?? ""],
    allowByDefault: true,
    rows: ["old new NO"],
  }));
  return systemOf({
    types: Object.fromEntries(names.map((name) => [name, { versions: ["old", "new"] }])),
    components: names.map((name) => ({ id: `C-${name}`, type: name })),
    endTables: [{ columns: names, rows: [row("old", "v.1"), row("new", "v.2")] }],
    transitionTables: isOpen ? tables.slice(0, -1) : tables,
  });
}
