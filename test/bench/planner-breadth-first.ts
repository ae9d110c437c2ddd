import type { System, TransitionTable, VersionSet } from "../../src/manifest/system.ts";

/** What anybody would write first: all states that single installs lead to, nearest first. */

export type Walked =
  | { readonly kind: "found"; readonly installs: number }
  | { readonly kind: "none" }
  /** So many states were not enough. */
  | { readonly kind: "given-up" };

interface Node {
  readonly versions: readonly number[];
  /** Those that have moved since the last end state: none of them may move again before the next. */
  readonly moved: ReadonlySet<number>;
  readonly installs: number;
}

/** For Systems whose types stand once in a table and whose columns name no Component. */
export function breadthFirst(system: System, nodeLimit: number): Walked {
  const start = system.components.map((component) => component.start);
  const wanted = system.components.map(({ type }) => system.types[type]?.target ?? -1).join();
  const seen = new Set([start.join()]);
  const queue: Node[] = [{ versions: start, moved: new Set(), installs: 0 }];
  for (const { versions, moved, installs } of queue) {
    if (versions.join() === wanted) return { kind: "found", installs };
    if (queue.length > nodeLimit) return { kind: "given-up" };
    for (const [index, { hops }] of system.components.entries()) {
      if (moved.has(index)) continue;
      for (const to of hops[versions[index] ?? -1] ?? []) {
        const next = versions.with(index, to);
        if (!isAcceptable(system, start, next, index)) continue;
        const movedNext = isEnd(system, next) ? new Set<number>() : new Set([...moved, index]);
        const key = `${next.join()}/${[...movedNext].toSorted((a, b) => a - b).join()}`;
        if (seen.has(key)) continue;
        seen.add(key);
        queue.push({ versions: next, moved: movedNext, installs: installs + 1 });
      }
    }
  }
  return { kind: "none" };
}

/** Whether every table accepts what the Component that has just moved is part of. */
function isAcceptable(
  system: System,
  start: readonly number[],
  versions: readonly number[],
  index: number,
): boolean {
  const own = system.components[index]?.type;
  return system.transitionTables.every((table) => {
    if (!table.columns.some(({ type }) => type === own)) return true;
    return meetings(system, table).every((meeting) => {
      if (!meeting.includes(index) || meeting.every((one) => versions[one] === start[one]))
        return true;
      return accepts(
        system,
        table,
        meeting.map((one) => versions[one] ?? -1),
      );
    });
  });
}

/** Every choice of Components for the columns. */
export function meetings(system: System, table: TransitionTable): readonly (readonly number[])[] {
  const before = known.get(table);
  if (before !== undefined) return before;
  let all: readonly (readonly number[])[] = [[]];
  for (const { type } of table.columns) {
    const candidates = [...system.components.entries()].filter(([, one]) => one.type === type);
    all = all.flatMap((chosen) => candidates.map(([index]) => [...chosen, index]));
  }
  known.set(table, all);
  return all;
}

const known = new WeakMap<TransitionTable, readonly (readonly number[])[]>();

/** NO wins, then YES, then an end state, then the default. */
export function accepts(
  system: System,
  table: TransitionTable,
  versions: readonly number[],
): boolean {
  const matching = (verdict: string) =>
    table.rows.some((row) => row.verdict === verdict && fits(row.cells, versions));
  if (matching("no")) return false;
  if (matching("yes") || table.allowByDefault) return true;
  return system.endTables.every((ends) => {
    const places = table.columns.map(({ type }) =>
      ends.columns.findIndex((column) => column.type === type),
    );
    return ends.rows.some(({ cells }) =>
      fits(
        places.map((place) => cells[place] ?? null),
        versions,
      ),
    );
  });
}

export function isEnd(system: System, versions: readonly number[]): boolean {
  return system.endTables.every((ends) => {
    const places = system.components.map(({ type }) =>
      ends.columns.findIndex((column) => column.type === type),
    );
    return ends.rows.some(({ cells }) =>
      places.every((place, index) => cells[place]?.includes(versions[index] ?? -1) ?? true),
    );
  });
}

function fits(cells: readonly VersionSet[], versions: readonly number[]): boolean {
  return cells.every((cell, column) => cell === null || cell.includes(versions[column] ?? -1));
}
