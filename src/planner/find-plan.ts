import type { System, SystemState } from "../manifest/system.ts";
import { distances } from "./distances.ts";
import { at, type Draft, type Move, planOf } from "./draft.ts";
import { firstObjection, groupsByOrder, keepsOrder, orderUse, wantedOf } from "./hand-written.ts";
import { judge, type Judge } from "./judge.ts";
import { core } from "./core.ts";
import { sentence } from "./no-plan.ts";
import type { Answer } from "./plan.ts";
import { search, type Found } from "./search.ts";

export interface PlanOptions {
  /** How many nodes may be searched; after them the answer is "undecided". */
  readonly nodeLimit?: number;
}

/** Enough for every real Manifest, and about a second of work. */
export const defaultNodeLimit = 300_000;

/** The best plan from where the System is to what its types want, or why there is none. */
export function findPlan(system: System, options: PlanOptions = {}): Answer {
  const nodeLimit = options.nodeLimit ?? defaultNodeLimit;
  const start = system.components.map((component) => component.start);
  const wanted = start.map((_, component) => wantedOf(system, component));
  const law = judge(system);
  const moves = directMoves(start, wanted);
  if (system.endTables.length === 0) {
    const stuck = moves.find((move) => !isDirect(system, move));
    if (stuck !== undefined) return sentence.noArtifact(system, stuck);
    return inOneStage(system, law, groupsByOrder(system, moves));
  }
  if (law.endName(wanted) === null) return sentence.notAnEndState(system, wanted);
  const left = distances(
    system,
    wanted.map((version) => [version]),
  );
  const stuck = moves.find(({ component, from }) => left[component]?.[from] === Infinity);
  if (stuck !== undefined) return sentence.noArtifact(system, stuck);
  const use = orderUse(system, moves);
  if (use === "all" && moves.every((move) => isDirect(system, move))) {
    const groups = groupsByOrder(system, moves);
    const broken = firstObjection(law, start, groups);
    if (broken !== null) return sentence.orderBreaks(system, broken.group, broken.objection);
    return inOneStage(system, law, groups);
  }
  const found = search({
    system,
    judge: law,
    distances: left,
    nodeLimit,
    isGoal: (state) => state.every((version, component) => version === wanted[component]),
    mayRest: (state) => law.endName(state) !== null,
    mayMove: (state, group) => use === "none" || keepsOrder(system, state, group),
  });
  return answerOf(system, law, found, nodeLimit);
}

function answerOf(system: System, law: Judge, found: Found, nodeLimit: number): Answer {
  if (found.kind === "undecided") return found;
  if (found.kind === "draft") {
    return { kind: "plan", plan: planOf(system, law, found.draft, "proved") };
  }
  return sentence.noOrder(core(system, (relaxed) => hasNoPlan(relaxed, nodeLimit)));
}

function hasNoPlan(system: System, nodeLimit: number): boolean {
  const law = judge(system);
  const wanted = system.components.map((_, component) => wantedOf(system, component));
  const found = search({
    system,
    judge: law,
    distances: distances(
      system,
      wanted.map((version) => [version]),
    ),
    nodeLimit: Math.min(nodeLimit, 20_000),
    isGoal: (state) => state.every((version, component) => version === wanted[component]),
    mayRest: (state) => law.endName(state) !== null,
    mayMove: (state, group) => keepsOrder(system, state, group),
  });
  return found.kind === "none";
}

function directMoves(start: SystemState, wanted: SystemState): readonly Move[] {
  return start.flatMap((from, component) => {
    const to = at(wanted, component);
    return from === to ? [] : [{ component, from, to }];
  });
}

function isDirect(system: System, { component, from, to }: Move): boolean {
  return at(system.components, component).hops[from]?.includes(to) ?? false;
}

function inOneStage(system: System, law: Judge, groups: Draft[number]): Answer {
  const draft = groups.length === 0 ? [] : [groups];
  return { kind: "plan", plan: planOf(system, law, draft, "proved") };
}
