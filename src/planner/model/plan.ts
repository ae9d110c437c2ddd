import * as z from "zod";
import { ComponentId, ComponentType, SystemVersion, Version } from "../../core/ids.ts";
import { Rule } from "../../manifest/system.ts";
import type { Conflict } from "./conflict.ts";

/** One Component, one Artifact. */
export const Step = z
  .strictObject({
    component: ComponentId,
    componentType: ComponentType,
    from: Version,
    to: Version,
    /** The rows that allow the states this step leads to. */
    allowedBy: z.array(Rule).readonly(),
  })
  .readonly();
export type Step = z.infer<typeof Step>;

/** Groups that are committed together; each Component at most once. */
export const Stage = z
  .strictObject({
    /** The end state it rests in; null only where there are no tables. */
    systemVersion: SystemVersion.nullable(),
    /** Order groups: the steps of one are made at the same time. */
    groups: z.array(z.array(Step).readonly()).readonly(),
  })
  .readonly();
export type Stage = z.infer<typeof Stage>;

/** What a plan costs; compared field by field in this order. */
export const Cost = z
  .strictObject({
    installs: z.int().nonnegative(),
    stages: z.int().nonnegative(),
    exposure: z.int().nonnegative(),
    groups: z.int().nonnegative(),
  })
  .readonly();
export type Cost = z.infer<typeof Cost>;

/** A group of a plan, counted from 0. */
export const GroupPlace = z
  .strictObject({ stage: z.int().nonnegative(), group: z.int().nonnegative() })
  .readonly();
export type GroupPlace = z.infer<typeof GroupPlace>;

export const Plan = z
  .strictObject({
    stages: z.array(Stage).readonly(),
    cost: Cost,
    /** True only where it is proved that no acceptable plan costs less; beside a written order, none that keeps it. */
    optimal: z.boolean(),
    /** A proved lower bound; equal to `cost` where `optimal`. */
    bound: Cost,
    /** The first group after whose start a failure can no longer be undone. */
    pointOfNoReturn: GroupPlace.nullable(),
  })
  .readonly();
export type Plan = z.infer<typeof Plan>;

export interface NoPlan extends Conflict {
  readonly kind: "no-plan";
  readonly reason: string;
  /** The type that no Artifact at hand brings where it should be; null: it is not for that. */
  readonly stuck: ComponentType | null;
}

/** What the planner answers. */
export type Answer =
  | { readonly kind: "plan"; readonly plan: Plan }
  /** Proved: there is none. */
  | NoPlan
  /** The node limit was reached before an answer. */
  | { readonly kind: "undecided"; readonly nodes: number };
