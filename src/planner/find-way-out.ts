import type { System, SystemState } from "../manifest/system.ts";
import { startingIn } from "./acceptable.ts";
import { distances } from "./distances.ts";
import { planOf } from "./draft.ts";
import { defaultNodeLimit, type PlanOptions } from "./find-plan.ts";
import { wantedOf } from "./hand-written.ts";
import { judge } from "./judge.ts";
import type { Answer } from "./plan.ts";
import { search } from "./search.ts";

/**
 * The way from an observed state to an acceptable end state while the `frozen` Components stay as they
 * are: back to where the System started if that can be reached, else the nearest other end state, and the
 * wanted one last. One stage: it must be possible before anything is committed.
 */
export function findWayOut(
  system: System,
  state: SystemState,
  frozen: ReadonlySet<number>,
  options: PlanOptions = {},
): Answer {
  const nodeLimit = options.nodeLimit ?? defaultNodeLimit;
  const observed = startingIn(system, state);
  const stranded: System = {
    ...observed,
    components: observed.components.map((component, at) =>
      frozen.has(at) ? { ...component, hops: component.hops.map(() => []) } : component,
    ),
  };
  const law = judge(stranded);
  const old = system.components.map(({ start }) => start);
  const wanted = state.map((_, component) => wantedOf(system, component));
  const isOld = isState(old);
  const isWanted = isState(wanted);
  const anywhere = distances(
    stranded,
    stranded.components.map(({ hops }) => [...hops.keys()]),
  );
  const preferences: readonly ((end: SystemState) => boolean)[] = [
    isOld,
    (end) => !isOld(end) && !isWanted(end),
    isWanted,
  ];
  let isDecided = true;
  for (const isPreferred of preferences) {
    const isGoal = (end: SystemState) => isPreferred(end) && law.endName(end) !== null;
    const found = search({
      system: stranded,
      judge: law,
      distances: anywhere,
      nodeLimit,
      isGoal,
      mayRest: isGoal,
      mayMove: () => true,
    });
    if (found.kind === "draft") {
      return { kind: "plan", plan: planOf(stranded, law, found.draft, "proved") };
    }
    if (found.kind === "undecided") isDecided = false;
  }
  if (!isDecided) return { kind: "undecided", nodes: nodeLimit };
  return {
    kind: "no-plan",
    core: [],
    reason: "No acceptable end state can be reached while the stuck Components stay as they are.",
  };
}

function isState(one: SystemState): (other: SystemState) => boolean {
  return (other) => other.every((version, component) => version === one[component]);
}
