import { assertNever } from "../core/assert-never.ts";
import type { System } from "../manifest/system.ts";
import { liftings, opening, stepConflict } from "./conflict/step-conflicts.ts";
import { type Opened, openedSystem, type OpenInstallsOf } from "./conflict/opened-installs.ts";
import { isTooWide, lawOf } from "./conflict/step-rules.ts";
import { type Farthest, farthestIn } from "./conflict/farthest-state.ts";
import { pathsTo } from "./conflict/step-paths.ts";
import { missingEndState } from "./conflict/refused-goal.ts";
import { type OrderReasons, orderReasons } from "./conflict/order-reasons.ts";
import type { Repair } from "./conflict/repair.ts";
import { type Core, openedBy, openedByEnds, repairs } from "./conflict/repairs.ts";
import { type Question, search } from "./conflict/step-search.ts";
import { nearestEnd, type NearestEnd } from "./conflict/nearest-end-state.ts";
import {
  isWrittenOverStones,
  openingAsWritten,
  whyNotTogether,
} from "./conflict/written-order-conflict.ts";
import { type Grounding, groundingOf } from "./constraints/grounding.ts";
import { writtenOrder } from "./stage/written-order.ts";
import type { Heard, SearchLimit } from "./model/budget.ts";
import type { Conflict, Nogood } from "./model/conflict.ts";
import type { Answer } from "./model/plan.ts";
import { wantedState } from "./model/wanted.ts";
import { type RestReason, restReasons } from "./rest-reasons.ts";

/** Why there is no plan. Components and versions by index. */
export interface WhyNot extends Conflict {
  readonly kind: "no-plan";
  /** How far one gets; null where that is not the question. */
  readonly farthest: Farthest | null;
  /** The end state next to the wanted one that can be reached. */
  readonly nearest: NearestEnd | "none" | "undecided";
  /** Single changes, each of which opens a way. */
  readonly repairs: readonly Repair[];
  /** False: not every single change was tried to its end. */
  readonly areRepairsComplete: boolean;
}

export type Explanation =
  | WhyNot
  | ({ readonly kind: "plan"; readonly rests: readonly RestReason[] } & OrderReasons)
  /** The answer itself has to do. */
  | { readonly kind: "unexplained"; readonly because: Unexplained };

/** Nothing was decided; some table has too many constraints to be taken apart; hops depend on the way. */
export type Unexplained = "undecided" | "too-wide" | "ways";

export interface ExplainOptions {
  /** How many states, and steps from them, each part of the explanation may look at. */
  readonly stepLimit?: number;
  /** False: the nearest end state is not looked for. */
  readonly tellsNearest?: boolean;
  /** Without it edges and depends are taken as they are, and not told among what is in the way. */
  readonly openInstalls?: OpenInstallsOf | undefined;
  readonly heard?: Heard | undefined;
}

/** Enough for real Manifests, and about a tenth of a second of work. */
const defaultStepLimit = 30_000;

/** Steps of a short explanation, times Components: a tenth of a second, or about as much as planning took. */
const shortEffort = 100_000;

/**
 * Why there is no plan, as far as that is found soon, without the nearest end state; null where there is one, or
 * nothing was found.
 */
export function explainInShort(
  system: System,
  answer: Answer,
  { nodeLimit, heard }: SearchLimit,
  openInstalls?: OpenInstallsOf,
): WhyNot | null {
  if (answer.kind !== "no-plan") return null;
  const steps = Math.ceil(shortEffort / Math.max(1, system.components.length));
  const stepLimit = Math.min(steps, nodeLimit, defaultStepLimit);
  const explained = explain(system, answer, {
    stepLimit,
    tellsNearest: false,
    openInstalls,
    heard,
  });
  return explained.kind === "no-plan" ? explained : null;
}

/** Why the planner answered as it did. */
export function explain(system: System, answer: Answer, options: ExplainOptions = {}): Explanation {
  const grounding = groundingOf(system);
  const { stepLimit: nodeLimit = defaultStepLimit, heard } = options;
  switch (answer.kind) {
    case "plan":
      if (isTooWide(system, grounding)) return { kind: "unexplained", because: "too-wide" };
      return {
        kind: "plan",
        ...orderReasons(system, answer.plan, grounding, heard),
        rests: restReasons(system, answer.plan, { nodeLimit, heard }),
      };
    case "undecided":
      return { kind: "unexplained", because: "undecided" };
    case "no-plan":
      if (isTooWide(system, grounding)) return { kind: "unexplained", because: "too-wide" };
      // It knows only hops that hold whatever the way: what it said to be out of reach might not be.
      if (system.components.some(({ ways }) => ways !== undefined))
        return { kind: "unexplained", because: "ways" };
      return withFurther(whyNot(system, grounding, answer.stuck !== null, options), answer);
    default:
      return assertNever(answer);
  }
}

/**
 * The rows that the search for a plan has met are told instead where only those could be reduced, or are known at all.
 */
function withFurther(why: WhyNot, { core, isIrreducible, isAlone }: Conflict): WhyNot {
  const isKnown = why.isIrreducible || why.core.some(({ kind }) => kind === "order");
  return isKnown || core.length === 0 ? why : { ...why, core, isIrreducible, isAlone };
}

function whyNot(
  system: System,
  grounding: Grounding,
  isStuck: boolean,
  { stepLimit = defaultStepLimit, tellsNearest = true, openInstalls, heard }: ExplainOptions,
): WhyNot {
  const limit = { nodeLimit: stepLimit, heard };
  const law = lawOf(system, grounding);
  const wanted = wantedState(system).map((version) => [version]);
  const paths = pathsTo(system, wanted);
  const asked = (): Question => ({
    system,
    law,
    paths,
    isLifted: () => false,
    budget: { left: limit.nodeLimit, heard: limit.heard },
  });
  const nearestBeside = (known: Iterable<number>) => {
    if (system.endTables.length === 0) return "none";
    return tellsNearest ? nearestEnd(system, law, limit, grounding, known) : "undecided";
  };
  const missing = missingEndState(system, grounding);
  if (missing !== null) return whyNoEndState(asked(), missing, nearestBeside([]));
  // Step by step a number waits for all lower ones to have what they want; over stepping stones it holds in each stage.
  if (!isStuck && isWrittenOverStones(system)) return whyNotWritten(system, limit);
  const searched = search(asked());
  const failed = searched.kind === "none" ? searched : null;
  const alone = new Set<number>();
  const against = searched.kind === "way" ? searched : opening(asked(), [], alone);
  // A way step by step, and still no plan: all of the order is written by hand, and puts together what must not be.
  if (against.kind === "way") return whyNotWritten(system, limit);
  const used = against.kind === "none" ? against.used : failed?.used;
  if (used === undefined && writtenOrder(system) === "all") return whyNotWritten(system, limit);
  const opened = openInstalls === undefined ? null : openedSystem(system, openInstalls);
  const amongAll = opened === null ? null : coreAmongAll(opened, grounding, limit);
  const core = amongAll ?? (used === undefined ? notFound : coreOf(asked, used, alone));
  // What closes installs is then not among the changes that were tried.
  const isAllTried = opened === null || (amongAll !== null && opened.isWhole);
  const changes = repairs(asked(), core, failed, opened);
  const known = openingAsWritten(system, changes.repairs, limit);
  return {
    kind: "no-plan",
    core: core.nogoods,
    isIrreducible: core.isIrreducible,
    isAlone: true,
    farthest: searched.kind === "way" ? null : farthestIn(asked(), searched),
    // What forbids the wanted end state mostly forbids others, too.
    nearest: nearestBeside(used ?? []),
    repairs: known ?? [],
    areRepairsComplete: changes.isComplete && known !== null && isAllTried,
  };
}

type ReducedCore = Core & { readonly isIrreducible: boolean };

const notFound: ReducedCore = {
  nogoods: [],
  opening: [],
  isComplete: true,
  isIrreducible: false,
};

/** `used`: nogoods that forbid every way together; `alone`: those of them that are known to open one. */
function coreOf(
  asked: () => Question,
  used: ReadonlySet<number>,
  alone: ReadonlySet<number>,
): ReducedCore {
  const { law } = asked();
  const lifted = liftings(asked(), used, alone);
  const { nogoods, isIrreducible } = stepConflict(asked(), used, lifted.opening);
  return {
    nogoods: nogoods.map(law.nogood),
    opening: nogoods.filter((number) => lifted.opening.has(number)).map(law.nogood),
    isComplete: lifted.isComplete,
    isIrreducible,
  };
}

/** Among the rules and what closes installs; null where none were found within the limit. */
function coreAmongAll(
  opened: Opened,
  grounding: Grounding,
  { nodeLimit, heard }: SearchLimit,
): ReducedCore | null {
  const { system } = opened;
  const law = lawOf(system, grounding, opened);
  const paths = pathsTo(
    system,
    wantedState(system).map((version) => [version]),
  );
  const asked = (): Question => ({
    system,
    law,
    paths,
    isLifted: () => false,
    budget: { left: nodeLimit, heard },
  });
  const alone = new Set<number>();
  const against = opening(asked(), [], alone);
  return against.kind === "none" ? coreOf(asked, against.used, alone) : null;
}

function whyNoEndState(question: Question, nogood: Nogood, nearest: WhyNot["nearest"]): WhyNot {
  const { system } = question;
  const state = wantedState(system);
  const change: Repair =
    nogood.kind === "row" ? { kind: "say-yes", nogood } : { kind: "add-end-state", state };
  const tried = openedBy(question, [change]);
  const ended = tried.repairs.length > 0 ? tried : openedByEnds(question);
  return {
    kind: "no-plan",
    core: [nogood],
    isIrreducible: true,
    isAlone: true,
    farthest: null,
    nearest,
    repairs: ended.repairs,
    areRepairsComplete: tried.isComplete && ended.isComplete,
  };
}

function whyNotWritten(system: System, limit: SearchLimit): WhyNot {
  const { nogoods, isIrreducible, repairs: opened } = whyNotTogether(system, limit);
  return {
    kind: "no-plan",
    core: nogoods,
    isIrreducible,
    isAlone: true,
    farthest: null,
    // What is reached step by step may be out of reach for what is put together.
    nearest: "undecided",
    repairs: opened,
    areRepairsComplete: false,
  };
}
