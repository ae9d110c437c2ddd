import { defaultNodeLimit } from "../core/node-limit.ts";
import type { ComponentId, SystemVersion, Version } from "../core/ids.ts";
import type { System } from "../manifest/system.ts";
import { type Grounding, groundingOf } from "../planner/constraints/grounding.ts";
import type { Heard, SearchLimit } from "../planner/model/budget.ts";
import { symmetryClassesOf } from "../planner/model/symmetry-classes.ts";
import { tableClassesOf } from "../planner/model/table-classes.ts";
import type { Plan, Step } from "../planner/model/plan.ts";
import { contingencyPlan } from "./contingency-plan.ts";
import { type Deployment, isConstrained, type Member } from "./deployment.ts";
import { begin } from "./evolve.ts";
import { syntheticBegin } from "./synthetic-begin.ts";
import type { Replanned } from "./records.ts";
import { endStateOf } from "./verdict.ts";

/** What becomes of the System where a Component that was installed cannot go back. */
export interface Contingency {
  /** Index into the plan's stages. */
  readonly stage: number;
  readonly component: ComponentId;
  /** `no-rollback`: it never can, and something fails behind it. `rollback-failed`: it should, and does not. */
  readonly cause: "no-rollback" | "rollback-failed";
  /** The way out, by order groups; null where there is none, or none was found. */
  readonly groups: Replanned["groups"];
  /** False: the node limit ended the search for it. */
  readonly isDecided: boolean;
  /** Where it ends; null where that is no acceptable end state. */
  readonly endsIn: SystemVersion | null;
}

/**
 * How many ways are planned, times Components: what a way takes grows with them. Enough for two hundred Components that
 * are each installed ten times; of two thousand that differ, two hundred ways.
 */
const contingencyLimit = 400_000;

/** `nodeLimit`: for each way. */
interface ContingencyOptions extends Partial<SearchLimit> {
  /** How many ways are planned, times Components. */
  readonly limit?: number;
}

/**
 * For every step of the plan, planned as the deployment would. Nothing without tables, and nothing for later steps
 * where all would be too many.
 */
export function contingencies(
  system: System,
  plan: Plan,
  { nodeLimit = defaultNodeLimit, limit = contingencyLimit, heard }: ContingencyOptions = {},
): readonly Contingency[] {
  const first = syntheticBegin(system, plan, { nodeLimit });
  const grounding = groundingOf(system);
  const before = begin(first, {
    type: "run",
    at: first.at,
    runId: "synthetic",
    bootId: "synthetic",
    verb: "install",
    stopBefore: [],
    exitOnReboot: false,
  });
  if (!isConstrained(before)) return [];
  let versions = before.members;
  let left = Math.ceil(limit / system.components.length);
  const classes = alikeOnes(system);
  const places = new Map(system.components.map(({ id }, index) => [id, index]));
  return first.plan.stages.flatMap(({ groups }, stage) => {
    const start = versions;
    const moves = movesOf(groups);
    const found = groups.flatMap((steps, group) => {
      const known = new Map<string, Contingency>();
      return steps.flatMap((step): readonly Contingency[] => {
        const key = `${classes.get(step.component) ?? -1}/${step.from}/${step.to}`;
        const alike = known.get(key);
        if (alike !== undefined) return [renamed(alike, step.component, classes, places)];
        if (left <= 0) return [];
        left -= 1;
        // A way that needs no search is heard of, too.
        heard?.(1);
        const own = contingencyOf(
          grounding,
          { ...before, stage, members: start },
          moves,
          group,
          step,
          heard,
        );
        known.set(key, own);
        return [own];
      });
    });
    versions = start.map((member) => {
      const move = moves.get(member.id);
      return move === undefined ? member : { ...member, version: move.step.to };
    });
    return found;
  });
}

/** What each Component does in a stage. */
type Moves = ReadonlyMap<ComponentId, { readonly group: number; readonly step: Step }>;

function movesOf(groups: Plan["stages"][number]["groups"]): Moves {
  return new Map(
    groups.flatMap((steps, group) =>
      steps.map((step) => [step.component, { group, step }] as const),
    ),
  );
}

/** The error path has undone all behind the step's group, and of the group all that can go back. */
function contingencyOf(
  grounding: Grounding,
  start: Deployment,
  moves: Moves,
  stuck: number,
  { component }: Step,
  heard: Heard | undefined,
): Contingency {
  const { begin: first, stage } = start;
  const firm = new Set(
    first.system.components.flatMap(({ id, supportsRollback }) => (supportsRollback ? [] : [id])),
  );
  const members = start.members.map((member): Member => {
    const move = moves.get(member.id);
    if (move === undefined) return member;
    const { group, step } = move;
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
  const deployment: Deployment = { ...start, direction: "back", members };
  const { groups, isUndecided = false } = contingencyPlan(deployment, grounding, heard);
  return {
    stage,
    component,
    cause: firm.has(component) ? "no-rollback" : "rollback-failed",
    groups,
    isDecided: !isUndecided,
    endsIn: endStateOf({ ...deployment, members: afterwards(members, groups ?? []) }, grounding),
  };
}

function installed(member: Member, version: Version, ran: Member["ran"]): Member {
  return { ...member, version, ran: { Download: "ok", ArtifactInstall: "ok", ...ran } };
}

function afterwards(
  members: readonly Member[],
  way: NonNullable<Replanned["groups"]>,
): readonly Member[] {
  const steps = new Map(way.flat().map((step) => [step.component, step]));
  return members.map((member) => {
    const step = steps.get(member.id);
    return step === undefined ? member : { ...member, version: step.to };
  });
}

/** Components of one number are alike in all but their names. */
function alikeOnes(system: System): ReadonlyMap<ComponentId, number> {
  const { of } = symmetryClassesOf(system, tableClassesOf(system));
  return new Map(system.components.map(({ id }, index) => [id, of[index] ?? -1]));
}

/**
 * The same for another Component of the group that is alike and makes the same step: in the way out the two
 * change places. Of those that then make the same step, the first in the Topology are the first again.
 */
function renamed(
  known: Contingency,
  component: ComponentId,
  classes: ReadonlyMap<ComponentId, number>,
  places: ReadonlyMap<ComponentId, number>,
): Contingency {
  const way = known.groups?.map((steps) => [...steps]) ?? null;
  const all = way?.flatMap((steps) => steps.map((step, at) => ({ steps, step, at }))) ?? [];
  const own = all.find(({ step }) => step.component === component)?.step;
  if (way === null || own === undefined) return { ...known, component };
  const slots = all.filter(
    ({ step }) =>
      classes.get(step.component) === classes.get(component) &&
      step.from === own.from &&
      step.to === own.to &&
      step.means === own.means,
  );
  const byPlace = (a: ComponentId, b: ComponentId) => (places.get(a) ?? -1) - (places.get(b) ?? -1);
  const names = slots
    .map(({ step }) => (step.component === component ? known.component : step.component))
    .toSorted(byPlace);
  for (const [index, { steps, step, at }] of slots.entries()) {
    steps[at] = { ...step, component: names[index] ?? step.component };
  }
  const sorted = way.map((steps) => steps.toSorted((a, b) => byPlace(a.component, b.component)));
  return { ...known, component, groups: sorted };
}
