import type { Place } from "../core/problem.ts";
import type { Column, System, SystemState } from "../manifest/system.ts";
import type { Explanation, WhyNot } from "../planner/explain.ts";
import type { Answer } from "../planner/model/plan.ts";
import type { PlannedSystem } from "./planned.ts";

/** With what nogoods are told by name and place. */
export interface NogoodPlaces {
  readonly system: System;
  readonly planned: Pick<PlannedSystem, "placesOf">;
}

/** What is told about an explanation. */
export interface ExplanationReport extends NogoodPlaces {
  readonly planned: PlannedSystem;
  readonly answer: Answer;
  readonly explanation: Explanation;
}

/** Where the order of the type is written. */
export function orderPlace({ system, planned }: NogoodPlaces, type: number): Place | null {
  const name = system.types[type]?.name;
  return name === undefined ? null : (planned.placesOf(name)?.order ?? null);
}

/**
 * The nogoods that are told beside an answer; null: the rows that the search for a plan has met are told instead,
 * because they were reduced further, or nothing else is known.
 */
export function toldBans(
  { whyNot }: PlannedSystem,
  answer: Answer,
): { readonly system: System; readonly why: WhyNot } | null {
  if (whyNot === null || whyNot.why.core.length === 0) return null;
  const { core, isIrreducible } = whyNot.why;
  const isKnown = isIrreducible || core.some(({ kind }) => kind === "order");
  return isKnown || answer.kind !== "no-plan" || answer.core.length === 0 ? whyNot : null;
}

/** Where the explanation has found none within its limit: the rules that the plan's search has, not reduced. */
export function rulesOfSearch(
  { answer }: ExplanationReport,
  why: WhyNot,
): Pick<Extract<Answer, { kind: "no-plan" }>, "core" | "isReduced"> {
  const isUnexplained = why.core.length === 0 && !why.isIrreducible;
  return isUnexplained && answer.kind === "no-plan" ? answer : { core: [], isReduced: false };
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
