import type {
  Cell,
  Certificate,
  Cover,
  Held,
  Interval,
  System,
  Walk,
} from "../certificate/shape.ts";
import type { Heard } from "../planner/model/budget.ts";
import type { Move } from "../planner/model/moves.ts";
import { optionClassesOf, someMeeting } from "../planner/model/option-classes.ts";
import type { TableClasses } from "../planner/model/table-classes.ts";
import type { Columns } from "./columns.ts";
import { apartOf, isWithin, meets } from "./cells.ts";
import type { Prover } from "./prover.ts";

type Table = System["end_states"][number];

/** What all ways of a certificate are shown with. */
export interface WalkTools {
  readonly system: System;
  readonly tableClasses: TableClasses;
  readonly columns: Columns;
  readonly prover: Prover;
  /** Those that were needed, each once, by what they say. */
  readonly exemptions: Map<string, Certificate["exemptions"][number]>;
  readonly heard: Heard | undefined;
}

/** Something that the planner says and for which no evidence was found. */
export class Unproved extends Error {}

/** Shows one stage. `start`: what stands in it is no reason to refuse; `before`: where the stage begins. */
export function walkOf(
  tools: WalkTools,
  start: readonly number[],
  before: readonly number[],
  groups: readonly (readonly Move[])[],
): { readonly walk: Walk; readonly after: readonly number[] } {
  const options: (readonly number[])[] = before.map((version) => [version]);
  const intervals = groups.map((moves): Interval => {
    for (const { component, from, to } of moves)
      options[component] = [from, to].toSorted((a, b) => a - b);
    tools.heard?.(1);
    const interval = intervalOf(tools, start, options, moves);
    for (const { component, to } of moves) options[component] = [to];
    return interval;
  });
  return { walk: { intervals, end: endOf(tools, options) }, after: options.flat() };
}

function intervalOf(
  tools: WalkTools,
  start: readonly number[],
  options: readonly (readonly number[])[],
  moves: readonly Move[],
): Interval {
  const { system, tableClasses, columns } = tools;
  const optionClasses = optionClassesOf(tableClasses, start, options);
  const moving = new Set(moves.map(({ component }) => tableClasses.of[component] ?? -1));
  const accepted = new Set<number>();
  for (const [table, stands] of columns.ofTransitions.entries()) {
    if (!stands.some((column) => column.some((kind) => moving.has(kind)))) continue;
    const filled = stands.map((column) => column.flatMap((kind) => optionClasses[kind] ?? []));
    someMeeting(filled, (meeting) => {
      if (meeting.some((own) => own.length > 1))
        for (const one of statementsOf(tools, table, meeting)) accepted.add(one);
      return false;
    });
  }
  const told = { accepted_by: [...accepted].toSorted((a, b) => a - b) };
  if (!system.end_states_only) return told;
  return {
    ...told,
    end_states: system.end_states.map((_, at) => heldIn(tools, at, start, options)),
  };
}

type Meeting = Parameters<Parameters<typeof someMeeting>[1]>[0];

/** The whole of it by one statement; or, column by column, all but what stands since the start. */
function statementsOf(
  { system, prover, exemptions }: WalkTools,
  table: number,
  meeting: Meeting,
): readonly number[] {
  const kinds = meeting.map(([option]) => option?.tableClass ?? -1);
  const lists = meeting.map((own) => own.map(({ version }) => version));
  const whole = prover.statement(table, kinds, lists);
  if (whole !== null) return [whole];
  const unproved = () =>
    new Unproved(`table "${system.transition_states[table]?.name ?? ""}" in a state on the way`);
  const standing = meeting.flatMap((own) => own.find((one) => one.isGrandfathered)?.version ?? []);
  if (standing.length < meeting.length) throw unproved();
  const exempt = { table, kinds, versions: standing };
  exemptions.set(JSON.stringify(exempt), exempt);
  return lists.flatMap((own, column) => {
    const moved = own.filter((version) => version !== standing[column]);
    if (moved.length === 0) return [];
    const piece = lists.map((list, place) => {
      if (place === column) return moved;
      return place < column ? standing.slice(place, place + 1) : list;
    });
    const statement = prover.statement(table, kinds, piece);
    if (statement === null) throw unproved();
    return [statement];
  });
}

function endOf(
  { system, columns }: WalkTools,
  options: readonly (readonly number[])[],
): readonly Held[] {
  const state = options.flat();
  return system.end_states.map((table, at) => {
    const end = endIn(table, columns.componentsOf(at), state);
    if (end === null) throw new Unproved(`the end of a stage in table "${table.name}"`);
    return end;
  });
}

/** The YES row that the state lies in, and what keeps the NO rows away; null: the table does not accept it. */
function endIn(
  table: Table,
  stands: readonly (readonly number[])[],
  state: readonly number[],
): Held | null {
  const versionOf = (component: number) => [state[component] ?? -1];
  const row = table.rows.findIndex(
    ({ verdict, cells }) =>
      verdict === "yes" &&
      stands.every((own, place) =>
        own.every((one) => isWithin(versionOf(one), cells[place] ?? null)),
      ),
  );
  const apart = apartOf(table, (place, cell) =>
    (stands[place] ?? []).every((one) => !meets(versionOf(one), cell)),
  );
  return row < 0 || apart === null ? null : { row, apart };
}

/** Where only end states may be passed: the rows of an end table that hold all states of a group. */
function heldIn(
  { system, columns }: WalkTools,
  at: number,
  start: readonly number[],
  options: readonly (readonly number[])[],
): Cover {
  const table = system.end_states[at];
  if (table === undefined) throw new Error("no such table");
  const stands = columns.componentsOf(at);
  const isOdd = endIn(table, stands, start) === null;
  const unproved = new Unproved(`table "${table.name}" in a state on the way`);

  function covered(own: readonly (readonly number[])[]): Cover {
    const isMoved = (one: number) => own[one]?.some((version) => version !== start[one]) ?? false;
    const moved = stands.map((column) => column.some(isMoved));
    const count = moved.filter(Boolean).length;
    const row = (table?.rows ?? []).findIndex(
      ({ verdict, cells }) =>
        verdict === "yes" &&
        stands.every((column, place) => {
          const isJudged = !isOdd || count > (moved[place] === true ? 1 : 0);
          return column.every(
            (one) => (!isJudged && !isMoved(one)) || isWithin(own[one] ?? [], cells[place] ?? null),
          );
        }),
    );
    if (row >= 0) return { row, apart: apartFrom(own) };
    const component = cutAt(own);
    const versions = own[component] ?? [];
    if (versions.length < 2) throw unproved;
    return { component, parts: versions.map((one) => covered(own.with(component, [one]))) };
  }

  /** A Component that a row which holds some of it holds partly. */
  function cutAt(own: readonly (readonly number[])[]): number {
    for (const { verdict, cells } of table?.rows ?? []) {
      if (verdict !== "yes") continue;
      const all = stands.flatMap((column, place) =>
        column.map((one) => ({ versions: own[one] ?? [], cell: cells[place] ?? null, one })),
      );
      if (!isOdd && !all.every(({ versions, cell }) => meets(versions, cell))) continue;
      const partly = all.find(
        ({ versions, cell }) => versions.length > 1 && !isWithin(versions, cell),
      );
      if (partly !== undefined) return partly.one;
    }
    return own.findIndex((versions) => versions.length > 1);
  }

  function apartFrom(own: readonly (readonly number[])[]): readonly number[] {
    const matching = (place: number, cell: Cell) =>
      (stands[place] ?? []).flatMap((one) =>
        (own[one] ?? [])
          .filter((version) => cell?.includes(version) ?? true)
          .map((version) => version === start[one]),
      );
    return (table?.rows ?? []).flatMap(({ verdict, cells }) => {
      if (verdict !== "no") return [];
      const place = cells.findIndex((cell, column) => matching(column, cell).length === 0);
      const isOld = isOdd && cells.every((cell, column) => matching(column, cell).every(Boolean));
      if (place < 0 && !isOld) throw unproved;
      return [place];
    });
  }

  return covered(options);
}
