import type { System, SystemState } from "../../src/manifest/system.ts";
import type { Distances } from "../../src/planner/distances.ts";
import { after, at, canGoBack, type Draft, during, type Move } from "../../src/planner/draft.ts";
import { heap } from "../../src/planner/heap.ts";
import type { Judge } from "../../src/planner/judge.ts";

export type Found =
  | { readonly kind: "draft"; readonly draft: Draft }
  | { readonly kind: "none" }
  | { readonly kind: "undecided"; readonly nodes: number };

export interface Question {
  readonly system: System;
  readonly judge: Judge;
  /** Fewest installs of each Component to where the search may end. */
  readonly distances: Distances;
  /** Whether the search may end in this state. */
  readonly isGoal: (state: SystemState) => boolean;
  /** Whether a stage may end in it. */
  readonly mayRest: (state: SystemState) => boolean;
  /** Whether these moves may be made from this state, whatever the tables say. */
  readonly mayMove: (state: SystemState, moves: readonly Move[]) => boolean;
  readonly nodeLimit: number;
}

/** Somewhere in a plan: the versions, and what the open stage has done so far. */
interface Node {
  readonly state: SystemState;
  readonly moved: readonly boolean[];
  /** The open stage has a step that cannot be undone. */
  readonly isPast: boolean;
  /** The open stage has rebooted the host. */
  readonly hasRebooted: boolean;
  readonly spent: Spent;
  readonly parent: Node | null;
  /** How it was reached; null ends a stage. */
  readonly group: readonly Move[] | null;
}

/** Installs, stages, exposure, groups; then groups that reboot the host, then steps behind the first of them. */
type Spent = readonly [number, number, number, number, number, number];

/** The cheapest plan, by best-first search over whole states: exact, and slow where many moves are free. */
export function search(question: Question): Found {
  const { system, isGoal, nodeLimit } = question;
  const start = system.components.map((component) => component.start);
  const first: Node = {
    state: start,
    moved: start.map(() => false),
    isPast: false,
    hasRebooted: false,
    spent: [0, 0, 0, 0, 0, 0],
    parent: null,
    group: null,
  };
  const open = heap<Node>();
  const push = (node: Node) => {
    const rank = rankOf(question, node);
    if (rank !== null) open.push(rank, node);
  };
  push(first);
  const done = new Set<string>();
  let nodes = 0;
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const isResting = !node.moved.includes(true);
    if (isResting && isGoal(node.state)) return { kind: "draft", draft: draftTo(node) };
    const key = keyOf(node);
    if (done.has(key)) continue;
    done.add(key);
    if (!isResting && question.mayRest(node.state)) push(rested(node));
    for (const group of groupsFrom(question, node)) {
      nodes += 1;
      if (nodes > nodeLimit) return { kind: "undecided", nodes: nodeLimit };
      push(advanced(system, node, group));
    }
  }
  return { kind: "none" };
}

function keyOf({ state, moved, isPast, hasRebooted }: Node): string {
  return `${state.join()}/${moved.map(Number).join("")}/${Number(isPast)}${Number(hasRebooted)}`;
}

/** What is spent and what is still needed at the least; null where the goal is out of reach. */
function rankOf({ distances }: Question, { state, moved, spent }: Node): readonly number[] | null {
  let installs = 0;
  let stages = moved.includes(true) ? 1 : 0;
  for (const [component, version] of state.entries()) {
    const distance = distances[component]?.[version] ?? Infinity;
    if (distance === Infinity) return null;
    installs += distance;
    const isSpent = moved[component] === true && distance > 0;
    stages = Math.max(stages, distance + (isSpent ? 1 : 0));
  }
  const [spentInstalls, spentStages, ...others] = spent;
  return [spentInstalls + installs, spentStages + stages, ...others];
}

function rested(node: Node): Node {
  const [installs, stages, ...others] = node.spent;
  return {
    state: node.state,
    moved: node.moved.map(() => false),
    isPast: false,
    hasRebooted: false,
    spent: [installs, stages + 1, ...others],
    parent: node,
    group: null,
  };
}

function advanced(system: System, node: Node, group: readonly Move[]): Node {
  const moved = [...node.moved];
  for (const { component } of group) moved[component] = true;
  const isPast = node.isPast || group.some((move) => !canGoBack(system, move));
  const reboots = group.some(({ component }) => at(system.components, component).rebootsHost);
  const [installs, stages, exposure, groups, rebooting, behind] = node.spent;
  const exposed = isPast ? group.filter((move) => canGoBack(system, move)).length : 0;
  return {
    state: after(node.state, group),
    moved,
    isPast,
    hasRebooted: node.hasRebooted || reboots,
    spent: [
      installs + group.length,
      stages,
      exposure + exposed,
      groups + 1,
      rebooting + Number(reboots),
      behind + (node.hasRebooted ? group.length : 0),
    ],
    parent: node,
    group,
  };
}

/** Every order group that may come next: each subset of it leads to an acceptable state. */
function* groupsFrom(question: Question, { state, moved }: Node): Generator<readonly Move[]> {
  const { system, judge, distances, mayMove } = question;
  const room = system.types.map(({ maxParallel }) => maxParallel ?? Infinity);
  function* extend(component: number, group: readonly Move[]): Generator<readonly Move[]> {
    const candidate = system.components[component];
    if (candidate === undefined) {
      if (group.length > 0) yield group;
      return;
    }
    const { type, hops } = candidate;
    const from = at(state, component);
    if (moved[component] !== true && at(room, type) > 0) {
      room[type] = at(room, type) - 1;
      for (const to of byVersion(system, type, hops[from] ?? [])) {
        const larger = [...group, { component, from, to }];
        if (distances[component]?.[to] === Infinity || !mayMove(state, larger)) continue;
        if (judge.objection(during(state, larger)) !== null) continue;
        yield* extend(component + 1, larger);
      }
      room[type] = at(room, type) + 1;
    }
    yield* extend(component + 1, group);
  }
  yield* extend(0, []);
}

/** By name, so that the order in which a file names versions leaves no trace. */
function byVersion(system: System, type: number, versions: readonly number[]): readonly number[] {
  const names = at(system.types, type).versions;
  return versions.toSorted((a, b) => (at(names, a) < at(names, b) ? -1 : 1));
}

function draftTo(last: Node): Draft {
  const stages: (readonly Move[])[][] = [];
  for (let node: Node | null = last; node !== null; node = node.parent) {
    if (node.group !== null) stages.at(-1)?.push(node.group);
    else if (node.parent !== null) stages.push([]);
  }
  return stages.toReversed().map((groups) => groups.toReversed());
}
