import type { System, SystemState } from "../manifest/system.ts";
import { type Budget, spend } from "./budget.ts";
import { type Distances, distances } from "./distances.ts";
import { at } from "./draft.ts";
import type { Law } from "./explain-law.ts";

/** Is there any way at all, however dear, where some of the bans are lifted? */
export interface Question {
  readonly system: System;
  readonly law: Law;
  /** For each Component the versions it may end in. */
  readonly goals: readonly (readonly number[])[];
  /** Which states of these are an end of the way; every end state unless said. */
  readonly isGoal?: (state: SystemState) => boolean;
  readonly isLifted: (ban: number) => boolean;
  /** In states. */
  readonly budget: Budget;
}

/** Where one has got to: the installs so far, the last one first. */
export interface Reached {
  readonly state: SystemState;
  readonly component: number | null;
  readonly before: Reached | null;
  /** Installs that are left to be done at the least. */
  readonly left: number;
}

export type Found =
  | { readonly kind: "way"; readonly last: Reached }
  | {
      readonly kind: "none";
      /** The bans that stood in the way: with no others there is no way either. */
      readonly used: ReadonlySet<number>;
      readonly farthest: Reached;
      /** Where a stage could not end, for want of an end state. */
      readonly refusedRests: readonly SystemState[];
    }
  | { readonly kind: "undecided" };

interface Node {
  readonly reached: Reached;
  /** Installed in this stage. */
  readonly moved: readonly boolean[];
}

/**
 * Step by step: an order group can always be made one after the other. A step that goes with all that may
 * still come is taken at once, for no way is lost by it.
 */
export function search(question: Question): Found {
  const { system, law, goals, isLifted, budget } = question;
  const isGoal = question.isGoal ?? law.isEndState;
  const left = distances(system, goals);
  const start = system.components.map((component) => component.start);
  const leftIn = (state: SystemState) =>
    state.reduce((sum, version, component) => sum + (left[component]?.[version] ?? Infinity), 0);
  const used = new Set<number>();
  const refusedRests = new Map<string, SystemState>();
  const isSafe = safety(question, left);
  const keyOf = keys(system);
  const first = { state: start, component: null, before: null, left: leftIn(start) };
  let farthest: Reached = first;
  const open: Node[] = [{ reached: first, moved: start.map(() => false) }];
  const seen = new Set(open.map(keyOf));
  const push = (node: Node) => {
    const key = keyOf(node);
    if (seen.has(key)) return;
    seen.add(key);
    open.push(node);
  };
  for (let index = 0; index < open.length; index += 1) {
    const node = at(open, index);
    const { reached, moved } = node;
    const { state } = reached;
    if (!spend(budget, 1)) return { kind: "undecided" };
    if (reached.left === 0 && isGoal(state)) return { kind: "way", last: reached };
    if (reached.left < farthest.left) farthest = reached;
    const steps: Node[] = [];
    let safe: Node | null = null;
    for (const [component, { hops }] of system.components.entries()) {
      if (moved[component] === true || safe !== null) continue;
      for (const version of hops[at(state, component)] ?? []) {
        if (left[component]?.[version] === Infinity) continue;
        const objections = law.objections(state, component, version);
        const standing = objections.find((bans) => !bans.some(isLifted));
        if (standing !== undefined) {
          for (const ban of standing) used.add(ban);
          continue;
        }
        const next = state.with(component, version);
        const step = {
          reached: { state: next, component, before: reached, left: leftIn(next) },
          moved: moved.with(component, true),
        };
        steps.push(step);
        if (isSafe?.(state, component, version) === true) safe = step;
      }
    }
    if (safe !== null) {
      push(safe);
      continue;
    }
    for (const step of steps) push(step);
    // Where each moves once, a second stage opens nothing.
    if (isSafe !== null || !moved.includes(true)) continue;
    if (isLifted(law.rest) || law.isEndState(state)) {
      push({ reached, moved: moved.map(() => false) });
    } else {
      used.add(law.rest);
      refusedRests.set(state.join(), state);
    }
  }
  return { kind: "none", used, farthest, refusedRests: [...refusedRests.values()] };
}

/** Components that nothing tells apart are the same in every order. */
function keys(system: System): (node: Node) => string {
  const named = new Set(
    [...system.endTables, ...system.transitionTables].flatMap(({ columns }) =>
      columns.flatMap(({ component }) => component ?? []),
    ),
  );
  const groups = new Map<string, number[]>();
  for (const [index, { type, start, hops }] of system.components.entries()) {
    const key = named.has(index) ? String(index) : JSON.stringify([type, start, hops]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [index]);
    else group.push(index);
  }
  const lists = [...groups.values()];
  return ({ reached: { state }, moved }) =>
    lists
      .map((group) =>
        group
          .map((one) => at(state, one) * 2 + (moved[one] === true ? 1 : 0))
          .toSorted((a, b) => a - b)
          .join(),
      )
      .join(";");
}

/**
 * Whether a Component may take the version at once, where each moves at most once: it goes with every
 * version that the others can have from here on. Null: some may move twice, and stages matter.
 */
function safety(
  { system, law, goals, isLifted }: Question,
  left: Distances,
): ((state: SystemState, component: number, version: number) => boolean) | null {
  const hops = system.components.map((component, index) =>
    component.hops.map((targets) => targets.filter((to) => left[index]?.[to] !== Infinity)),
  );
  const isOnce = system.components.every(({ start }, index) => {
    const targets = at(hops, index)[start] ?? [];
    return targets.every((to) => hops[index]?.[to]?.length === 0);
  });
  if (!isOnce) return null;
  return (state, component, version) => {
    const { type } = at(system.components, component);
    const isFinal = goals[component]?.includes(version) === true;
    if (!isFinal || at(system.types, type).target !== version) return false;
    const options = state.map((now, one) => [now, ...(hops[one]?.[now] ?? [])]);
    return law.goesWithAll(options.with(component, [version]), component, isLifted);
  };
}
