import { defaultNodeLimit } from "../core/node-limit.ts";
import type { System, SystemState } from "../manifest/system.ts";
import { startingIn } from "./model/acceptable.ts";
import { arrange } from "./stage/arrange.ts";
import type { Budget } from "./model/budget.ts";
import { cohortsOf } from "./model/cohorts.ts";
import { at, planOf } from "./model/draft.ts";
import type { PlanOptions } from "./find-plan.ts";
import { heap } from "./model/heap.ts";
import { judge, type Judge } from "./constraints/judge.ts";
import type { Answer, Cost, Plan } from "./model/plan.ts";
import { clusterer, keyOf, type Moves, type Rest, restsIn } from "./search/rests.ts";
import { directMoves, isDirect, wantedState } from "./model/wanted.ts";

interface WayOutOptions extends PlanOptions {
  /** These may not stay at the version that they have; none if left out. */
  readonly leaving?: ReadonlySet<number>;
}

/**
 * The way from an observed state to an acceptable end state while the `frozen` Components stay as they
 * are: back to where the System started if that can be reached, else the nearest other end state, and the
 * wanted one last. One stage: it must be possible before anything is committed.
 */
export function findWayOut(
  system: System,
  state: SystemState,
  frozen: ReadonlySet<number>,
  options: WayOutOptions = {},
): Answer {
  const nodeLimit = options.nodeLimit ?? defaultNodeLimit;
  const stranded = withFrozen(startingIn(withoutOrder(system), state), frozen);
  // Nobody is told what allows its steps.
  const law: Judge = {
    ...judge(stranded),
    allowing: (groups) => groups.map((moves) => moves.map(() => [])),
  };
  if (!law.book.isWhole) return { kind: "undecided", nodes: nodeLimit };
  const old = startOf(system);
  const wanted = wantedState(system);
  const isOld = isState(old);
  const isWanted = isState(wanted);
  const leaving = [...(options.leaving ?? [])];
  const mayEndIn = (end: SystemState): boolean =>
    leaving.every((component) => at(end, component) !== at(state, component));
  const isOther = (end: SystemState): boolean => !isOld(end) && !isWanted(end) && mayEndIn(end);
  const budget = { left: nodeLimit };
  const plan =
    (mayEndIn(old) ? straightTo(stranded, law, old, budget) : null) ??
    nearest(stranded, law, isOther, budget) ??
    (mayEndIn(wanted) ? straightTo(stranded, law, wanted, budget) : null);
  if (plan !== null) {
    if (law.ends.isSure()) return { kind: "plan", plan };
    const bound = { installs: 0, stages: 0, exposure: 0, groups: 0 };
    return { kind: "plan", plan: { ...plan, optimal: false, bound } };
  }
  if (budget.left < 0 || !law.ends.isSure()) return { kind: "undecided", nodes: nodeLimit };
  return {
    kind: "no-plan",
    core: [],
    isReduced: false,
    reason: "No acceptable end state can be reached while the stuck Components stay as they are.",
    stuck: null,
  };
}

/** The stage to this end state, without a look at any other; null where there is none, or none within the budget. */
function straightTo(system: System, law: Judge, end: SystemState, budget: Budget): Plan | null {
  const start = startOf(system);
  if (law.endName(end) === null) return null;
  const moves = directMoves(start, end);
  if (moves.length === 0) return planOf(system, law, [], "proved");
  return moves.every((move) => isDirect(system, move))
    ? inOneStage(system, law, start, end, budget)
    : null;
}

/** The cheapest stage to one of these end states; null where there is none, or none within the budget. */
function nearest(
  system: System,
  law: Judge,
  isPreferred: (end: SystemState) => boolean,
  budget: Budget,
): Plan | null {
  const start = startOf(system);
  if (isPreferred(start) && law.endName(start) !== null) return planOf(system, law, [], "proved");
  let best: Plan | null = null;
  for (const { state, installs } of endsFrom(system, law, start, budget)) {
    if (budget.left < 0) break;
    if (!isPreferred(state)) continue;
    if (best !== null && installs > best.cost.installs) break;
    const plan = inOneStage(system, law, start, state, budget);
    if (plan !== null && (best === null || isLess(plan.cost, best.cost))) best = plan;
  }
  return best;
}

/** Of as many installs. */
function isLess(one: Cost, other: Cost): boolean {
  if (one.exposure !== other.exposure) return one.exposure < other.exposure;
  return one.groups < other.groups;
}

function inOneStage(
  system: System,
  law: Judge,
  start: SystemState,
  end: SystemState,
  budget: Budget,
): Plan | null {
  const arranged = arrange(system, law, start, end, budget, "best");
  if (arranged.kind !== "arranged") return null;
  const { groups, exposure, bound } = arranged;
  const isProved = bound.exposure === exposure && bound.groups === groups.length;
  const installs = groups.flat().length;
  return planOf(system, law, [groups], isProved ? "proved" : { installs, stages: 1, ...bound });
}

function startOf(system: System): SystemState {
  return system.components.map(({ start }) => start);
}

/** The end states that one stage may reach, those with the fewest installs first. */
function* endsFrom(
  system: System,
  law: Judge,
  start: SystemState,
  budget: Budget,
): Generator<Rest> {
  const cohorts = cohortsOf(system, law.peerage);
  // No goal is nearer than another: every install is one install.
  const moves: Moves = {
    cohorts,
    book: law.book,
    hops: cohorts.cohorts.map(({ hops }) => hops),
    distances: cohorts.cohorts.map(({ size }) => Array.from({ length: size }, () => 0)),
  };
  const seen = new Set<string>();
  const open = heap<{ readonly rest: Rest; readonly rests: Iterator<Rest, void> }>();
  const push = (rests: Iterator<Rest, void>) => {
    const next = rests.next();
    if (next.done !== true) open.push([next.value.installs], { rest: next.value, rests });
  };
  const clusters = clusterer(moves)(start);
  for (const box of law.ends.boxes) push(restsIn(moves, law.ends, box, start, clusters, budget));
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    const key = keyOf(cohorts, entry.rest.state);
    if (!seen.has(key)) yield entry.rest;
    seen.add(key);
    push(entry.rests);
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
      frozen.has(index) ? { ...component, hops: component.hops.map(() => []) } : component,
    ),
  };
}

function isState(one: SystemState): (other: SystemState) => boolean {
  return (other) => other.every((version, component) => version === at(one, component));
}
