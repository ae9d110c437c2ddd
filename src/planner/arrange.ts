import type { System, SystemState } from "../manifest/system.ts";
import type { Budget } from "./budget.ts";
import type { Move } from "./draft.ts";
import type { Judge } from "./judge.ts";
import { anyOrder, fewerGroups } from "./knotted.ts";
import { withRebootsTogether } from "./reboots.ts";
import { type Schedule, schedule } from "./schedule.ts";
import { exposureOf, isValid } from "./groups.ts";
import { movesOf, type Share, type Stage, stageBetween } from "./stage.ts";

/** The groups of one stage. */
export type Arrangement =
  | {
      readonly kind: "arranged";
      readonly groups: readonly (readonly Move[])[];
      readonly exposure: number;
      /** No arrangement has less exposure, nor, with that, fewer groups. */
      readonly bound: { readonly exposure: number; readonly groups: number };
    }
  | { readonly kind: "none" }
  | { readonly kind: "undecided" };

/** The best order groups between two states in each of which every Component moves at most once. */
export function arrange(
  system: System,
  judge: Judge,
  before: SystemState,
  behind: SystemState,
  budget: Budget,
): Arrangement {
  const stage = stageBetween(system, judge, before, behind);
  if (stage === null) return { kind: "none" };
  const plain = schedule(stage);
  if (isValid(stage, plain.groups)) {
    const groups = isRoomShort(stage, plain)
      ? (fewerGroups(stage, plain, plain.bound.exposure, plain.groups, budget) ?? {
          groups: plain.groups,
          bound: plain.bound.groups,
        })
      : { groups: plain.groups, bound: plain.bound.groups };
    return arranged(stage, groups.groups, { ...plain.bound, groups: groups.bound });
  }
  const some = anyOrder(stage, plain, budget);
  if (some.kind !== "found") return { kind: some.kind };
  const better = fewerGroups(stage, plain, some.exposure, some.groups, budget);
  return arranged(stage, better.groups, { exposure: some.leastExposure, groups: better.bound });
}

function isRoomShort({ room }: Stage, { groups, bound }: Schedule): boolean {
  return groups.length > bound.groups && room.some((count) => count < Infinity);
}

function arranged(
  stage: Stage,
  groups: readonly (readonly Share[])[],
  bound: { readonly exposure: number; readonly groups: number },
): Arrangement {
  const best = withRebootsTogether(stage, groups);
  return {
    kind: "arranged",
    groups: movesOf(stage, best),
    exposure: exposureOf(stage, best),
    bound,
  };
}
