import type { Place } from "../core/problem.ts";
import type { Preferred } from "../manifest/preference.ts";
import type { Column, System, SystemState } from "../manifest/system.ts";
import type { OrderReason } from "../planner/conflict/order-reasons.ts";
import type { Explanation } from "../planner/explain.ts";
import type { Nogood, RowNogood } from "../planner/model/conflict.ts";
import type { Answer } from "../planner/model/plan.ts";
import type { PlannedSystem } from "./planned.ts";

/** With what nogoods are told by name and place. */
export type NogoodPlaces = Pick<PlannedSystem, "system" | "placesOf">;

/** What is told about an explanation. */
export interface ExplanationReport {
  readonly planned: PlannedSystem;
  readonly answer: Answer;
  readonly explanation: Explanation;
}

/** Where the order of the type is written. */
export function orderPlace({ system, placesOf }: NogoodPlaces, type: number): Place | null {
  const name = system.types[type]?.name;
  return name === undefined ? null : (placesOf(name)?.order ?? null);
}

/** Which of the type's versions the Manifest would rather rest in. */
export function preferredIn({ system, placesOf }: NogoodPlaces, type: number): Preferred {
  const name = system.types[type]?.name;
  return (name === undefined ? null : placesOf(name)?.prefer) ?? "newest";
}

/** What asks for the order, as rows that are found by file and line; empty: nothing that was written asks. */
export function causeNogoods(cause: OrderReason["cause"]): readonly Nogood[] {
  if (cause.kind === "limit") return [{ kind: "row", table: "limits", rule: cause.rule }];
  return cause.kind === "nogoods" ? cause.nogoods : [];
}

/** Whether a rule says it, and no row of a table. */
export function isOfRule({ endTables, transitionTables }: System, { rule }: RowNogood): boolean {
  return [...endTables, ...transitionTables].some(
    ({ isRule, rows }) =>
      isRule === true &&
      rows.some(
        ({ rule: own }) =>
          own.file === rule?.file && own.line === rule.line && own.row === rule.row,
      ),
  );
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
