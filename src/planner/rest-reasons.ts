import { startState } from "../manifest/system-state.ts";
import type { System, SystemState } from "../manifest/system.ts";
import { findPlan } from "./find-plan.ts";
import type { SearchLimit } from "./model/budget.ts";
import { isEqual } from "./model/costs.ts";
import { at } from "./model/moves.ts";
import type { Plan } from "./model/plan.ts";
import { preferenceIn } from "./model/preference.ts";

/** Components of one type that rest in a preferred version, where another plan costs the same. By index. */
export interface RestReason {
  readonly stage: number;
  readonly type: number;
  readonly components: readonly number[];
  readonly version: number;
  /** What they rest in there by the other plan. */
  readonly instead: number;
}

/**
 * What the preference has decided: where the least preferred of the plans that cost the same rests in something else.
 * Empty where it decides nothing, or no such plan was found within the limit.
 */
export function restReasons(system: System, plan: Plan, limit: SearchLimit): readonly RestReason[] {
  if (!plan.optimal || plan.stages.length < 2) return [];
  const turned = turnedRound(system);
  if (turned === null) return [];
  const answer = findPlan(turned, limit);
  if (answer.kind !== "plan" || !isEqual(answer.plan.cost, plan.cost)) return [];
  const own = restsOf(system, plan);
  const other = restsOf(system, answer.plan);
  if (preferenceOver(system, other) <= preferenceOver(system, own)) return [];
  return own.flatMap((state, stage) => differing(system, stage, state, at(other, stage)));
}

/** Where the last is preferred, and the first is not; null: where all are alike. */
function turnedRound(system: System): System | null {
  if (system.types.every(({ preference }) => preference === undefined)) return null;
  const types = system.types.map(({ preference, ...type }) => {
    if (preference === undefined) return type;
    const most = preference.reduce((least, rank) => Math.max(least, rank), 0);
    return { ...type, preference: preference.map((rank) => most - rank) };
  });
  return { ...system, types };
}

/** The ends of all stages but the last. */
function restsOf(system: System, { stages }: Plan): readonly SystemState[] {
  const places = new Map(system.components.map(({ id }, component) => [id, component]));
  let state = startState(system);
  return stages.slice(0, -1).map(({ groups }) => {
    const next = [...state];
    for (const { component, to } of groups.flat()) {
      const place = places.get(component) ?? -1;
      next[place] = at(system.types, at(system.components, place).type).versions.indexOf(to);
    }
    state = next;
    return state;
  });
}

function preferenceOver(system: System, rests: readonly SystemState[]): number {
  return rests.reduce((sum, state) => sum + preferenceIn(system, state), 0);
}

function differing(
  { types, components }: System,
  stage: number,
  state: SystemState,
  other: SystemState,
): readonly RestReason[] {
  const found = new Map<string, RestReason & { readonly components: number[] }>();
  for (const [component, { type }] of components.entries()) {
    const [version, instead] = [at(state, component), at(other, component)];
    const { preference = [] } = at(types, type);
    if ((preference[version] ?? 0) >= (preference[instead] ?? 0)) continue;
    const key = [type, version, instead].join();
    const known = found.get(key);
    if (known === undefined)
      found.set(key, { stage, type, components: [component], version, instead });
    else known.components.push(component);
  }
  return [...found.values()];
}
