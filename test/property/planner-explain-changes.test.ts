import { describe, expect, it } from "vitest";
import { SystemVersion } from "../../src/core/ids.ts";
import type { EndRow, Row, System } from "../../src/manifest/system.ts";
import type { Repair } from "../../src/planner/conflict/repair.ts";
import { explain } from "../../src/planner/explain.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import { within } from "../support/planner-brute-force.ts";
import { onDevice, randomSystem, underManifest } from "../support/planner-random.ts";
import { inTier } from "../support/tier.ts";

const seeds = Array.from({ length: inTier(30, 300) }, (_, seed) => seed);

/** Whether the wanted state can be reached. */
function hasWay(system: System): boolean {
  const wanted = system.components.map(({ type }) => system.types[type]?.target).join();
  return within(system).ends.some((end) => end.join() === wanted);
}

const rule = { file: "added.yaml", line: 1, row: "added" };
const name = SystemVersion.parse("added");

/** Every NO row that says YES, by its line. */
function* withYes(
  system: System,
  tables: readonly { readonly rows: readonly Row[] }[],
): Generator<readonly [string, System]> {
  for (const { rule: own, verdict } of tables.flatMap(({ rows }) => rows)) {
    if (verdict !== "no") continue;
    const said = <R extends Row>(row: R): R =>
      row.rule === own ? { ...row, verdict: "yes" } : row;
    const named = (row: EndRow) =>
      row.rule === own ? { ...said(row), systemVersion: row.systemVersion ?? name } : row;
    const changed = {
      ...system,
      endTables: system.endTables.map((table) => ({ ...table, rows: table.rows.map(named) })),
      transitionTables: system.transitionTables.map((table) => ({
        ...table,
        rows: table.rows.map(said),
      })),
    };
    yield [`yes in line ${String(own.line)}`, changed];
  }
}

/** Every combination that a transition table gets a YES row for. */
function* withRow(system: System): Generator<readonly [string, System]> {
  for (const [at, table] of system.transitionTables.entries()) {
    for (const versions of product(table.columns.map(({ type }) => known(system, type, true)))) {
      const cells = versions.map((version) => [version]);
      const rows = [...table.rows, { cells, verdict: "yes" as const, rule }];
      const transitionTables = system.transitionTables.with(at, { ...table, rows });
      yield [`${table.name} with ${versions.join()}`, { ...system, transitionTables }];
    }
  }
}

/** Every state that becomes an end state: where it has several versions of one type, the cell allows them all. */
function* withEnd(system: System): Generator<readonly [string, System]> {
  const states = product(system.components.map(({ type }) => known(system, type, false)));
  for (const state of states) {
    const endTables = system.endTables.map((table) => {
      const cells = table.columns.map(({ type, component }) => {
        const own = state.filter((_, c) =>
          component === null ? system.components[c]?.type === type : c === component,
        );
        return [...new Set(own)].toSorted((a, b) => a - b);
      });
      const row = { systemVersion: name, cells, verdict: "yes" as const, rule };
      return { ...table, rows: [...table.rows, row] };
    });
    yield [`end state ${state.join()}`, { ...system, endTables }];
  }
}

/** Every Artifact that brings a type from any version to one. */
function* withArtifact(system: System): Generator<readonly [string, System]> {
  for (const type of system.types.keys()) {
    for (const to of known(system, type, false)) {
      const components = system.components.map((component) =>
        component.type === type
          ? {
              ...component,
              hops: component.hops.map((targets, from) =>
                from === to || targets.includes(to) ? targets : [...targets, to],
              ),
            }
          : component,
      );
      yield [`type ${String(type)} to ${String(to)}`, { ...system, components }];
    }
  }
}

/**
 * The versions of a type; without the unknown one, which nobody writes into a table of end states or builds an Artifact
 * for.
 */
function known({ types }: System, type: number, isAll: boolean): readonly number[] {
  const versions = types[type]?.versions ?? [];
  return [...versions.keys()].filter((at) => isAll || versions[at] !== "?");
}

function product(lists: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return lists.reduce<readonly (readonly number[])[]>(
    (all, list) => all.flatMap((chosen) => list.map((one) => [...chosen, one])),
    [[]],
  );
}

const opening = (changes: Iterable<readonly [string, System]>): readonly string[] =>
  [...changes].filter(([, changed]) => hasWay(changed)).map(([told]) => told);

/** As the changes above are named. */
function told({ transitionTables }: System, repair: Repair): string {
  switch (repair.kind) {
    case "say-yes":
      return `yes in line ${String(repair.nogood.rule.line)}`;
    case "add-row":
      return transitionTables.every(({ columns }) => columns !== repair.nogood.columns)
        ? `end state ${repair.nogood.versions.join()}`
        : `${repair.nogood.table} with ${repair.nogood.versions.join()}`;
    case "add-end-state":
      return `end state ${repair.state.join()}`;
    case "add-artifact":
      return `type ${String(repair.type)} to ${String(repair.to)}`;
    default:
      return repair.kind;
  }
}

describe("single changes, for random Systems", () => {
  it("are all that open a way, and where none is told, none does", () => {
    let none = 0;
    for (const seed of seeds) {
      const bare = randomSystem(seed);
      const system = seed % 3 === 1 ? onDevice(underManifest(bare, seed), seed) : bare;
      const explanation = explain(system, findPlan(system), { stepLimit: 2_000_000 });
      if (explanation.kind !== "no-plan") continue;
      const { repairs, areRepairsComplete } = explanation;
      expect({ seed, areRepairsComplete }).toEqual({ seed, areRepairsComplete: true });
      const names = new Set(repairs.map((repair) => told(system, repair)));
      const missed = [
        ...withYes(system, system.transitionTables),
        ...withRow(system),
        ...withArtifact(system),
      ];
      const untold = opening(missed.filter(([one]) => !names.has(one)));
      expect({ seed, untold }).toEqual({ seed, untold: [] });
      if (repairs.length > 0) continue;
      const ends = opening([...withYes(system, system.endTables), ...withEnd(system)]);
      expect({ seed, ends }).toEqual({ seed, ends: [] });
      none += 1;
    }
    expect(none).toBeGreaterThan(10);
  });
});
