import { defaultNodeLimit } from "../core/node-limit.ts";
import type { System } from "../manifest/system.ts";
import type { Plan } from "../planner/model/plan.ts";
import { type Grounding, groundingOf } from "../planner/constraints/grounding.ts";
import { type Heard, type Steps, toItsEnd } from "../planner/model/budget.ts";
import { findingWayOut } from "../planner/find-way-out.ts";
import { withoutArtifacts } from "./at-hand.ts";
import {
  type Deployment,
  hasFailedInstall,
  hasRefusedCommit,
  haveFactsChanged,
  isInstallGivenUp,
  isKept,
  isStuck,
  type Member,
  type Ran,
} from "./deployment.ts";
import { placesOf } from "./places.ts";
import type { Replanned } from "./records.ts";
import { stateOf, versionIn } from "./state-of.ts";

/**
 * The way out under the tables: where a Component cannot go back, another end state is looked for from
 * what the System is now, with the stuck Components left alone. Pure; its answer is a record.
 */

/**
 * Nobody can vouch for its version until Provides has told it. Installed ones count as new and rolled-back ones as old:
 * Provides judges them after Cleanup only, and may tell the old version or something in between until then.
 */
export function isUnsure(member: Member): boolean {
  if (isKept(member)) return member.maybeDropped;
  const isBroken = hasFailedInstall(member) && member.ran.ArtifactInstall !== undefined;
  return isStuck(member) || (isBroken && member.ran.ArtifactRollback !== "ok");
}

/** The contingency plan from here; `groups` is null where there is none, or where that was not decided. */
export function contingencyPlan(...asked: Parameters<typeof contingencyPlanning>): Replanned {
  return toItsEnd(contingencyPlanning(...asked));
}

/** The same step by step. */
export function* contingencyPlanning(
  deployment: Deployment,
  grounding: Grounding = groundingOf(deployment.begin.system),
  heard?: Heard,
): Steps<Replanned> {
  const { system, nodeLimit = defaultNodeLimit } = deployment.begin;
  const state = stateOf(withStandIns(deployment));
  if (state === null) return { type: "replanned", groups: null };
  const isNothingInstalled = haveFactsChanged(deployment);
  const isFrozen = (member: Member): boolean =>
    (isStuck(member) && !isStillOld(member)) ||
    (!isKept(member) && (isNothingInstalled || isInstallGivenUp(member)));
  const frozen = new Set(
    deployment.members.flatMap((member, index) => (isFrozen(member) ? [index] : [])),
  );
  const leaving = deployment.members.flatMap((member, index) =>
    hasRefusedCommit(deployment, member) ? [index] : [],
  );
  const away = deployment.begin.artifacts.filter(({ isAway }) => isAway === true);
  const there = asItStands(withoutArtifacts(system, away), deployment);
  const answer = yield* findingWayOut(there, state, frozen, {
    nodeLimit,
    heard,
    leaving: new Set(leaving),
    places: placesOf(deployment, state),
    grounding,
  });
  if (answer.kind === "undecided") return { type: "replanned", isUndecided: true, groups: null };
  return {
    type: "replanned",
    groups: answer.kind === "plan" ? detour(deployment, answer.plan) : null,
  };
}

/** What no table speaks of stands in nobody's way, whatever it runs. */
function withStandIns(deployment: Deployment): Deployment {
  const { system } = deployment.begin;
  const columns = [...system.endTables, ...system.transitionTables].flatMap(
    (table) => table.columns,
  );
  return {
    ...deployment,
    members: deployment.members.map((member, index) => {
      const { type = -1, start = -1 } = system.components[index] ?? {};
      const isSpokenOf = columns.some((column) => column.type === type);
      if (isSpokenOf || versionIn(system, index, member.version) !== null) return member;
      return { ...member, version: system.types[type]?.versions[start] ?? null };
    }),
  };
}

/** Its install has done nothing: that it could not be undone does not matter, and it may be made once more. */
function isStillOld({ step, version, supportsRollback, inconsistent }: Member): boolean {
  return supportsRollback === "No" && !inconsistent && version === step?.from;
}

/** What is installed and not committed can go back by its own rollback and in no other way. */
function asItStands(system: System, deployment: Deployment): System {
  return {
    ...system,
    components: system.components.map((component, index) => {
      const member = deployment.members[index];
      if (member === undefined || member.step === null || !isKept(member)) return component;
      const versions = system.types[component.type]?.versions ?? [];
      const old = versions.indexOf(member.step.from);
      const isBack = member.supportsRollback !== "No" && old >= 0;
      const { ways: _, ...rest } = component;
      return {
        ...rest,
        hops: versions.map((v) => (isBack && v === member.version ? [old] : [])),
      };
    }),
  };
}

/** Null where the way would need a Component twice: it must be possible before the commit. */
function detour(deployment: Deployment, plan: Plan): Replanned["groups"] {
  const groups = plan.stages.flatMap((stage) => stage.groups);
  const names = groups.flat().map((step) => step.component);
  if (new Set(names).size !== names.length) return null;
  const members = new Map(deployment.members.map((member) => [member.id, member]));
  return groups.map((steps) =>
    steps.map(({ component, from, to }) => {
      const member = members.get(component);
      const means = member !== undefined && isKept(member) ? "rollback" : "install";
      return { component, means, from, to };
    }),
  );
}

/** Sets out on it: those it names get their new step, the others stay as they are. */
export function takeWayOut(deployment: Deployment, replanned: Replanned): Deployment {
  const groups = replanned.groups ?? [];
  return {
    ...deployment,
    isWayOutUndecided: replanned.isUndecided === true,
    direction: "out",
    cursor: 0,
    mustReplan: false,
    detourGroups: groups.length,
    members: deployment.members.map((member) =>
      rerouted(member, groups, hasRefusedCommit(deployment, member)),
    ),
  };
}

function rerouted(
  member: Member,
  groups: NonNullable<Replanned["groups"]>,
  isRefused: boolean,
): Member {
  // What stays is owed a commit, also where one has failed on the way forward.
  const { ArtifactCommit } = member.ran;
  const isOver = ArtifactCommit === "ok" || isRefused;
  const observed: Ran = {
    ...member.ran,
    ObserveStuck: undefined,
    ArtifactCommit: isOver ? ArtifactCommit : undefined,
  };
  for (const [group, steps] of groups.entries()) {
    const step = steps.find(({ component }) => component === member.id);
    if (step === undefined) continue;
    const { from, to, means } = step;
    // An install begins from nothing; what was downloaded before is still owed a Cleanup.
    const fresh = member.ran.Download === undefined ? {} : { Download: "again" as const };
    return {
      ...member,
      step: means === "install" ? { group, from, to, means } : { group, from: to, to: from, means },
      ran: means === "install" ? fresh : observed,
    };
  }
  if (member.step === null) return member;
  return { ...member, step: { ...member.step, group: null }, ran: observed };
}
