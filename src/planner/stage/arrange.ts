import type { System, SystemState } from "../../manifest/system.ts";
import { type Budget, type Effort, type Steps, toItsEnd } from "../model/budget.ts";
import type { Move } from "../model/moves.ts";
import { fewestGroups } from "./fewest-groups.ts";
import { exposureOf, isValid } from "./group-validity.ts";
import { independentPartsOf, together } from "./independent-parts.ts";
import type { Acceptability } from "../constraints/acceptability.ts";
import { anyOrder } from "./sequence-search.ts";
import { withRebootsTogether } from "./host-reboots.ts";
import { schedule } from "./schedule.ts";
import type { Share } from "./room.ts";
import { movesOf, type Stage, stageBetween } from "./safe-group.ts";

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
export function arrange(...asked: Parameters<typeof arranging>): Arrangement {
  return toItsEnd(arranging(...asked));
}

/** The same step by step. */
export function* arranging(
  system: System,
  acceptability: Acceptability,
  before: SystemState,
  behind: SystemState,
  budget: Budget,
  effort: Effort,
): Steps<Arrangement> {
  const stage = stageBetween(system, acceptability, before, behind);
  if (stage === null) return { kind: "none" };
  const ordered = yield* order(stage, budget, effort);
  if (ordered.kind !== "ordered") return ordered;
  const groups = withRebootsTogether(stage, ordered.groups);
  return {
    kind: "arranged",
    groups: movesOf(stage, groups),
    exposure: exposureOf(stage, groups),
    bound: ordered.bound,
  };
}

/** By precedence alone where that will do; else independent part by independent part, by search. */
function* order(stage: Stage, budget: Budget, effort: Effort): Steps<Ordered> {
  const plain = schedule(stage);
  const { groups, bound } = plain;
  if (isValid(stage, groups)) {
    if (groups.length === bound.groups || effort === "any")
      return { kind: "ordered", groups, bound };
    const fewer = yield* fewestGroups(stage, plain, bound.exposure, groups, budget);
    return { kind: "ordered", groups: fewer.groups, bound: { ...bound, groups: fewer.bound } };
  }
  const independentParts = independentPartsOf(stage);
  if (independentParts.length > 1) {
    const parts: (readonly (readonly Share[])[])[] = [];
    let least = 0;
    for (const independentPart of independentParts) {
      const part = yield* order(independentPart.stage, budget, effort);
      if (part.kind !== "ordered") return part;
      parts.push(part.groups);
      least = Math.max(least, part.bound.groups);
    }
    return {
      kind: "ordered",
      groups: together(independentParts, parts),
      bound: { exposure: bound.exposure, groups: least },
    };
  }
  const some = yield* anyOrder(stage, plain, budget, effort);
  if (some.kind !== "found") return some;
  if (effort === "any") return { kind: "ordered", groups: some.groups, bound };
  const fewer = yield* fewestGroups(stage, plain, some.exposure, some.groups, budget);
  return {
    kind: "ordered",
    groups: fewer.groups,
    bound: { exposure: some.leastExposure, groups: fewer.bound },
  };
}
