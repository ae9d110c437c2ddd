import type { System, SystemState } from "../../manifest/system.ts";
import { type Ban, relaxer } from "./bans.ts";
import { blame, objections } from "./blame.ts";
import { after, type Draft } from "../model/draft.ts";
import type { Judge } from "../constraints/judge.ts";
import { byRule } from "../constraints/rule-order.ts";

/** What the planner says of a judge: a plan, none, or that it gave up. */
export type Oracle = (judge: Judge) => Draft | "none" | "undecided";

export type Core =
  /** `isReduced`: leaving out any one of them was seen to open a way. */
  | { readonly kind: "rules"; readonly bans: readonly Ban[]; readonly isReduced: boolean }
  /** There is no plan even where the transition tables forbid nothing. */
  | { readonly kind: "no-rest" }
  | { readonly kind: "not-found" };

/** The planner is asked at most so often, counted in Components, and the more bans there are the dearer. */
const effort = 20_000;
const bansOfOneQuestion = 128;

/**
 * Rules of the transition tables that together forbid every plan. They are met one by one: a plan under
 * those met so far breaks others, which join them, until there is no plan; then those are dropped without
 * which there is none either.
 */
export function core(system: System, judge: Judge, oracle: Oracle): Core {
  let left = Math.ceil(effort / Math.max(1, system.components.length));
  const kept = new Map<string, Ban>();
  const relaxed = relaxer(system, judge);
  for (;;) {
    left -= 1 + kept.size / bansOfOneQuestion;
    const said = oracle(relaxed(kept));
    if (said === "none") break;
    if (said === "undecided" || left < 0) return { kind: "not-found" };
    const before = kept.size;
    for (const ban of against(system, judge, said)) kept.set(ban.key, ban);
    if (kept.size === before) return { kind: "not-found" };
  }
  if (kept.size === 0) return { kind: "no-rest" };
  const bans = [...kept.values()].toSorted((a, b) => byRule(a.rule, b.rule));
  let isReduced = bans.length <= left;
  if (isReduced) {
    for (const ban of bans) {
      kept.delete(ban.key);
      const said = oracle(relaxed(kept));
      if (said === "undecided") isReduced = false;
      if (said !== "none") kept.set(ban.key, ban);
    }
  }
  return { kind: "rules", bans: [...kept.values()], isReduced };
}

/** What the judge has against a draft: against its first impossible stage as such, else against its groups. */
function against(system: System, judge: Judge, draft: Draft): readonly Ban[] {
  let state: SystemState = system.components.map(({ start }) => start);
  for (const groups of draft) {
    const end = after(state, groups.flat());
    const bans = blame(system, judge, state, end);
    if (bans !== null) return bans;
    state = end;
  }
  return objections(system, judge, draft);
}
