import type { System, SystemState } from "../../manifest/system.ts";
import type { Budget, Effort } from "../model/budget.ts";
import type { Move } from "../model/draft.ts";
import { fewerGroups } from "./fewer-groups.ts";
import { exposureOf, isValid } from "../model/groups.ts";
import { islandsOf, together } from "./islands.ts";
import type { Judge } from "../constraints/judge.ts";
import { anyOrder } from "./knotted.ts";
import { withRebootsTogether } from "./reboots.ts";
import { schedule } from "./schedule.ts";
import { movesOf, type Share, type Stage, stageBetween } from "./stage.ts";

/** The groups of one stage. */
export type Arrangement =
  | {
      readonly kind: "arranged";
      readonly groups: readonly (readonly Move[])[];
      readonly exposure: number;
      readonly bound: StageBound;
    }
  | { readonly kind: "none" }
  | { readonly kind: "undecided" };

/** No arrangement has less exposure, nor, with that, fewer groups. */
interface StageBound {
  readonly exposure: number;
  readonly groups: number;
}

type Ordered =
  | {
      readonly kind: "ordered";
      readonly groups: readonly (readonly Share[])[];
      readonly bound: StageBound;
    }
  | { readonly kind: "none" }
  | { readonly kind: "undecided" };

/** The order groups between two states between which every Component moves at most once. */
export function arrange(
  system: System,
  judge: Judge,
  before: SystemState,
  behind: SystemState,
  budget: Budget,
  effort: Effort,
): Arrangement {
  const stage = stageBetween(system, judge, before, behind);
  if (stage === null) return { kind: "none" };
  const ordered = order(stage, budget, effort);
  if (ordered.kind !== "ordered") return ordered;
  const groups = withRebootsTogether(stage, ordered.groups);
  return {
    kind: "arranged",
    groups: movesOf(stage, groups),
    exposure: exposureOf(stage, groups),
    bound: ordered.bound,
  };
}

/** By precedence alone where that will do; else island by island, by search. */
function order(stage: Stage, budget: Budget, effort: Effort): Ordered {
  const plain = schedule(stage);
  const { groups, bound } = plain;
  if (isValid(stage, groups)) {
    if (groups.length === bound.groups || effort === "any")
      return { kind: "ordered", groups, bound };
    const fewer = fewerGroups(stage, plain, bound.exposure, groups, budget);
    return { kind: "ordered", groups: fewer.groups, bound: { ...bound, groups: fewer.bound } };
  }
  const islands = islandsOf(stage);
  if (islands.length > 1) {
    const parts: (readonly (readonly Share[])[])[] = [];
    let least = 0;
    for (const island of islands) {
      const part = order(island.stage, budget, effort);
      if (part.kind !== "ordered") return part;
      parts.push(part.groups);
      least = Math.max(least, part.bound.groups);
    }
    return {
      kind: "ordered",
      groups: together(islands, parts),
      bound: { exposure: bound.exposure, groups: least },
    };
  }
  const some = anyOrder(stage, plain, budget, effort);
  if (some.kind !== "found") return some;
  if (effort === "any") return { kind: "ordered", groups: some.groups, bound };
  const fewer = fewerGroups(stage, plain, some.exposure, some.groups, budget);
  return {
    kind: "ordered",
    groups: fewer.groups,
    bound: { exposure: some.leastExposure, groups: fewer.bound },
  };
}
