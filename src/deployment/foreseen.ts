import type { ComponentId, SystemVersion, Version } from "../core/ids.ts";
import type { System } from "../manifest/system.ts";
import type { Plan, Step } from "../planner/plan.ts";
import { contingency } from "./contingency.ts";
import { type Deployment, isConstrained, type Member } from "./deployment.ts";
import { begin } from "./evolve.ts";
import { beginOnPaper } from "./on-paper.ts";
import type { Begin, Replanned } from "./records.ts";
import { endStateOf } from "./verdict.ts";

/** What becomes of the System where a Component that was installed cannot go back. */
export interface Foreseen {
  /** Index into the plan's stages. */
  readonly stage: number;
  readonly component: ComponentId;
  /** `no-rollback`: it never can, and something fails behind it. `rollback-failed`: it should, and does not. */
  readonly cause: "no-rollback" | "rollback-failed";
  /** The way out, by order groups; null where there is none. */
  readonly way: Replanned["groups"];
  /** Where it ends; null where that is no acceptable end state. */
  readonly endsIn: SystemVersion | null;
}

/** For every step of the plan, planned as the deployment would. Nothing without tables. */
export function foreseen(system: System, plan: Plan): readonly Foreseen[] {
  const first = beginOnPaper(system, plan);
  const before = begin(first, {
    type: "run",
    at: first.at,
    runId: "foreseen",
    bootId: "foreseen",
    verb: "install",
    stopBefore: [],
    exitOnReboot: false,
  });
  if (!isConstrained(before)) return [];
  let versions = before.members;
  return first.plan.stages.flatMap(({ groups }, stage) => {
    const start = versions;
    const found = groups.flatMap((steps, group) =>
      steps.map((step) => foresee(first, { ...before, stage, members: start }, group, step)),
    );
    const steps = groups.flat();
    versions = start.map((member) => {
      const step = steps.find(({ component }) => component === member.id);
      return step === undefined ? member : { ...member, version: step.to };
    });
    return found;
  });
}

/** The error path has undone all behind the step's group, and of the group all that can go back. */
function foresee(first: Begin, start: Deployment, stuck: number, { component }: Step): Foreseen {
  const { stage } = start;
  const groups = first.plan.stages[stage]?.groups ?? [];
  const firm = new Set(
    first.system.components.flatMap(({ id, supportsRollback }) => (supportsRollback ? [] : [id])),
  );
  const members = start.members.map((member): Member => {
    const group = groups.findIndex((steps) => steps.some((step) => step.component === member.id));
    const step = groups[group]?.find((one) => one.component === member.id);
    if (step === undefined) return member;
    const { from, to } = step;
    const isFirm = firm.has(member.id);
    const planned: Member = {
      ...member,
      step: { group, from, to, means: "install" },
      supportsRollback: isFirm ? "No" : "Yes",
      version: from,
    };
    if (member.id === component) {
      const failed = isFirm ? {} : ({ ArtifactRollback: "failed" } as const);
      return installed(planned, to, { ObserveStuck: "ok", ...failed });
    }
    if (group < stuck) return installed(planned, to, {});
    if (group === stuck && isFirm) return installed(planned, to, { ObserveStuck: "ok" });
    return planned;
  });
  const deployment: Deployment = { ...start, way: "back", members };
  const { groups: way } = contingency(deployment);
  return {
    stage,
    component,
    cause: firm.has(component) ? "no-rollback" : "rollback-failed",
    way,
    endsIn: endStateOf({ ...deployment, members: afterwards(members, way ?? []) }),
  };
}

function installed(member: Member, version: Version, ran: Member["ran"]): Member {
  return { ...member, version, ran: { Download: "ok", ArtifactInstall: "ok", ...ran } };
}

function afterwards(
  members: readonly Member[],
  way: NonNullable<Replanned["groups"]>,
): readonly Member[] {
  return members.map((member) => {
    const step = way.flat().find(({ component }) => component === member.id);
    return step === undefined ? member : { ...member, version: step.to };
  });
}
