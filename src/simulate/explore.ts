import { begin } from "../deployment/evolve.ts";
import type { Begin } from "../deployment/records.ts";
import { type Grounding, groundingOf } from "../planner/constraints/grounding.ts";
import { type End, judgeOf } from "./ends.ts";
import { passage } from "./passage.ts";
import {
  type Answers,
  happenings,
  type Machine,
  realMachine,
  type Situation,
} from "./situation.ts";
import { situationKeys } from "./situation-key.ts";
import { type World, worldOf } from "./world.ts";

export interface Exploration {
  /** Different ones that were met. */
  readonly situations: number;
  /** Different ends, those of fewer faults first. */
  readonly ends: readonly End[];
  /** Combinations on the way that the tables do not accept, those of fewer faults first. */
  readonly forbidden: readonly Passed[];
  /** Null: everything was tried. */
  readonly givenUp: GivenUp | null;
}

/** What ended an exploration before everything was tried: the limit of situations, that of memory, or a signal. */
export type GivenUp = "situations" | "memory" | "signal";

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

/** The faults so far, the last one first. */
interface Trail {
  readonly fault: string;
  readonly before: Trail | null;
}

interface Node {
  readonly situation: Situation;
  readonly trail: Trail | null;
}

/** An exploration step by step: it goes on when it is told null, and is given up for what it is told else. */
export type Exploring = Generator<void, Exploration, GivenUp | null>;

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
  scope: Scope,
  machine: Machine = realMachine,
): Exploring {
  const { system } = first;
  const grounding = groundingOf(system);
  const start = startOf(first, scope, machine, grounding);
  const keyOf = situationKeys();
  const judge = judgeOf(system, start.world, grounding);
  const isForbidden = passage(system, grounding);
  const seen = new Set<string>([keyOf(start)]);
  const ends = new Map<string, End>();
  const forbidden = new Map<string, Passed>();
  const result = (givenUp: GivenUp | null): Exploration => ({
    situations: seen.size,
    ends: [...ends.values()],
    forbidden: [...forbidden.values()],
    givenUp,
  });
  // One level a fault: what needs fewer faults is found first, so its trace is the shortest.
  let level: Node[] = [{ situation: start, trail: null }];
  while (level.length > 0) {
    const deeper: Node[] = [];
    for (let node = level.pop(); node !== undefined; node = level.pop()) {
      const stop = yield;
      if (stop !== null) return result(stop);
      const { situation, trail } = node;
      const coming = happenings(situation, answers);
      if (coming.length === 0) {
        const end = judge(situation);
        const { outcome, inconsistent, uncommitted, wayOutUndecidedAt, world, isUntrue } = end;
        const key = JSON.stringify([
          outcome,
          inconsistent,
          uncommitted,
          wayOutUndecidedAt,
          world,
          isUntrue,
        ]);
        if (!ends.has(key)) ends.set(key, { ...end, faults: faultsOf(trail) });
      }
      for (const { fault, next } of coming) {
        const way = fault === null ? trail : { fault, before: trail };
        // What a power cut takes away was no step of ours.
        const isStep = next.deployment.runs === situation.deployment.runs;
        const isOurs = isStep && (!next.isShaken || situation.deployment.direction === "forward");
        if (isOurs && isForbidden(situation.world, next.world)) {
          const passed = String(next.world);
          if (!forbidden.has(passed)) {
            forbidden.set(passed, { world: next.world, faults: faultsOf(way) });
          }
        }
        const key = keyOf(next);
        if (seen.has(key)) continue;
        if (seen.size >= scope.limit) return result("situations");
        seen.add(key);
        (fault === null ? level : deeper).push({ situation: next, trail: way });
      }
    }
    // The one that happens first is taken first.
    level = deeper.toReversed();
  }
  return result(null);
}

function startOf(
  first: Begin,
  { faults }: Scope,
  machine: Machine,
  grounding: Grounding,
): Situation {
  const deployment = begin(first, {
    type: "run",
    at: first.at,
    runId: "simulated",
    bootId: "a",
    verb: "install",
    stopBefore: [],
    exitOnReboot: false,
  });
  return {
    deployment,
    world: worldOf(deployment),
    faultsLeft: faults,
    isShaken: false,
    machine,
    grounding,
  };
}

function faultsOf(trail: Trail | null): readonly string[] {
  const faults: string[] = [];
  for (let at = trail; at !== null; at = at.before) faults.push(at.fault);
  return faults.toReversed();
}
