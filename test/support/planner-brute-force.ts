import type { EndRow, System } from "../../src/manifest/system.ts";
import type { Cost, Plan } from "../../src/planner/model/plan.ts";

/**
 * The meaning of planning.md, told a second time and without any cleverness: every tuple of Components,
 * every subset of a group, every state. It shares no code with the planner. Small Systems only.
 */
export interface Oracle {
  readonly endName: (state: readonly number[]) => string | null;
  /** For each end table its YES rows in which the state lies. */
  readonly endRows: (state: readonly number[]) => readonly (readonly EndRow[])[];
  readonly isAcceptable: (state: readonly number[]) => boolean;
  /** Whatever the way the Component came. */
  readonly mayHop: (component: number, from: number, to: number) => boolean;
}

type Column = System["endTables"][number]["columns"][number];

/** Every choice of one Component for each column, all different; a named Component keeps to its column. */
export function tuples(system: System, columns: readonly Column[]): number[][] {
  const named = columns.flatMap(({ component }) => (component === null ? [] : [component]));
  let all: number[][] = [[]];
  for (const { type, component } of columns) {
    const fitting = [...system.components.keys()].filter((c) =>
      component === null
        ? system.components[c]?.type === type && !named.includes(c)
        : c === component,
    );
    all = all.flatMap((tuple) =>
      fitting.filter((c) => !tuple.includes(c)).map((c) => [...tuple, c]),
    );
  }
  return all;
}

export const fits = (cell: readonly number[] | null | undefined, version: number | undefined) =>
  cell === null || cell === undefined || (version !== undefined && cell.includes(version));

export function oracle(system: System): Oracle {
  const start = system.components.map((component) => component.start);
  const ends = system.endTables.map((table) => ({ table, tuples: tuples(system, table.columns) }));
  const transits = system.transitionTables.map((table) => ({
    table,
    tuples: tuples(system, table.columns),
  }));

  /** Which column of an end table speaks of a Component: its own, else its type's. */
  const columnOf = (columns: readonly Column[], component: number): number => {
    const own = columns.findIndex((column) => column.component === component);
    if (own >= 0) return own;
    const type = system.components[component]?.type;
    return columns.findIndex((column) => column.component === null && column.type === type);
  };

  const rowsIn = (table: System["endTables"][number], state: readonly number[]) =>
    table.rows.filter(
      (row) =>
        row.verdict === "yes" &&
        state.every((version, c) => {
          const column = columnOf(table.columns, c);
          return column < 0 || fits(row.cells[column], version);
        }),
    );

  const accepts = ({ table, tuples: all }: (typeof ends)[number], state: readonly number[]) =>
    rowsIn(table, state).length > 0 &&
    !table.rows.some(
      (row) =>
        row.verdict === "no" &&
        all.some((tuple) => tuple.every((c, column) => fits(row.cells[column], state[c]))),
    );

  const endRows = (state: readonly number[]) =>
    system.endTables.map((table) => rowsIn(table, state));

  const endName = (state: readonly number[]): string | null => {
    if (!ends.every((table) => accepts(table, state))) return null;
    return (
      endRows(state)[0]
        ?.map((row) => String(row.systemVersion))
        .toSorted()[0] ?? null
    );
  };

  const endList = everyState(system).filter((state) => endName(state) !== null);
  const hasStood = (tuple: readonly number[], state: readonly number[]) =>
    tuple.every((c) => state[c] === start[c]);

  const isTransit = (state: readonly number[]): boolean =>
    transits.every(({ table, tuples: all }) =>
      all.every((tuple) => {
        if (hasStood(tuple, state)) return true;
        const matches = (verdict: string) =>
          table.rows.some(
            (row) =>
              row.verdict === verdict &&
              tuple.every((c, column) => fits(row.cells[column], state[c])),
          );
        if (matches("no")) return false;
        if (matches("yes")) return true;
        if (endList.some((end) => tuple.every((c) => end[c] === state[c]))) return true;
        return table.allowByDefault;
      }),
    );

  /** An end state; to a table that does not accept the start, but for what has not moved. */
  const isRest = (state: readonly number[]): boolean =>
    ends.every((one) => (accepts(one, start) ? accepts(one, state) : isRestOfOddStart(one, state)));

  const isRestOfOddStart = (
    { table, tuples: every }: (typeof ends)[number],
    state: readonly number[],
  ): boolean => {
    const filled = [...table.columns.keys()].filter((at) =>
      system.components.some((_, c) => columnOf(table.columns, c) === at),
    );
    const members = filled.map((at) =>
      [...system.components.keys()].filter((c) => columnOf(table.columns, c) === at),
    );
    let all: number[][] = [[]];
    for (const column of members) {
      all = all.flatMap((tuple) => column.map((c) => [...tuple, c]));
    }
    const hasRow = table.rows.some(
      (row) =>
        row.verdict === "yes" &&
        all.every(
          (tuple) =>
            hasStood(tuple, state) ||
            tuple.every((c, at) => fits(row.cells[filled[at] ?? -1], state[c])),
        ),
    );
    const isForbidden = table.rows.some(
      (row) =>
        row.verdict === "no" &&
        every.some(
          (tuple) =>
            !hasStood(tuple, state) && tuple.every((c, at) => fits(row.cells[at], state[c])),
        ),
    );
    return hasRow && !isForbidden;
  };

  const isEndStatesOnly = system.endStatesOnly ?? system.transitionTables.length === 0;
  const known = new Map<string, boolean>();
  return {
    endName,
    endRows,
    isAcceptable: (state) => {
      const key = state.join();
      const before = known.get(key);
      if (before !== undefined) return before;
      const said = (!isEndStatesOnly || isRest(state)) && isTransit(state);
      known.set(key, said);
      return said;
    },
    mayHop: (component, from, to) =>
      system.components[component]?.hops[from]?.includes(to) ?? false,
  };
}

export function everyState(system: System): number[][] {
  let all: number[][] = [[]];
  for (const { type } of system.components) {
    const count = system.types[type]?.versions.length ?? 0;
    all = all.flatMap((state) => Array.from({ length: count }, (_, v) => [...state, v]));
  }
  return all;
}

/**
 * Where each Component is on its way: one of its places where what can be installed depends on the way it came, else
 * its version.
 */
type Positions = readonly number[];

export function startOf({ components }: System): Positions {
  return components.map(({ start, ways }) => ways?.start ?? start);
}

function versionAt({ components }: System, component: number, position: number): number {
  const ways = components[component]?.ways;
  return ways === undefined ? position : (ways.places[position]?.version ?? -1);
}

export function versionsAt(system: System, positions: Positions): readonly number[] {
  return positions.map((position, component) => versionAt(system, component, position));
}

export function hopsFrom({ components }: System, component: number, position: number): Positions {
  const { ways, hops } = components[component] ?? {};
  return (ways === undefined ? hops?.[position] : ways.places[position]?.hops) ?? [];
}

/** What a plan costs, and how little the ends of its stages are preferred. */
type Vector = readonly [number, number, number, number, number];

/** The sum of the ranks of all that a state has. */
function ranksIn({ types, components }: System, state: readonly number[]): number {
  return components
    .map(({ type }, c) => types[type]?.preference?.[state[c] ?? -1] ?? 0)
    .reduce((sum, rank) => sum + rank, 0);
}

const isLess = (a: Vector, b: Vector) => {
  for (let at = 0; at < a.length; at += 1) {
    if (a[at] !== b[at]) return (a[at] ?? 0) < (b[at] ?? 0);
  }
  return false;
};

/** Whether these Components may move in this state, when others (a bit for each) have moved in the stage before. */
export type MayMove = (
  state: readonly number[],
  components: readonly number[],
  moved: number,
) => boolean;

/** The least cost of any plan, and of plans that cost just that the least sum of the ranks in which stages end. */
export interface Least {
  readonly cost: Cost;
  readonly preference: number;
}

/** By trying label after label until nothing changes; null: there is no plan. */
export function least(system: System, mayMove: MayMove = () => true): Least | null {
  const law = oracle(system);
  const wanted = system.components.map(({ type }) => system.types[type]?.target ?? -1);
  if (law.endName(wanted) === null) return null;
  const vector = leastCosts(system, law, Infinity, mayMove).get(wanted.join());
  return vector === undefined ? null : leastBy(vector);
}

export function cheapest(system: System, mayMove: MayMove = () => true): Cost | null {
  return least(system, mayMove)?.cost ?? null;
}

/** The same for a way in one stage to an end state that is asked for; null: there is none. */
export function leastStage(
  system: System,
  isAskedFor: (end: readonly number[]) => boolean,
): Least | null {
  let best: Vector | null = null;
  for (const [key, vector] of leastCosts(system, oracle(system), 1)) {
    if (!isAskedFor(key.split(",").map(Number))) continue;
    if (best === null || isLess(vector, best)) best = vector;
  }
  return best === null ? null : leastBy(best);
}

export function cheapestStage(
  system: System,
  isAskedFor: (end: readonly number[]) => boolean,
): Cost | null {
  return leastStage(system, isAskedFor)?.cost ?? null;
}

function leastBy([installs, stages, exposure, groups, preference]: Vector): Least {
  return { cost: { installs, stages, exposure, groups }, preference };
}

/** The same sum of a plan. */
export function preferenceTold(system: System, { stages }: Plan): number {
  let state = system.components.map(({ start }) => start);
  let sum = 0;
  for (const { groups } of stages) {
    const steps = groups.flat();
    state = state.map((version, c) => {
      const { id, type } = system.components[c] ?? {};
      const step = steps.find(({ component }) => component === id);
      return step === undefined
        ? version
        : (system.types[type ?? -1]?.versions.indexOf(step.to) ?? -1);
    });
    sum += ranksIn(system, state);
  }
  return sum;
}

/**
 * Where one can get to, one Component after the other: every state that is passed, and the end states in which a stage
 * may end.
 */
export interface Within {
  readonly states: readonly (readonly number[])[];
  readonly ends: readonly (readonly number[])[];
}

/** `mayMove`: what holds beside the tables, such as numbers written by hand. */
export function within(system: System, mayMove: MayMove = () => true): Within {
  const law = oracle(system);
  const states = new Map<string, readonly number[]>();
  const ends = new Map<string, readonly number[]>();
  const seen = new Set<string>();
  const open: { state: readonly number[]; moved: number }[] = [];
  const offer = (state: readonly number[], moved: number) => {
    const key = `${state.join()};${String(moved)}`;
    if (seen.has(key)) return;
    seen.add(key);
    states.set(state.join(), state);
    if (law.endName(state) !== null) ends.set(state.join(), state);
    open.push({ state, moved });
  };
  offer(
    system.components.map(({ start }) => start),
    0,
  );
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { state, moved } = next;
    if (law.endName(state) !== null) offer(state, 0);
    for (const [c, { type }] of system.components.entries()) {
      if ((moved & (1 << c)) !== 0 || !mayMove(state, [c], moved)) continue;
      const count = system.types[type]?.versions.length ?? 0;
      for (let to = 0; to < count; to += 1) {
        const moving = state.map((version, at) => (at === c ? to : version));
        if (!law.mayHop(c, state[c] ?? -1, to) || !law.isAcceptable(moving)) continue;
        offer(moving, moved | (1 << c));
      }
    }
  }
  return { states: [...states.values()], ends: [...ends.values()] };
}

/**
 * Whether there is any way to what is wanted: one in groups is also one Component after the other. Takes less than
 * looking for the least cost. Not where what can be installed depends on the way.
 */
export function hasWay(system: System): boolean {
  const wanted = system.components.map(({ type }) => system.types[type]?.target ?? -1).join();
  return within(system).ends.some((end) => end.join() === wanted);
}

/** For each end state that can be reached in so many stages what is least. */
function leastCosts(
  system: System,
  law: Oracle,
  stageLimit: number,
  mayMove: MayMove = () => true,
): ReadonlyMap<string, Vector> {
  const keyOf = (positions: Positions, moved: number, past: boolean) =>
    `${positions.join()};${String(moved)};${String(past)}`;
  const best = new Map<string, Vector>();
  const resting = new Map<string, Vector>();
  let wave: { positions: Positions; moved: number; past: boolean }[] = [];
  const offer = (positions: Positions, moved: number, past: boolean, cost: Vector) => {
    const key = keyOf(positions, moved, past);
    const before = best.get(key);
    if (before !== undefined && !isLess(cost, before)) return;
    best.set(key, cost);
    wave.push({ positions, moved, past });
    const state = versionsAt(system, positions);
    const rested = resting.get(state.join());
    if (rested !== undefined && !isLess(cost, rested)) return;
    if (moved === 0 && law.endName(state) !== null) resting.set(state.join(), cost);
  };
  offer(startOf(system), 0, false, [0, 0, 0, 0, 0]);
  while (wave.length > 0) {
    const now = wave;
    wave = [];
    for (const { positions, moved, past } of now) {
      const state = versionsAt(system, positions);
      const cost = best.get(keyOf(positions, moved, past)) ?? [0, 0, 0, 0, 0];
      if (moved !== 0 && law.endName(state) !== null) {
        const preference = cost[4] + ranksIn(system, state);
        offer(positions, 0, false, [cost[0], cost[1] + 1, cost[2], cost[3], preference]);
      }
      if (moved === 0 && cost[1] >= stageLimit) continue;
      for (const group of everyGroup(system, law, positions, moved)) {
        const movers = group.map(([c]) => c);
        if (!mayMove(state, movers, moved)) continue;
        const isFirm = group.some(([c]) => system.components[c]?.supportsRollback === false);
        const isPast = past || isFirm;
        const exposed = group.filter(([c]) => system.components[c]?.supportsRollback !== false);
        const next = [...positions];
        let nextMoved = moved;
        for (const [c, to] of group) {
          next[c] = to;
          nextMoved |= 1 << c;
        }
        offer(next, nextMoved, isPast, [
          cost[0] + group.length,
          cost[1],
          cost[2] + (isPast ? exposed.length : 0),
          cost[3] + 1,
          cost[4],
        ]);
      }
    }
  }
  return resting;
}

/** Every nonempty set of hops of Components not yet moved in the stage, to positions, safe in every subset. */
function everyGroup(
  system: System,
  law: Oracle,
  positions: Positions,
  moved: number,
): (readonly [number, number])[][] {
  let all: (readonly [number, number])[][] = [[]];
  for (const c of system.components.keys()) {
    if ((moved & (1 << c)) !== 0) continue;
    const hops = hopsFrom(system, c, positions[c] ?? -1);
    all = all.flatMap((group) => [group, ...hops.map((to) => [...group, [c, to] as const])]);
  }
  const state = versionsAt(system, positions);
  return all.filter(
    (group) =>
      group.length > 0 &&
      isSafe(
        system,
        law,
        state,
        group.map(([c, to]) => [c, versionAt(system, c, to)] as const),
      ),
  );
}

function isSafe(
  system: System,
  law: Oracle,
  state: readonly number[],
  group: readonly (readonly [number, number])[],
): boolean {
  const isTooWide = system.types.some(
    ({ maxParallel }, type) =>
      maxParallel !== null &&
      group.filter(([c]) => system.components[c]?.type === type).length > maxParallel,
  );
  const isTooMany = (system.limits ?? []).some(
    ({ components, most }) => group.filter(([c]) => components.includes(c)).length > most,
  );
  if (isTooWide || isTooMany) return false;
  for (let subset = 1; subset < 1 << group.length; subset += 1) {
    const next = [...state];
    for (const [bit, [c, to]] of group.entries()) if ((subset & (1 << bit)) !== 0) next[c] = to;
    if (!law.isAcceptable(next)) return false;
  }
  return true;
}

/** What is wrong with a plan; null: nothing. Walks it as a machine would, forwards and every way back. */
export function fault(system: System, plan: Plan): string | null {
  const law = oracle(system);
  let positions = startOf(system);
  let state = versionsAt(system, positions);
  const cost = { installs: 0, stages: plan.stages.length, exposure: 0, groups: 0 };
  let point: Plan["pointOfNoReturn"] = null;
  for (const [stageAt, stage] of plan.stages.entries()) {
    const moved = new Set<number>();
    let isPast = false;
    if (stage.groups.length === 0) return "an empty stage";
    for (const [groupAt, steps] of stage.groups.entries()) {
      if (steps.length === 0) return "an empty group";
      const group: (readonly [number, number])[] = [];
      for (const step of steps) {
        const c = system.components.findIndex(({ id }) => id === step.component);
        const component = system.components[c];
        const type = system.types[component?.type ?? -1];
        if (component === undefined || type === undefined) return "an unknown Component";
        if (type.name !== step.componentType) return "the wrong type";
        if (moved.has(c)) return "a Component twice in a stage";
        moved.add(c);
        if (type.versions[state[c] ?? -1] !== step.from) return "it is not at its from";
        const to = type.versions.indexOf(step.to);
        const next = hopsFrom(system, c, positions[c] ?? -1).find(
          (position) => versionAt(system, c, position) === to,
        );
        if (next === undefined) return "no Artifact for this hop";
        group.push([c, to]);
        positions = positions.with(c, next);
      }
      const order = group.map(([c]) => c);
      if (order.join() !== order.toSorted((a, b) => a - b).join()) return "not in Topology order";
      if (!isSafe(system, law, state, group)) return "a group with an unacceptable subset";
      // The way back: any part of the group may be done, and is undone in any order.
      isPast ||= group.some(([c]) => system.components[c]?.supportsRollback === false);
      if (isPast && point === null) point = { stage: stageAt, group: groupAt };
      cost.groups += 1;
      cost.installs += group.length;
      if (isPast) {
        cost.exposure += group.filter(
          ([c]) => system.components[c]?.supportsRollback !== false,
        ).length;
      }
      state = state.map((version, c) => group.find(([at]) => at === c)?.[1] ?? version);
    }
    const name = law.endName(state);
    if (name === null) return "a stage that ends in no end state";
    if (name !== stage.systemVersion) return "a stage with the wrong name";
  }
  const isWanted = system.components.every(
    ({ type }, c) => state[c] === system.types[type]?.target,
  );
  if (!isWanted) return "it does not end in the wanted state";
  if (JSON.stringify(cost) !== JSON.stringify(plan.cost)) return "the wrong cost";
  if (JSON.stringify(point) !== JSON.stringify(plan.pointOfNoReturn)) return "the wrong point";
  if (plan.optimal && JSON.stringify(plan.bound) !== JSON.stringify(plan.cost)) {
    return "a bound that is not the cost";
  }
  return null;
}

/**
 * Whether every way back stays acceptable: whatever part of a group is done when it fails, undone in any
 * order, and then the groups before it, each in any order.
 */
export function wayBackFault(system: System, plan: Plan): string | null {
  const law = oracle(system);
  let state = system.components.map((component) => component.start);
  for (const { groups } of plan.stages) {
    const undone: { before: readonly number[]; moves: readonly (readonly [number, number])[] }[] =
      [];
    for (const steps of groups) {
      const moves = steps.map((step) => {
        const c = system.components.findIndex(({ id }) => id === step.component);
        const versions = system.types[system.components[c]?.type ?? -1]?.versions ?? [];
        return [c, versions.indexOf(step.to)] as const;
      });
      undone.push({ before: state, moves });
      for (const { before, moves: made } of undone.toReversed()) {
        for (let subset = 0; subset < 1 << made.length; subset += 1) {
          const somewhere = before.map((version, c) => {
            const at = made.findIndex(([moved]) => moved === c);
            return at >= 0 && (subset & (1 << at)) !== 0 ? (made[at]?.[1] ?? -1) : version;
          });
          if (!law.isAcceptable(somewhere)) return `state ${somewhere.join()} on the way back`;
        }
      }
      state = state.map((version, c) => moves.find(([moved]) => moved === c)?.[1] ?? version);
    }
  }
  return null;
}
