import type { System, SystemState } from "../../manifest/system.ts";
import { type Arrangement, arrange } from "../stage/arrange.ts";
import type { Budget, Effort } from "../model/budget.ts";
import { leastGroups } from "./chains.ts";
import { cohortsOf } from "../model/cohorts.ts";
import { at, type Draft, exposureOf, type Move } from "../model/draft.ts";
import { firstObjection, groupsByOrder, orderUse } from "../stage/hand-written.ts";
import type { Judge } from "../constraints/judge.ts";
import type { Cost } from "../model/plan.ts";
import { isEqual, route } from "./route.ts";
import type { Peerage } from "../model/peers.ts";
import { directMoves, isDirect, wantedState } from "../model/wanted.ts";
import { type Ground, groundOf, mayArrive, type Ways, waysOf } from "./ways.ts";

export type Searched =
  | { readonly kind: "found"; readonly draft: Draft; readonly bound: Cost | "proved" }
  | { readonly kind: "none" }
  /** No hops lead there, whatever the tables say. */
  | { readonly kind: "stuck"; readonly move: Move }
  | { readonly kind: "undecided" };

export type Search = (law: Judge, nodeLimit: number, effort?: Effort) => Searched;

/** Searches a System again and again, under laws that differ in their pages alone. */
export function searcher(system: System, peerage: Peerage): Search {
  let known: Ground | null = null;
  const ground = () =>
    (known ??= groundOf(
      cohortsOf(system, peerage),
      system.types.map(({ versions }) => versions),
    ));
  return (law, nodeLimit, effort = "best") => search(system, law, ground, nodeLimit, effort);
}

/** In one stage where that can be: no plan has fewer installs or stages. Else over other end states. */
function search(
  system: System,
  law: Judge,
  groundOfAll: () => Ground,
  nodeLimit: number,
  effort: Effort,
): Searched {
  const start = system.components.map((component) => component.start);
  const goal = wantedState(system);
  const moves = directMoves(start, goal);
  // Whatever the way, it would end in what a table refuses.
  if (law.objection(goal.map((version) => [version])) !== null) return { kind: "none" };
  const budget = { left: nodeLimit };
  const isWritten = orderUse(system, moves) === "all";
  const arranged = remembered((before, behind, left) =>
    isWritten
      ? asWritten(system, law, before, behind)
      : arrange(system, law, before, behind, left, effort),
  );
  if (moves.every((move) => isDirect(system, move))) {
    const direct = arranged(start, goal, budget);
    if (direct.kind === "arranged") {
      const { groups, bound } = direct;
      const isProved = bound.exposure === direct.exposure && bound.groups === groups.length;
      const least = { installs: moves.length, stages: 1, ...bound };
      return { kind: "found", draft: [groups], bound: isProved ? "proved" : least };
    }
  }
  const ground = groundOfAll();
  const { cohorts } = ground;
  const ways = waysOf(ground, law.book);
  const isStuck = ({ component, from }: Move, { distances }: Ways) =>
    at(at(distances, at(cohorts.of, component)), from) === Infinity;
  if (moves.some((move) => isStuck(move, ways))) {
    const stuck = moves.find((move) => isStuck(move, ground));
    return stuck === undefined ? { kind: "none" } : { kind: "stuck", move: stuck };
  }
  const found = route(
    {
      moves: { cohorts, book: law.book, ...ways },
      ends: law.ends,
      start,
      goal,
      leastGroups: () => leastGroups(system, cohorts, ways, law.book),
      arrange: arranged,
    },
    Math.max(0, budget.left),
    effort,
  );
  if (found.kind === "undecided" && !mayArrive(ground, ways, law.book)) return { kind: "none" };
  if (found.kind !== "found") return found;
  const { draft, cost, bound } = found;
  return { kind: "found", draft, bound: isEqual(cost, bound) ? "proved" : bound };
}

type Arrange = (before: SystemState, behind: SystemState, budget: Budget) => Arrangement;

/** The same stage is asked for again and again. What was given up for want of nodes is tried anew. */
function remembered(arranged: Arrange): Arrange {
  const known = new Map<string, Arrangement>();
  return (before, behind, budget) => {
    const key = String.fromCharCode(...before, ...behind);
    const said = known.get(key);
    if (said !== undefined) return said;
    const answer = arranged(before, behind, budget);
    if (answer.kind !== "undecided") known.set(key, answer);
    return answer;
  };
}

/** A stage all of whose types are numbered by hand. */
function asWritten(
  system: System,
  law: Judge,
  before: SystemState,
  behind: SystemState,
): Arrangement {
  const groups = groupsByOrder(system, directMoves(before, behind));
  if (firstObjection(law, before, groups) !== null) return { kind: "none" };
  const exposure = exposureOf(system, groups);
  return { kind: "arranged", groups, exposure, bound: { exposure, groups: groups.length } };
}
