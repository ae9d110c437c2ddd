import type { Begin } from "../deployment/records.ts";
import { groundingOf } from "../planner/constraints/grounding.ts";
import { check, type Coverage, type GivenUp } from "./checker/check.ts";
import { deploymentModel } from "./deployment-model.ts";
import type { End } from "./ends.ts";
import { type Answers, type Machine, realMachine } from "./situation.ts";
import type { World } from "./world.ts";

export interface Exploration {
  /** Different ones that were met. */
  readonly situations: number;
  /** Different ends, those of fewer faults first. */
  readonly ends: readonly End[];
  /** Combinations on the way that the tables do not accept, those of fewer faults first. */
  readonly forbidden: readonly Passed[];
  /** All ways with at most so many faults were tried to their ends; null: not even the one without any. */
  readonly covered: number | null;
  /** Null: everything was tried. */
  readonly givenUp: GivenUp | null;
}

/** A combination that the System was in, and the shortest list of faults that led there. */
export interface Passed {
  readonly world: World;
  readonly faults: readonly string[];
}

export interface Scope {
  /** How many faults may happen in one deployment. */
  readonly faults: number;
  /** After this many situations it is given up. */
  readonly limit: number;
}

/** An exploration step by step: it goes on when it is told null, and is given up for what it is told else. */
export type Exploring = Generator<Coverage, Exploration, GivenUp | null>;

/** Explores to the end, or to the limit of the scope. */
export function explore(
  first: Begin,
  answers: Answers,
  scope: Scope,
  machine: Machine = realMachine,
): Exploration {
  return toItsEnd(exploring(first, answers, scope, machine));
}

export function toItsEnd(steps: Exploring): Exploration {
  for (;;) {
    const step = steps.next(null);
    if (step.done === true) return step.value;
  }
}

/** Tries every outcome of every step of the real machine; equal situations are explored once. */
export function* exploring(
  first: Begin,
  answers: Answers,
  { faults, limit }: Scope,
  machine: Machine = realMachine,
): Exploring {
  const grounding = groundingOf(first.system);
  const model = deploymentModel(first, { machine, answers, grounding });
  const checked = yield* check(model, { faults, situations: limit });
  return {
    situations: checked.situations,
    ends: checked.found.flatMap(({ found, faults: by }) =>
      found.kind === "end" ? [{ ...found.end, faults: by }] : [],
    ),
    forbidden: checked.found.flatMap(({ found, faults: by }) =>
      found.kind === "passed" ? [{ world: found.world, faults: by }] : [],
    ),
    covered: checked.faults === 0 ? null : checked.faults - 1,
    givenUp: checked.givenUp,
  };
}
