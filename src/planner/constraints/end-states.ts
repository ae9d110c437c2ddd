import type { SystemVersion } from "../../core/ids.ts";
import { startState } from "../../manifest/system-state.ts";
import type { EndRow, Rule, System, SystemState, VersionSet } from "../../manifest/system.ts";
import { optionClassesOf, type Options } from "../model/option-classes.ts";
import { at } from "../model/moves.ts";
import { candidates, type TableClasses } from "../model/table-classes.ts";
import { firstRow, rowBitSets } from "./relation-by-row-bits.ts";
import { byRule } from "./rule-order.ts";
import {
  type EndNogood,
  type EndStateBudget,
  type EndStateSearch,
  isCutShort,
  searchEndState,
  within,
} from "./end-state-satisfiability.ts";

/** The end states that one YES row of every end table allows together. */
export interface EndBox {
  /** What the first table calls them. */
  readonly name: SystemVersion | null;
  /** The row of each table. */
  readonly rules: readonly Rule[];
  /** For each table class the versions they may have, ascending; null: any. */
  readonly domains: readonly (readonly number[] | null)[];
}

/** The end states, and what may be done to find them: where that does not suffice, less is granted than there is. */
export interface EndStates {
  /** In the order of their names. */
  readonly boxes: readonly EndBox[];
  /** How many boxes there are, and NO rows that overlap them. */
  readonly rows: number;
  /** The table class of NO rows that overlap a box; mostly none. */
  readonly restrictedClasses: ReadonlySet<number>;
  /** The System version of an acceptable end state; null: it is none. */
  readonly nameOf: (state: SystemState) => SystemVersion | null;
  /** Whether a combination of the state matches a NO row. */
  readonly isContradicted: (state: SystemState) => boolean;
  /**
   * The rules that make an end state in which Components of `table class[i]` have `versions[i]`; null: there is none.
   */
  readonly granting: (
    classes: readonly number[],
    versions: readonly number[],
  ) => readonly Rule[] | null;
  /** Whether one end state of each of these combinations is of the same box; lists of versions for `table class[i]`. */
  readonly grantsAll: (
    classes: readonly number[],
    lists: readonly (readonly number[])[],
  ) => boolean;
  /** False: none of these combinations is part of an end state. */
  readonly mayGrant: (classes: readonly number[], lists: readonly (readonly number[])[]) => boolean;
  /**
   * Of each NO row that overlaps a box the cells where these table class stand; null: any version, or it does not speak
   * of them.
   */
  readonly nogoodsOn: (classes: readonly number[]) => readonly (readonly VersionSet[])[];
  /** Asked before each cut of a box along a NO row; false where that was done too often. */
  readonly mayCut: () => boolean;
}

export interface JoinedEndStates {
  /** Some NO row overlaps a YES row, so that what is left has to be searched for; else the budget does not matter. */
  readonly areSearched: boolean;
  /** For one question. */
  readonly within: (budget: EndStateBudget) => EndStates;
}

export function endStatesOf(system: System, tableClasses: TableClasses): JoinedEndStates {
  const boxes = joinedBoxes(system, tableClasses);
  const sizes = tableClasses.classes.map(({ type }) => system.types[type]?.versions.length ?? 0);
  const bitSets = rowBitSets(
    boxes.map(({ domains }) => domains),
    sizes,
  );
  const nogoods = system.endTables
    .flatMap((table) => {
      const columns = candidates(tableClasses, table.columns);
      return table.rows
        .filter(({ verdict }) => verdict === "no")
        .map(({ cells }) => ({ columns, cells }));
    })
    .filter((nogood) => boxes.some((box) => overlaps(box, nogood)));
  const starts = startState(system);
  const restrictedClasses = new Set(nogoods.flatMap(({ columns }) => columns.flat()));

  function isContradicted(options: Options): boolean {
    if (nogoods.length === 0) return false;
    const optionClasses = optionClassesOf(tableClasses, starts, options);
    // Nobody may stand in two columns: each of them is matched for itself.
    return nogoods.some(({ columns, cells }) =>
      columns.every((classes, column) => {
        const cell = cells[column] ?? null;
        return classes.some((one) =>
          optionClasses[one]?.some(
            ({ options: [only] }) => cell?.includes(only?.version ?? -1) ?? true,
          ),
        );
      }),
    );
  }

  const domainsOf = (box: EndBox) => (tableClass: number) =>
    box.domains[tableClass] ?? Array.from({ length: sizes[tableClass] ?? 0 }, (_, at) => at);
  const nogoodsOf = boxes.map((box) => nogoods.filter((nogood) => overlaps(box, nogood)));
  /** Of the others it makes no difference what they have. */
  const spokenOf = new Set(
    nogoods.flatMap(({ columns, cells }) =>
      columns.flatMap((classes, column) => ((cells[column] ?? null) === null ? [] : classes)),
    ),
  );

  /** Of no question: whoever asks again pays for it again. */
  const searches = new Map<string, EndStateSearch>();

  const askedWithin = (budget: EndStateBudget): EndStates => {
    const knownSatisfiable = new Map<string, boolean>();

    /** Whether the box, which allows all of these versions, holds an end state in which they are at the same time. */
    function isBoxSatisfiable(
      box: number,
      classes: readonly number[],
      lists: readonly (readonly number[])[],
    ): boolean {
      const given = byTableClass(classes, lists, (one) => spokenOf.has(one));
      let key = String(box);
      for (const [one, versions] of given) key += `/${String(one)} ${versions.join()}`;
      const before = knownSatisfiable.get(key);
      if (before !== undefined) return before;
      const search = within(budget, searches.get(key), (limit) =>
        searchEndState(domainsOf(at(boxes, box)), at(nogoodsOf, box), given, limit),
      );
      if (!isCutShort(search)) searches.set(key, search);
      // What is not shown to be acceptable is not; but then it is not shown to be refused either.
      if (search.said === "given-up") budget.isExceeded = true;
      knownSatisfiable.set(key, search.said === "yes");
      return search.said === "yes";
    }

    /** One in which all of these versions may be at the same time, a list for each of the table class. */
    function satisfiableBox(
      classes: readonly number[],
      lists: readonly (readonly number[])[],
    ): EndBox | undefined {
      return boxes.find((box, index) => {
        const isIn = classes.every((one, at) => {
          const domain = box.domains[one] ?? null;
          return domain === null || lists[at]?.every((version) => domain.includes(version));
        });
        return isIn && isBoxSatisfiable(index, classes, lists);
      });
    }

    function grantedBox(
      classes: readonly number[],
      versions: readonly number[],
    ): EndBox | undefined {
      if (nogoods.length === 0) return boxes[firstRow(bitSets, classes, versions)];
      return satisfiableBox(
        classes,
        versions.map((version) => [version]),
      );
    }

    function mayGrant(classes: readonly number[], lists: readonly (readonly number[])[]): boolean {
      const asked = byTableClass(classes, lists, () => true);
      return boxes.some((box, index) => {
        const whole = domainsOf(box);
        const domains = (one: number) => {
          const among = asked.get(one);
          return among === undefined
            ? whole(one)
            : whole(one).filter((version) => among.includes(version));
        };
        const isIn = classes.every((one) => domains(one).length > 0);
        if (!isIn) return false;
        const search = within(budget, undefined, (limit) =>
          searchEndState(domains, at(nogoodsOf, index), new Map(), limit),
        );
        return search.said !== "no";
      });
    }

    return {
      boxes,
      rows: boxes.length + nogoods.length,
      restrictedClasses,
      nameOf: (state) => {
        const box = boxes[firstRow(bitSets, tableClasses.of, state)];
        if (box === undefined || isContradicted(state.map((version) => [version]))) return null;
        return box.name;
      },
      isContradicted: (state) => isContradicted(state.map((version) => [version])),
      granting: (classes, versions) => grantedBox(classes, versions)?.rules ?? null,
      mayGrant,
      grantsAll: (classes, lists) => satisfiableBox(classes, lists) !== undefined,
      nogoodsOn: (classes) => nogoods.map((nogood) => classes.map((one) => cellOf(nogood, one))),
      mayCut: () => {
        budget.cutsLeft -= 1;
        if (budget.cutsLeft < 0) budget.isExceeded = true;
        return budget.cutsLeft >= 0;
      },
    };
  };
  return { areSearched: nogoods.length > 0, within: askedWithin };
}

/** The lists of those that count; all of them where the same stand there more than once. */
function byTableClass(
  classes: readonly number[],
  lists: readonly (readonly number[])[],
  counts: (one: number) => boolean,
): ReadonlyMap<number, readonly number[]> {
  const all = new Map<number, readonly number[]>();
  for (const [at, one] of classes.entries()) {
    if (counts(one)) all.set(one, [...(all.get(one) ?? []), ...(lists[at] ?? [])]);
  }
  return all;
}

function cellOf({ columns, cells }: EndNogood, tableClass: number): VersionSet {
  return cells[columns.findIndex((column) => column.includes(tableClass))] ?? null;
}

/** Whether a state of the box could match the NO row. */
function overlaps({ domains }: EndBox, { columns, cells }: EndNogood): boolean {
  return columns.every((classes, column) => {
    const cell = cells[column] ?? null;
    return classes.some((one) => {
      const domain = domains[one] ?? null;
      if (cell === null || domain === null) return cell === null || cell.length > 0;
      return cell.some((version) => domain.includes(version));
    });
  });
}

/** One box for each choice of a YES row from every table, where anything is left of it. */
function joinedBoxes(system: System, tableClasses: TableClasses): readonly EndBox[] {
  let boxes: readonly EndBox[] = [
    { name: null, rules: [], domains: tableClasses.classes.map(() => null) },
  ];
  for (const [at, table] of system.endTables.entries()) {
    const columnOf = governingColumns(tableClasses, table.columns);
    const rows = table.rows.filter(({ verdict }) => verdict === "yes").toSorted(byName);
    boxes = boxes.flatMap((box) =>
      rows.flatMap((row) => {
        if (isApart(box, row, columnOf)) return [];
        const domains = box.domains.map((domain, tableClass) => {
          const column = columnOf[tableClass] ?? -1;
          const cell = column < 0 ? null : (row.cells[column] ?? null);
          if (cell === null || domain === null) return cell ?? domain;
          return cell.filter((version) => domain.includes(version));
        });
        const name = at === 0 ? row.systemVersion : box.name;
        return [{ name, rules: [...box.rules, row.rule], domains }];
      }),
    );
  }
  return boxes;
}

/** Whether nothing lies in both: of the rows of two long tables most have nothing in common. */
function isApart({ domains }: EndBox, { cells }: EndRow, columnOf: readonly number[]): boolean {
  return domains.some((domain, tableClass) => {
    const cell = cells[columnOf[tableClass] ?? -1] ?? null;
    if (cell === null || domain === null) return (cell ?? domain)?.length === 0;
    return !cell.some((version) => domain.includes(version));
  });
}

/** For each table class the column of an end table that speaks of them: its own, else its type's; -1: none. */
function governingColumns(
  { classes, of }: TableClasses,
  columns: System["endTables"][number]["columns"],
): readonly number[] {
  const own = new Map<number, number>();
  const ofType = new Map<number, number>();
  for (const [at, { type, component }] of columns.entries()) {
    const [map, key] = component === null ? [ofType, type] : [own, of[component] ?? -1];
    if (!map.has(key)) map.set(key, at);
  }
  return classes.map(({ type }, at) => own.get(at) ?? ofType.get(type) ?? -1);
}

function byName(a: EndRow, b: EndRow): number {
  const [nameA, nameB] = [a.systemVersion ?? "", b.systemVersion ?? ""];
  if (nameA !== nameB) return nameA < nameB ? -1 : 1;
  return byRule(a.rule, b.rule);
}
