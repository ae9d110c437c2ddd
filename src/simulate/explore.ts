import type { ComponentId } from "../core/ids.ts";
import type { Deployment } from "../deployment/deployment.ts";
import type { Begin } from "../deployment/records.ts";
import { groundingOf } from "../planner/constraints/grounding.ts";
import { alikeClasses, capWith, type Merging } from "./alike.ts";
import { isDecidedAlike } from "./alike-guard.ts";
import { check, type Checked, type Coverage, type GivenUp } from "./checker/check.ts";
import { deploymentModel, nobodyAlike, type Told } from "./deployment-model.ts";
import type { End } from "./ends.ts";
import { decidedIn } from "./onward.ts";
import type { Alike } from "./packing.ts";
import { type Answers, type Machine, realMachine, type Setting } from "./situation.ts";
import { waysOut } from "./ways-out.ts";
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
export interface Passed extends Pick<End, "alike"> {
  readonly world: World;
  readonly faults: readonly string[];
}

export interface Scope {
  /** How many faults may happen in one deployment. */
  readonly faults: number;
  /** After this many situations it is given up. */
  readonly limit: number;
  /** How alike Components are counted; as few of them as can be where nothing is said. */
  readonly merging?: Merging;
  /** Never taken for alike to others. */
  readonly apart?: readonly ComponentId[];
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

/**
 * Tries every outcome of every step of the machine; equal situations are explored once. Alike Components are counted as
 * long as all that is decided is the same whichever of them it is; where it is not, it is begun again and more is told
 * apart. Of another machine than the real one nobody knows what it tells apart.
 */
export function* exploring(
  first: Begin,
  answers: Answers,
  scope: Scope,
  machine: Machine = realMachine,
): Exploring {
  const { apart = [] } = scope;
  const isReal = machine === realMachine && answers.lies === undefined;
  const classes = isReal ? alikeClasses(first, answers, apart) : [];
  const least = classes.length === 0 ? "none" : (scope.merging ?? "capped");
  const grounding = groundingOf(first.system);
  const wayOut = waysOut(grounding);
  const capOf = capWith(first.system);
  let checked: Checked<Told> | null = null;
  for (const merging of mergings.slice(mergings.indexOf(least))) {
    let isAlike = true;
    const watch: Setting["watch"] = (deployment, record) => {
      const counting = { classes, merging, cap: capOf(0) };
      const inVariant = (variant: Deployment) => decidedIn({ machine, grounding, wayOut }, variant);
      isAlike &&= isDecidedAlike(deployment, record, inVariant, counting);
    };
    const setting = { machine, answers, grounding, wayOut, ...(merging !== "none" && { watch }) };
    const steps = check(deploymentModel(first, setting, alikeWith(merging, classes, capOf)), {
      faults: scope.faults,
      situations: scope.limit,
    });
    let stop: GivenUp | null = null;
    for (let step = steps.next(null); isAlike; step = steps.next(stop)) {
      if (step.done === true) {
        checked = step.value;
        break;
      }
      stop = yield step.value;
    }
    if (isAlike && checked !== null) break;
  }
  if (checked === null) throw new Error("nothing was explored");
  return explorationOf(checked);
}

const mergings = ["capped", "counted", "none"] as const satisfies readonly Merging[];

function alikeWith(merging: Merging, classes: Alike["classes"], capOf: Alike["capOf"]): Alike {
  if (merging === "none") return nobodyAlike;
  return merging === "capped" ? { classes, capOf } : { classes, capOf: () => Infinity };
}

function explorationOf({ situations, found, faults, givenUp }: Checked<Told>): Exploration {
  return {
    situations,
    ends: found.flatMap(({ found: told, faults: by }) =>
      told.kind === "end" ? [{ ...told.end, faults: by }] : [],
    ),
    forbidden: found.flatMap(({ found: told, faults: by }) =>
      told.kind === "passed" ? [{ world: told.world, alike: told.alike, faults: by }] : [],
    ),
    covered: faults === 0 ? null : faults - 1,
    givenUp,
  };
}
