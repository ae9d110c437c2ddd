import type { ComponentId } from "../core/ids.ts";
import type { Begin } from "../deployment/records.ts";
import type { System } from "../manifest/system.ts";
import { symmetryClassesOf } from "../planner/model/symmetry-classes.ts";
import { tableClassesOf } from "../planner/model/table-classes.ts";
import type { Answers } from "./situation.ts";

/** How situations that differ in the names of alike Components only are taken for equal. */
export type Merging =
  /** Of those in the same condition only so many are counted as can make a difference. */
  | "capped"
  /** All are counted. */
  | "counted"
  /** None is: every name counts. */
  | "none";

/** Components that nothing tells apart: two at least, as places in the System's order. */
export type AlikeClass = readonly number[];

/**
 * Alike are those of one symmetry class of the planner with the same step in every stage, the same policy and the same
 * answers. `apart`: these are told from all others.
 */
export function alikeClasses(
  { system, plan, components }: Begin,
  answers: Answers,
  apart: readonly ComponentId[],
): readonly AlikeClass[] {
  const { of } = symmetryClassesOf(system, tableClassesOf(system));
  const policies = new Map(components.map(({ id, onInterrupt }) => [id, onInterrupt]));
  const groupOf = new Map(
    plan.stages.flatMap(({ groups }, stage) =>
      groups.flatMap((steps, group) =>
        steps.map(({ component }) => [`${stage} ${component}`, group] as const),
      ),
    ),
  );
  const classes = new Map<string, number[]>();
  for (const [place, { id }] of system.components.entries()) {
    const groups = plan.stages.map((_, stage) => groupOf.get(`${stage} ${id}`) ?? "");
    const key = [
      of[place],
      policies.get(id),
      answers.supportsRollback(id),
      answers.needsReboot(id),
      apart.includes(id),
      ...groups,
    ].join("/");
    const known = classes.get(key);
    if (known === undefined) classes.set(key, [place]);
    else known.push(place);
  }
  return [...classes.values()].filter(({ length }) => length > 1);
}

/**
 * So many alike ones in the same condition are counted. A fault takes one out of them, or cuts them in two behind or
 * before one: what is then counted must not depend on how many more there were. Tables with several columns of one type
 * tell apart so many of it.
 */
export function capWith({ endTables, transitionTables }: System): (faultsLeft: number) => number {
  const columns = [...endTables, ...transitionTables].flatMap((table) =>
    table.columns.map(({ type }) => table.columns.filter((column) => column.type === type).length),
  );
  const least = Math.max(1, ...columns);
  return (faultsLeft) => (least + 1) * 2 ** faultsLeft - 1;
}
