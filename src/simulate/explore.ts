import type { DeploymentOutcome } from "../core/events.ts";
import type { ComponentId } from "../core/ids.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { begin } from "../deployment/evolve.ts";
import type { Begin } from "../deployment/records.ts";
import { acceptance } from "../planner/acceptable.ts";
import { type Answers, happenings, type Situation } from "./situation.ts";
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
  /** False: the limit was reached first. */
  readonly isComplete: boolean;
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
export function explore(first: Begin, answers: Answers, scope: Scope): Exploration {
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
  };
  const root: Node = {
    situation: { ...start, world: worldOf(start.deployment) },
    fault: null,
    parent: null,
  };
  const judge = judgeOf(root.situation);
  const seen = new Set<string>([keyOf(root.situation)]);
  const ends = new Map<string, End>();
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
          return { situations: seen.size, ends: [...ends.values()], isComplete: false };
        }
        seen.add(key);
        (fault === null ? level : deeper).push({ situation: next, fault, parent: node });
      }
    }
    level = deeper;
  }
  return { situations: seen.size, ends: [...ends.values()], isComplete: true };
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

function judgeOf(start: Situation): (node: Node) => End {
  const { system } = start.deployment.begin;
  const { endState } = acceptance(
    system,
    system.components.map((component) => component.start),
  );
  const isEndState = (world: World): boolean => {
    const state = world.map((version, index) => {
      const type = system.components[index]?.type ?? -1;
      return system.types[type]?.versions.indexOf(version) ?? -1;
    });
    return system.endTables.length > 0 && !state.includes(-1) && endState(state) !== null;
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
