import type { DeploymentOutcome } from "../core/events.ts";
import type { ComponentId } from "../core/ids.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { begin } from "../deployment/evolve.ts";
import type { Begin } from "../deployment/records.ts";
import type { SystemState } from "../manifest/system.ts";
import { acceptance } from "../planner/acceptable.ts";
import {
  type Answers,
  happenings,
  type Machine,
  realMachine,
  type Situation,
} from "./situation.ts";
import { type World, worldOf } from "./world.ts";

/** One way in which a deployment can end, and the shortest list of faults that leads there. */
export interface End {
  readonly outcome: DeploymentOutcome;
  readonly inconsistent: readonly ComponentId[];
  readonly world: World;
  readonly faults: readonly string[];
  /** What the machine claims is not what is there: a bug of ours. */
  readonly isUntrue: boolean;
}

export interface Exploration {
  readonly situations: number;
  /** Different ends, those of fewer faults first. */
  readonly ends: readonly End[];
  /** Combinations on the way that the tables do not accept, in the order of their faults. */
  readonly forbidden: readonly Passed[];
  /** False: the limit was reached first. */
  readonly isComplete: boolean;
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

interface Node {
  readonly situation: Situation;
  readonly fault: string | null;
  readonly parent: Node | null;
}

/** Tries every outcome of every step of the real machine; equal situations are explored once. */
export function explore(
  first: Begin,
  answers: Answers,
  scope: Scope,
  machine: Machine = realMachine,
): Exploration {
  const start: Situation = {
    deployment: begin(first, {
      type: "run",
      at: first.at,
      runId: "simulated",
      bootId: "a",
      verb: "install",
      stopBefore: [],
      exitOnReboot: false,
    }),
    world: [],
    faultsLeft: scope.faults,
    machine,
  };
  const root: Node = {
    situation: { ...start, world: worldOf(start.deployment) },
    fault: null,
    parent: null,
  };
  const judge = judgeOf(root.situation);
  const seen = new Set<string>([keyOf(root.situation)]);
  const ends = new Map<string, End>();
  const isForbidden = forbiddenIn(root.situation);
  const forbidden = new Map<string, Passed>();
  const result = (isComplete: boolean): Exploration => ({
    situations: seen.size,
    ends: [...ends.values()],
    forbidden: [...forbidden.values()],
    isComplete,
  });
  // One level a fault: what needs fewer faults is found first, so its trace is the shortest.
  let level: Node[] = [root];
  while (level.length > 0) {
    const deeper: Node[] = [];
    for (let node = level.pop(); node !== undefined; node = level.pop()) {
      const coming = happenings(node.situation, answers);
      if (coming.length === 0) {
        const end = judge(node);
        const key = JSON.stringify([end.outcome, end.inconsistent, end.world, end.isUntrue]);
        if (!ends.has(key)) ends.set(key, end);
      }
      for (const { fault, next } of coming) {
        const key = keyOf(next);
        if (seen.has(key)) continue;
        if (seen.size >= scope.limit) {
          return result(false);
        }
        seen.add(key);
        const reached: Node = { situation: next, fault, parent: node };
        (fault === null ? level : deeper).push(reached);
        // What a power cut takes away was no step of ours.
        const isStep = next.deployment.runs === node.situation.deployment.runs;
        if (!isStep || !isForbidden(node.situation.world, next.world)) continue;
        const passed = String(next.world);
        if (!forbidden.has(passed)) {
          forbidden.set(passed, { world: next.world, faults: faultsOf(reached) });
        }
      }
    }
    level = deeper;
  }
  return result(true);
}

/** What tells one situation from another for all that can still come. */
function keyOf({ deployment, world, faultsLeft }: Situation): string {
  const { open, ended } = deployment;
  return JSON.stringify([
    faultsLeft,
    world,
    deployment.stage,
    deployment.way,
    deployment.cursor,
    deployment.detourGroups,
    deployment.mustReplan,
    deployment.givenUp,
    deployment.idleRuns,
    deployment.failure === null,
    open === null ? null : [open.intent, open.waiting, open.started],
    ended,
    deployment.members.map((member) => [
      member.step,
      Object.entries(member.ran).toSorted(([a], [b]) => (a < b ? -1 : 1)),
      member.supportsRollback,
      member.needsReboot,
      member.failures,
      member.toObserve,
      member.inconsistent,
      member.version,
    ]),
  ]);
}

/** Null where a Component runs something that the tables do not know. */
function stateOf(start: Situation, world: World): SystemState | null {
  const { system } = start.deployment.begin;
  const state = world.map((version, index) => {
    const type = system.components[index]?.type ?? -1;
    return system.types[type]?.versions.indexOf(version) ?? -1;
  });
  return state.includes(-1) ? null : state;
}

/**
 * Does the step create a combination that the tables do not accept? One that stood before it is not
 * its doing. Of a broken Component nobody can say what it goes with; it is judged at the end.
 */
function forbiddenIn(start: Situation): (before: World, after: World) => boolean {
  const { system } = start.deployment.begin;
  if (system.endTables.length === 0) return () => false;
  const known = new Map<string, boolean>();
  const decideAnew = (before: World, after: World): boolean => {
    const from = stateOf(start, before);
    const to = stateOf(start, after);
    return from !== null && to !== null && !acceptance(system, from).transit(to);
  };
  return (before, after) => {
    if (before === after) return false;
    const key = JSON.stringify([before, after]);
    const answer = known.get(key) ?? decideAnew(before, after);
    known.set(key, answer);
    return answer;
  };
}

function judgeOf(start: Situation): (node: Node) => End {
  const { system } = start.deployment.begin;
  const { endState } = acceptance(
    system,
    system.components.map((component) => component.start),
  );
  const isEndState = (world: World): boolean => {
    const state = stateOf(start, world);
    return system.endTables.length > 0 && state !== null && endState(state) !== null;
  };
  return (node) => {
    const { deployment, world } = node.situation;
    const { outcome, inconsistent } = endOf(deployment);
    return {
      outcome,
      inconsistent,
      world,
      faults: faultsOf(node),
      isUntrue: !isTrue(outcome, start, node.situation, isEndState),
    };
  };
}

function endOf(deployment: Deployment): NonNullable<Deployment["ended"]> {
  if (deployment.ended === null) throw new Error("a deployment that has not ended");
  return deployment.ended;
}

function isTrue(
  outcome: DeploymentOutcome,
  start: Situation,
  end: Situation,
  isEndState: (world: World) => boolean,
): boolean {
  switch (outcome) {
    case "success":
      return end.world.every((version, index) => version === wanted(end.deployment, index));
    case "failed-unchanged":
    case "failed-rolled-back":
      return end.world.every((version, index) => version === start.world[index]);
    case "failed-elsewhere":
      return isEndState(end.world);
    default:
      return true;
  }
}

function wanted(deployment: Deployment, index: number): string | undefined {
  const { system } = deployment.begin;
  const type = system.types[system.components[index]?.type ?? -1];
  return type?.versions[type.target];
}

function faultsOf(node: Node): readonly string[] {
  const faults: string[] = [];
  for (let at: Node | null = node; at !== null; at = at.parent) {
    if (at.fault !== null) faults.unshift(at.fault);
  }
  return faults;
}
