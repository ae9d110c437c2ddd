import { defaultNodeLimit } from "../core/node-limit.ts";
import { startState } from "../manifest/system-state.ts";
import type { System, SystemComponent, SystemState } from "../manifest/system.ts";
import { arranging } from "./stage/arrange.ts";
import {
  type Budget,
  isStepOver,
  type SearchLimit,
  spend,
  type Steps,
  toItsEnd,
} from "./model/budget.ts";
import { symmetryClassesOf } from "./model/symmetry-classes.ts";
import { at } from "./model/moves.ts";
import { planOf } from "./plan-of.ts";
import type { PlanOptions } from "./find-plan.ts";
import { type Places, standing } from "./model/standing.ts";
import { priorityQueue } from "./model/priority-queue.ts";
import { endStateBudget } from "./constraints/end-state-satisfiability.ts";
import { type Grounding, groundingOf } from "./constraints/grounding.ts";
import { acceptabilityOf, type Acceptability } from "./constraints/acceptability.ts";
import type { Answer, Plan } from "./model/plan.ts";
import { preferenceIn, ranksOf } from "./model/preference.ts";
import { compareCosts } from "./model/costs.ts";
import {
  classesByVersion,
  keyOf,
  type Moves,
  skippedInStep,
  type Successor,
  successorsIn,
} from "./search/successors.ts";
import { directMoves, isDirect, wantedState } from "./model/wanted.ts";

interface WayOutOptions extends PlanOptions {
  /** These may not stay at the version that they have; none if left out. */
  readonly leaving?: ReadonlySet<number>;
  /** Where on their ways the Components are; left out: nobody knows. */
  readonly places?: Places;
  /** Of the tables, where they are at hand. */
  readonly grounding?: Grounding;
}

/**
 * The way from an observed state to an acceptable end state while the `frozen` Components stay as they
 * are: back to where the System started if that can be reached, else the nearest other end state, and the
 * wanted one last. One stage: it must be possible before anything is committed.
 */
export function findWayOut(...asked: Parameters<typeof findingWayOut>): Answer {
  return toItsEnd(findingWayOut(...asked));
}

/** The same step by step. */
export function* findingWayOut(
  system: System,
  state: SystemState,
  frozen: ReadonlySet<number>,
  {
    nodeLimit = defaultNodeLimit,
    heard,
    leaving = new Set(),
    places = [],
    grounding = groundingOf(system),
  }: WayOutOptions = {},
): Steps<Answer> {
  const free = withFrozen(withoutOrder(system), frozen);
  const ask = (stranded: System): Steps<Answer> =>
    wayOutOf(stranded, grounding, { old: startState(system), leaving, nodeLimit, heard });
  const strict = standing(free, state, places, "every");
  const answer = yield* ask(strict.system);
  if (strict.isExact || answer.kind === "undecided") return answer;
  // Which of its places a Component stands in is not known: from one of them there may be a way, or a better one.
  if (answer.kind === "plan") return notProvedBest(answer.plan);
  const loose = yield* ask(standing(free, state, places, "some").system);
  return loose.kind === "no-plan" ? loose : { kind: "undecided", nodes: nodeLimit };
}

interface Goals extends SearchLimit {
  readonly old: SystemState;
  readonly leaving: ReadonlySet<number>;
}

/** From where a System is whose hops do not depend on the way. */
function* wayOutOf(
  stranded: System,
  grounding: Grounding,
  { old, leaving, nodeLimit, heard }: Goals,
): Steps<Answer> {
  const endStatesLeft = endStateBudget();
  // Nobody is told what allows its steps.
  const acceptability: Acceptability = {
    ...acceptabilityOf(stranded, grounding, endStatesLeft),
    allowing: (groups) => groups.map((moves) => moves.map(() => [])),
  };
  if (!acceptability.network.isWhole) return { kind: "undecided", nodes: nodeLimit };
  const state = startState(stranded);
  const wanted = wantedState(stranded);
  const isOld = isState(old);
  const isWanted = isState(wanted);
  const mayEndIn = (end: SystemState): boolean =>
    [...leaving].every((component) => at(end, component) !== at(state, component));
  const isOther = (end: SystemState): boolean => !isOld(end) && !isWanted(end) && mayEndIn(end);
  const budget = { left: nodeLimit, heard };
  const plan =
    (mayEndIn(old) ? yield* straightTo(stranded, acceptability, old, budget) : null) ??
    (yield* nearest(stranded, acceptability, isOther, budget)) ??
    (mayEndIn(wanted) ? yield* straightTo(stranded, acceptability, wanted, budget) : null);
  if (plan !== null) return endStatesLeft.isExceeded ? notProvedBest(plan) : { kind: "plan", plan };
  if (budget.left < 0 || endStatesLeft.isExceeded) return { kind: "undecided", nodes: nodeLimit };
  return {
    kind: "no-plan",
    core: [],
    isIrreducible: false,
    isAlone: false,
    reason: "No acceptable end state can be reached while the stuck Components stay as they are.",
    stuck: null,
  };
}

function notProvedBest(plan: Plan): Answer {
  const bound = { installs: 0, stages: 0, exposure: 0, groups: 0 };
  return { kind: "plan", plan: { ...plan, optimal: false, bound } };
}

/** The stage to this end state, without a look at any other; null where there is none, or none within the budget. */
function* straightTo(
  system: System,
  acceptability: Acceptability,
  end: SystemState,
  budget: Budget,
): Steps<Plan | null> {
  const start = startState(system);
  if (acceptability.endName(end) === null) return null;
  const moves = directMoves(start, end);
  if (moves.length === 0) return planOf(system, acceptability, [], "proved");
  return moves.every((move) => isDirect(system, move))
    ? yield* inOneStage(system, acceptability, start, end, budget)
    : null;
}

/**
 * The cheapest stage to one of these end states, of equal ones to that which is preferred; null where there is none, or
 * none within the budget.
 */
function* nearest(
  system: System,
  acceptability: Acceptability,
  mayEndIn: (end: SystemState) => boolean,
  budget: Budget,
): Steps<Plan | null> {
  const start = startState(system);
  if (mayEndIn(start) && acceptability.endName(start) !== null)
    return planOf(system, acceptability, [], "proved");
  let best: { readonly plan: Plan; readonly preference: number } | null = null;
  for (const end of endsFrom(system, acceptability, start, budget)) {
    if (budget.left < 0) break;
    if (end === null || isStepOver(budget)) yield;
    if (end === null || !mayEndIn(end.state)) continue;
    const { state, installs } = end;
    if (best !== null && installs > best.plan.cost.installs) break;
    const plan = yield* inOneStage(system, acceptability, start, state, budget);
    if (plan === null) continue;
    const preference = preferenceIn(system, state);
    const less = best === null ? -1 : compareCosts(plan.cost, best.plan.cost);
    if (best === null || less < 0 || (less === 0 && preference < best.preference))
      best = { plan, preference };
  }
  return best?.plan ?? null;
}

function* inOneStage(
  system: System,
  acceptability: Acceptability,
  start: SystemState,
  end: SystemState,
  budget: Budget,
): Steps<Plan | null> {
  const arranged = yield* arranging(system, acceptability, start, end, budget, "best");
  if (arranged.kind !== "arranged") return null;
  const { groups, exposure, bound } = arranged;
  const isProved = bound.exposure === exposure && bound.groups === groups.length;
  const installs = groups.flat().length;
  return planOf(
    system,
    acceptability,
    [groups],
    isProved ? "proved" : { installs, stages: 1, ...bound },
  );
}

/** The end states that one stage may reach, those with the fewest installs first; null is a pause. */
function* endsFrom(
  system: System,
  acceptability: Acceptability,
  start: SystemState,
  budget: Budget,
): Generator<Successor | null, void> {
  const symmetryClasses = symmetryClassesOf(system, acceptability.tableClasses);
  // No goal is nearer than another: every install is one install.
  const moves: Moves = {
    symmetryClasses,
    network: acceptability.network,
    hops: symmetryClasses.classes.map(({ hops }) => hops),
    distances: symmetryClasses.classes.map(({ size }) => Array.from({ length: size }, () => 0)),
    ranks: ranksOf(system, symmetryClasses),
  };
  const seen = new Set<string>();
  const open = priorityQueue<{
    readonly successor: Successor;
    readonly successors: Iterator<Successor | null, void>;
  }>();
  const push = function* (successors: Iterator<Successor | null, void>): Generator<null, void> {
    for (let next = successors.next(); next.done !== true; next = successors.next()) {
      if (next.value !== null) {
        open.push([next.value.installs], { successor: next.value, successors });
        return;
      }
      yield null;
    }
  };
  const classesAtVersion = classesByVersion(moves)(start);
  for (const box of acceptability.ends.boxes) {
    spend(budget, 1);
    if (isStepOver(budget)) yield null;
    yield* push(successorsIn(moves, acceptability.ends, box, start, classesAtVersion, budget));
  }
  let skipped = 0;
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    const key = keyOf(symmetryClasses, entry.successor.state);
    if (!seen.has(key)) {
      seen.add(key);
      yield entry.successor;
    } else {
      // Boxes may have very many in common.
      skipped += 1;
      if (skipped % skippedInStep === 0) yield null;
    }
    yield* push(entry.successors);
  }
}

/** The order written for the way there says nothing about the way back. */
function withoutOrder(system: System): System {
  return { ...system, types: system.types.map((type) => ({ ...type, order: null })) };
}

function withFrozen(system: System, frozen: ReadonlySet<number>): System {
  return {
    ...system,
    components: system.components.map((component, index) =>
      frozen.has(index) ? immovable(component) : component,
    ),
  };
}

function immovable({ ways: _, ...component }: SystemComponent): SystemComponent {
  return { ...component, hops: component.hops.map(() => []) };
}

function isState(one: SystemState): (other: SystemState) => boolean {
  return (other) => other.every((version, component) => version === at(one, component));
}
