import { startState, type System, type SystemState } from "../../manifest/system.ts";
import { type Nogood, relaxer } from "./relaxed-acceptability.ts";
import { extractNogoods, violations } from "./nogood-extraction.ts";
import { after, type MovePlan } from "../model/moves.ts";
import type { Acceptability } from "../constraints/acceptability.ts";
import { byRule } from "../constraints/rule-order.ts";

/** What the planner says under some nogoods: a plan, none, or that it gave up. */
export type Oracle = (acceptability: Acceptability) => MovePlan | "none" | "undecided";

export type ConflictSet =
  /** `isReduced`: leaving out any one of them was seen to open a way. */
  | { readonly kind: "rules"; readonly nogoods: readonly Nogood[]; readonly isReduced: boolean }
  /** There is no plan even where the transition tables forbid nothing. */
  | { readonly kind: "no-rest" }
  | { readonly kind: "not-found" };

/** The planner is asked at most so often, counted in Components, and the more nogoods there are the dearer. */
const effort = 20_000;
const nogoodsOfOneQuestion = 128;

/**
 * Rules of the transition tables that together forbid every plan. They are met one by one: a plan under
 * those met so far breaks others, which join them, until there is no plan; then those are dropped without
 * which there is none either.
 */
export function minimalConflictSet(
  system: System,
  acceptability: Acceptability,
  oracle: Oracle,
): ConflictSet {
  let left = Math.ceil(effort / Math.max(1, system.components.length));
  const kept = new Map<string, Nogood>();
  const relaxed = relaxer(system, acceptability);
  for (;;) {
    left -= 1 + kept.size / nogoodsOfOneQuestion;
    const said = oracle(relaxed(kept));
    if (said === "none") break;
    if (said === "undecided" || left < 0) return { kind: "not-found" };
    const before = kept.size;
    for (const nogood of against(system, acceptability, said)) kept.set(nogood.key, nogood);
    if (kept.size === before) return { kind: "not-found" };
  }
  if (kept.size === 0) return { kind: "no-rest" };
  const nogoods = [...kept.values()].toSorted((a, b) => byRule(a.rule, b.rule));
  let isReduced = nogoods.length <= left;
  if (isReduced) {
    for (const nogood of nogoods) {
      kept.delete(nogood.key);
      const said = oracle(relaxed(kept));
      if (said === "undecided") isReduced = false;
      if (said !== "none") kept.set(nogood.key, nogood);
    }
  }
  return { kind: "rules", nogoods: [...kept.values()], isReduced };
}

/** What forbids the moves: against its first impossible stage as such, else against its groups. */
function against(
  system: System,
  acceptability: Acceptability,
  movePlan: MovePlan,
): readonly Nogood[] {
  let state: SystemState = startState(system);
  for (const groups of movePlan) {
    const end = after(state, groups.flat());
    const nogoods = extractNogoods(system, acceptability, state, end);
    if (nogoods !== null) return nogoods;
    state = end;
  }
  return violations(system, acceptability, movePlan);
}
