import type { ComponentType } from "../core/ids.ts";
import type { Place } from "../core/problem.ts";
import type { Column, Rule, System, SystemState } from "../manifest/system.ts";
import type { Explanation, WhyNot } from "../planner/explain.ts";
import type { Answer } from "../planner/plan.ts";
import type { PlannedSystem } from "./planned.ts";

/** What is told about an explanation. */
export interface ExplanationReport {
  readonly planned: PlannedSystem;
  readonly system: System;
  readonly answer: Answer;
  readonly explanation: Explanation;
  /** Where the Manifest speaks of a type. */
  readonly placeOf: (type: ComponentType) => Place | null;
}

/** Where the explanation has found none within its limit: the rules that the plan's search has, not reduced. */
export function rulesOfSearch({ answer }: ExplanationReport, why: WhyNot): readonly Rule[] {
  const isUnexplained = why.core.length === 0 && !why.isIrreducible;
  return isUnexplained && answer.kind === "no-plan" ? answer.core : [];
}

export function componentName({ components }: System, component: number): string {
  return components[component]?.id ?? "?";
}

export function typeName({ types }: System, type: number): string {
  return types[type]?.name ?? "?";
}

export function versionName({ types }: System, type: number, version: number | undefined): string {
  return types[type]?.versions[version ?? -1] ?? "?";
}

/** The head of a column as the tables write it. */
export function headName(system: System, { type, component }: Column): string {
  const name = typeName(system, type);
  return component === null ? name : `${name}@${componentName(system, component)}`;
}

/** Each Component's version, in the System's order. */
export function stateVersions(system: System, state: SystemState): readonly string[] {
  return system.components.map(({ type }, index) => versionName(system, type, state[index]));
}
