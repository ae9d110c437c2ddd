import { startState } from "../../manifest/system-state.ts";
import type { System, SystemState } from "../../manifest/system.ts";
import { type Budget, spend } from "../model/budget.ts";
import { at } from "../model/moves.ts";
import type { Paths } from "./step-paths.ts";
import { bucketQueue } from "../model/bucket-queue.ts";
import type { Law } from "./step-rules.ts";

/** Is there any way at all, however dear, where some of the nogoods are lifted? */
export interface Question {
  readonly system: System;
  readonly law: Law;
  /** To the versions that each Component may end in. */
  readonly paths: Paths;
  /** Which states of these are an end of the way; every end state unless said. */
  readonly isGoal?: (state: SystemState) => boolean;
  readonly isLifted: (nogood: number) => boolean;
  /** In states, and in steps from them. */
  readonly budget: Budget;
}

/** Where one has got to: the installs so far, the last one first. */
export interface Reached {
  readonly state: SystemState;
  /** Null: a stage begins here. */
  readonly component: number | null;
  readonly before: Reached | null;
  /** Installs that are left to be done at the least. */
  readonly left: number;
}

export interface None {
  readonly kind: "none";
  /** The nogoods that stood in the way: with no others there is no way either. */
  readonly used: ReadonlySet<number>;
  readonly farthest: Reached;
  /** Where a stage could not end, for want of an end state. */
  readonly refusedRests: readonly SystemState[];
}

export type Found =
  | { readonly kind: "way"; readonly last: Reached }
  | None
  | { readonly kind: "undecided"; readonly farthest: Reached };

interface Node {
  readonly reached: Reached;
  /** Installed in this stage. */
  readonly moved: readonly boolean[];
  /** Of the steps from here, which one is the next to be looked at. */
  readonly position: number;
}

/**
 * Step by step: an order group can always be made one after the other. Where least is left to be done is gone
 * on first. A step that goes with all that may still come is taken at once, for no way is lost by it.
 */
export function search(question: Question): Found {
  const { system, law, paths, isLifted, budget } = question;
  const isGoal = question.isGoal ?? law.isEndState;
  const start = startState(system);
  const unmoved = start.map(() => false);
  const left = start.reduce((sum, now, component) => sum + (paths.left[component]?.[now] ?? 0), 0);
  let farthest: Reached = { state: start, component: null, before: null, left };
  const used = new Set<number>();
  const refusedRests = new Map<string, SystemState>();
  const step = stepper(question, used);
  const keyOf = keys(paths);
  const seen = new Set<string>();
  const open = bucketQueue<() => Node>();
  const first = { reached: farthest, moved: unmoved, position: 0 };
  open.push(rank(left), () => first);
  for (let make = open.pop(); make !== undefined; make = open.pop()) {
    const node = make();
    const { reached, moved } = node;
    if (!spend(budget, 1)) return { kind: "undecided", farthest };
    if (node.position === 0) {
      const key = keyOf(reached.state, moved);
      if (seen.has(key)) continue;
      seen.add(key);
      if (reached.left === 0 && isGoal(reached.state)) return { kind: "way", last: reached };
      if (reached.left < farthest.left) farthest = reached;
    }
    const taken = step(node);
    for (const one of taken.steps) open.push(rank(one.left), one.make);
    if (taken.position !== null) {
      const { position } = taken;
      const late = position < start.length ? 0 : 1;
      open.push(rank(reached.left) + late, () => ({ reached, moved, position }));
    }
    if (!taken.isRest) continue;
    if (law.isEndState(reached.state)) {
      const rested = { ...reached, component: null, before: reached };
      open.push(rank(reached.left), () => ({ reached: rested, moved: unmoved, position: 0 }));
    } else if (!isLifted(law.rest)) {
      used.add(law.rest);
      refusedRests.set(reached.state.join(), reached.state);
    }
  }
  if (!law.isSure()) return { kind: "undecided", farthest };
  return { kind: "none", used, farthest, refusedRests: [...refusedRests.values()] };
}

/** What is left of a way that leads nowhere is no number: there it does not matter which comes first. */
function rank(left: number): number {
  return Number.isFinite(left) ? 2 * left : 0;
}

interface Taken {
  readonly steps: readonly { readonly left: number; readonly make: () => Node }[];
  /** Where to go on with the steps that were not looked at; null: they need not be. */
  readonly position: number | null;
  /** Whether it would be worth ending the stage here. */
  readonly isRest: boolean;
}

/** Looks at the steps from a node until there is one to go on with. `used`: takes up the nogoods that refuse some. */
function stepper(question: Question, used: Set<number>): (node: Node) => Taken {
  const { system, law, paths, isLifted, budget } = question;
  const count = system.components.length;
  // Without that nogood stages are nothing: each Component moves as often as it likes.
  const isFree = isLifted(law.rest);
  const isSafe = paths.isOnce || isFree ? safety(question) : null;
  const taking = ({ reached, moved }: Node, component: number, version: number) => {
    const own = at(paths.left, component);
    const left = reached.left - at(own, at(reached.state, component)) + at(own, version);
    const make = (): Node => ({
      reached: { state: reached.state.with(component, version), component, before: reached, left },
      moved: isFree ? moved : moved.with(component, true),
      position: 0,
    });
    return { left, make };
  };
  return (node) => {
    const { state, component: last } = node.reached;
    const steps: Taken["steps"][number][] = [];
    for (let { position } = node; position < 2 * count; position += 1) {
      // Where each waits for the one before it, the next one is the one that may go.
      const component = ((last ?? -1) + 1 + position) % count;
      if (node.moved[component] === true) continue;
      const hops = position < count ? paths.nearer : paths.others;
      for (const version of hops[component]?.[at(state, component)] ?? []) {
        spend(budget, 1);
        const standing = law.refusal(state, component, version, isLifted);
        if (standing !== null) {
          for (const nogood of standing) used.add(nogood);
          continue;
        }
        const one = taking(node, component, version);
        if (isSafe?.(state, component, version) === true)
          return { steps: [one], position: null, isRest: false };
        steps.push(one);
      }
      // The others can wait until this one was gone on with, but where a safe one is looked for.
      if (steps.length > 0 && !paths.isOnce)
        return { steps, position: position + 1, isRest: false };
    }
    // Where each moves once, a second stage opens nothing.
    return { steps, position: null, isRest: isSafe === null && node.moved.includes(true) };
  };
}

/** Components that nothing tells apart are the same in every order. */
function keys({
  alike,
  isNarrow,
}: Paths): (state: SystemState, moved: readonly boolean[]) => string {
  return (state, moved) => {
    const codes = state.map((version, one) => version * 2 + (moved[one] === true ? 1 : 0));
    for (const group of alike) {
      const sorted = group.map((one) => at(codes, one)).toSorted((a, b) => a - b);
      for (const [place, one] of group.entries()) codes[one] = at(sorted, place);
    }
    // Each as one character, where that holds it.
    return isNarrow ? String.fromCharCode(...codes) : codes.join();
  };
}

/**
 * Whether a Component may take the version that it wants at once, where it matters not in which stage: it goes
 * with every version that the others can have from here on.
 */
function safety({
  system,
  law,
  paths: { goals, further },
  isLifted,
}: Question): (state: SystemState, component: number, version: number) => boolean {
  return (state, component, version) => {
    const { type } = at(system.components, component);
    // Where it may end in another version, too, perhaps only the other one makes the state an end of the way.
    const isFinal = goals[component]?.length === 1 && goals[component].includes(version);
    if (!isFinal || at(system.types, type).target !== version) return false;
    const optionsOf = (one: number) =>
      one === component ? [version] : at(at(further, one), at(state, one));
    return law.goesWithAll(optionsOf, component, isLifted);
  };
}
