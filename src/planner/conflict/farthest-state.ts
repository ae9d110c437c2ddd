import { startState } from "../../manifest/system-state.ts";
import type { SystemState } from "../../manifest/system.ts";
import { at } from "../model/moves.ts";
import { wantedOf } from "../model/wanted.ts";
import { type Paths, pathsTo } from "./step-paths.ts";
import { type Found, type Question, type Reached, search } from "./step-search.ts";

/**
 * The acceptable state with the fewest installs left. Components that nothing at hand brings from where they are to
 * what they want count for none of them; the others are not taken to where nothing leads on.
 */
export interface Farthest {
  readonly state: SystemState;
  /** Components in the order in which they were updated. */
  readonly updated: readonly number[];
  /** False: the search was given up, and one may get further. */
  readonly isProved: boolean;
  /** Whether it is proved that no Component at all can be updated, be it to what it wants or not. */
  readonly isAtStandstill: boolean;
}

/** `searched`: the way that was looked for under all nogoods, without success. */
export function farthestIn(question: Question, searched: Exclude<Found, Way>): Farthest {
  const found = searchedWidely(question, searched);
  const last = found.kind === "way" ? found.last : found.farthest;
  return {
    state: last.state,
    updated: updatesTo(last),
    isProved: found.kind !== "undecided",
    isAtStandstill: isAtStandstill(question),
  };
}

type Way = Extract<Found, { readonly kind: "way" }>;

/** Components that cannot get to what they want may still make way for others, wherever they go. */
function searchedWidely(question: Question, searched: Exclude<Found, Way>): Found {
  const { system, paths } = question;
  const isStuck = system.components.map(
    ({ start }, component) => at(at(paths.left, component), start) === Infinity,
  );
  if (!isStuck.includes(true)) return searched;
  const goals = system.components.map(({ type }, component) =>
    isStuck[component] === true
      ? [...at(system.types, type).versions.keys()]
      : [wantedOf(system, component)],
  );
  const wide: Paths = pathsTo(system, goals);
  return search({ ...question, paths: wide, isGoal: () => true });
}

/** Asked of every step there is from the start, not only of those that lead nearer. */
function isAtStandstill({ system, law, isLifted }: Question): boolean {
  const start = startState(system);
  const isRefused = system.components.every(({ hops }, component) =>
    at(hops, at(start, component)).every(
      (to) => law.refusal(start, component, to, isLifted) !== null,
    ),
  );
  return isRefused && law.isSure();
}

function updatesTo(last: Reached): readonly number[] {
  const updated: number[] = [];
  for (let reached: Reached | null = last; reached !== null; reached = reached.before) {
    if (reached.component !== null) updated.push(reached.component);
  }
  return updated.toReversed();
}
