import { explain } from "../../src/planner/explain.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import type { System } from "../../src/manifest/system.ts";
import { simulate } from "../../src/simulate/simulate.ts";
import { seedSketch, systemOf } from "../support/planner-systems.ts";
import { milliseconds, processorMs } from "./measure.ts";
import type { Bench, BenchRow } from "./row.ts";

/** What the proof may take, warm: the seed's System after any two faults, 20 Components after any one. */
// oxlint-disable-next-line require-await
export const proof: Bench = async () => [
  simulated("simulate the seed's, 2 faults", systemOf(seedSketch), 2, 1_000),
  simulated("simulate 20 in a chain, 1 fault", chain(20, true), 1, 5_000),
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
