import type { SystemVersion } from "../../core/ids.ts";
import { startState } from "../../manifest/system-state.ts";
import type { System, SystemState } from "../../manifest/system.ts";
import type { Budget, SearchLimit } from "../model/budget.ts";
import { versionsFrom } from "../model/distances.ts";
import { at } from "../model/moves.ts";
import { opening } from "./step-conflicts.ts";
import { pathsTo } from "./step-paths.ts";
import type { Law } from "./step-rules.ts";
import { type Acceptability, acceptabilityOf } from "../constraints/acceptability.ts";
import type { Grounding } from "../constraints/grounding.ts";
import { wantedOf } from "../model/wanted.ts";

export interface NearestEnd {
  readonly name: SystemVersion;
  readonly state: SystemState;
  /** False: it can be reached, but a nearer one may be, too. */
  readonly isProved: boolean;
}

/** For each Component the versions that it may end in. */
type Goals = readonly (readonly number[])[];

/**
 * Of the end states that can be reached step by step, other than the one that is there, one that leaves the fewest
 * Components without what they want. "none": it is proved that there is none. `known`: nogoods that are likely in the
 * way.
 */
export function nearestEnd(
  system: System,
  law: Law,
  { nodeLimit: stepLimit, heard }: SearchLimit,
  grounding: Grounding,
  known: Iterable<number>,
): NearestEnd | "none" | "undecided" {
  const acceptability = acceptabilityOf(system, grounding);
  const { endName } = acceptability;
  const start = startState(system);
  const missing = (state: SystemState) =>
    state.filter((version, component) => version !== wantedOf(system, component)).length;
  let best: SystemState | null = null;
  let least = Infinity;
  /** Looks for nearer and nearer ones; whether it is proved that there are no more. */
  const isExhausted = (goals: Goals, fewest: number, budget: Budget): boolean => {
    const paths = pathsTo(system, goals);
    while (fewest < least) {
      const isGoal = (state: SystemState) =>
        missing(state) < least && state.join() !== start.join() && endName(state) !== null;
      const found = opening({ system, law, paths, isGoal, isLifted: () => false, budget }, known);
      if (found.kind !== "way") return found.kind === "none";
      best = found.way.state;
      least = missing(best);
    }
    return true;
  };
  // Straight to what is wanted, wherever an end state leaves the choice; then anywhere in it.
  const inReach = endsInReach(system, acceptability);
  const straight = { left: Math.ceil(stepLimit / 2), heard };
  const unsettled = inReach.filter(
    ({ goals, fewest }) =>
      !isExhausted(preferred(system, goals), fewest, straight) || hasChoice(goals),
  );
  const anywhere = { left: Math.ceil(stepLimit / 2), heard };
  const settled = unsettled.map(({ goals, fewest }) => isExhausted(goals, fewest, anywhere));
  const isProved = settled.every((isSettled) => isSettled);
  return nearestOf(best, endName, isProved);
}

function nearestOf(
  state: SystemState | null,
  endName: (state: SystemState) => SystemVersion | null,
  isProved: boolean,
): NearestEnd | "none" | "undecided" {
  const name = state === null ? null : endName(state);
  if (state === null || name === null) return isProved ? "none" : "undecided";
  return { name, state, isProved };
}

/** What of each kind of end state every Component can get to for itself; those that can be the nearest first. */
function endsInReach(
  system: System,
  { ends, tableClasses }: Acceptability,
): readonly { readonly goals: Goals; readonly fewest: number }[] {
  const reached = system.components.map(({ hops, start }) => versionsFrom(start, hops));
  const start = startState(system);
  return ends.boxes
    .map(({ domains }) =>
      reached.map((versions, component) => {
        const domain = domains[at(tableClasses.of, component)] ?? null;
        return domain === null ? versions : versions.filter((version) => domain.includes(version));
      }),
    )
    .filter((goals) => goals.every(({ length }) => length > 0) && !isOnly(start, goals))
    .map((goals) => ({
      goals,
      fewest: goals.filter((versions, component) => !versions.includes(wantedOf(system, component)))
        .length,
    }))
    .toSorted((a, b) => a.fewest - b.fewest);
}

/** Whether they leave no other state. */
function isOnly(state: SystemState, goals: Goals): boolean {
  return !hasChoice(goals) && goals.every(([version], component) => version === state[component]);
}

function hasChoice(goals: Goals): boolean {
  return goals.some(({ length }) => length > 1);
}

/** What each wants where that is among them, else as it is. */
function preferred(system: System, goals: Goals): Goals {
  return goals.map((versions, component) => {
    const wanted = wantedOf(system, component);
    return versions.includes(wanted) ? [wanted] : versions;
  });
}
