import type { ComponentId, Version } from "../core/ids.ts";
import type { Deployment, Member } from "../deployment/deployment.ts";
import type { RoundName } from "../deployment/rounds.ts";
import type { System, SystemState } from "../manifest/system.ts";

/** What the Components really run, in the System's order; null: left half-way. */
export type World = readonly (Version | null)[];

export function worldOf(deployment: Deployment): World {
  return deployment.members.map((member) => member.version);
}

/** Null where a Component is left half-way, or runs something that the tables do not know. */
export function stateIn(system: System, world: World): SystemState | null {
  const state = world.map((version, index) => {
    const type = system.components[index]?.type ?? -1;
    return version === null ? -1 : (system.types[type]?.versions.indexOf(version) ?? -1);
  });
  return state.includes(-1) ? null : state;
}

/** Components that were left half-way. */
export function brokenIn(system: System, world: World): readonly ComponentId[] {
  return system.components.flatMap(({ id }, index) => (world[index] === null ? [id] : []));
}

/** What a state leaves behind: all of its work, none of it, or half of it. */
export type Effect = "done" | "none" | "half";

export function after(
  world: World,
  deployment: Deployment,
  round: RoundName,
  index: number,
  effect: Effect,
): World {
  const member = deployment.members[index];
  if (effect === "none" || member === undefined) return world;
  const reached = goal(member, round);
  if (reached === null) return world;
  return world.with(index, effect === "done" ? reached : null);
}

/** Only these two change what a Component runs. */
function goal({ step }: Member, round: RoundName): Version | null {
  if (step === null) return null;
  if (round === "ArtifactInstall") return step.to;
  if (round !== "ArtifactRollback") return null;
  return step.from;
}

export function changesVersion(round: RoundName): boolean {
  return round === "ArtifactInstall" || round === "ArtifactRollback";
}

/** A host that boots again without a commit is in the version before. */
export function dropped(world: World, member: Member, index: number): World {
  const isInstalled = member.ran.ArtifactInstall !== undefined;
  const isCommitted = member.ran.ArtifactCommit === "ok";
  if (member.step === null || !isInstalled || isCommitted) return world;
  if (world[index] === member.step.from) return world;
  return world.with(index, member.step.from);
}
