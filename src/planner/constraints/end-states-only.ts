import { startState } from "../../manifest/system-state.ts";
import type { EndRow, Rule, System, VersionSet } from "../../manifest/system.ts";
import { type OptionClass, optionClassesOf, type Options } from "../model/option-classes.ts";
import type { EndStates } from "./end-states.ts";
import { candidates, type TableClasses } from "../model/table-classes.ts";
import { byRule } from "./rule-order.ts";
import type { MoveClass } from "../model/move-classes.ts";

/** Why a state may not be passed; `rule` is a NO row, null where it is no end state. */
export interface EndStatesRefusal {
  readonly rule: Rule | null;
}

/**
 * Where only end states may be passed through. A System that starts in none must be able to get out: to a table that
 * does not accept the start a combination of which no Component has moved counts as fitting. To the others it does not,
 * so that one more table never lets more pass.
 */
export interface EndStatesOnly {
  /** Null where every state that the options allow may be passed. */
  readonly refusal: (options: Options) => EndStatesRefusal | null;
  /** Pairs of which the first must move before the second: no row has the second moved and the first not. */
  readonly order: (moveClasses: readonly MoveClass[]) => readonly (readonly [number, number])[];
  /** The rows that a state with these options may lie in. */
  readonly allowing: (options: Options) => readonly Rule[];
}

interface Table {
  /** The Components of each column that has any. */
  readonly columns: readonly (readonly number[])[];
  readonly rows: readonly { readonly cells: EndRow["cells"]; readonly rule: Rule }[];
  /** NO rows, with the table class of each column. */
  readonly nogoods: readonly TableNogood[];
  /** It does not accept the start. */
  readonly isOdd: boolean;
}

interface TableNogood {
  readonly columns: readonly (readonly number[])[];
  readonly row: EndRow;
}

export function endStatesOnlyOf(
  system: System,
  tableClasses: TableClasses,
  ends: EndStates,
): EndStatesOnly {
  const starts = startState(system);
  const tables = system.endTables.map((table) => tableOf(tableClasses, table, starts));

  const isMoved = (options: Options, component: number) =>
    options[component]?.some((version) => version !== starts[component]) ?? false;

  /** Every state of the options lies in this one row, but for what stands since the start. */
  function fits({ columns, isOdd }: Table, cells: EndRow["cells"], options: Options): boolean {
    const moved = columns.map((column) => column.some((at) => isMoved(options, at)));
    const movedColumns = moved.filter(Boolean).length;
    return columns.every((column, at) => {
      const cell = cells[at] ?? null;
      const isJudged = !isOdd || movedColumns > (moved[at] === true ? 1 : 0);
      return (
        cell === null ||
        column.every(
          (component) =>
            (!isJudged && !isMoved(options, component)) ||
            options[component]?.every((version) => cell.includes(version)),
        )
      );
    });
  }

  function isCovered(table: Table, options: Options): boolean {
    if (table.rows.some(({ cells }) => fits(table, cells, options))) return true;
    const near = table.rows.find(({ cells }) => touches(table, cells, options));
    if (near === undefined) return false;
    const wide = cutAlong(table, near.cells, options);
    return (
      wide >= 0 &&
      (options[wide] ?? []).every((version) => isCovered(table, options.with(wide, [version])))
    );
  }

  /** False: no state of the options lies in the row. */
  function touches({ columns, isOdd }: Table, cells: EndRow["cells"], options: Options): boolean {
    return columns.every((column, at) => {
      const cell = cells[at] ?? null;
      return column.every(
        (component) =>
          cell === null ||
          options[component]?.some(
            (version) => cell.includes(version) || (isOdd && version === starts[component]),
          ),
      );
    });
  }

  /** A Component of which some versions lie in the row and some do not; else any with several; -1: there is none. */
  function cutAlong({ columns }: Table, cells: EndRow["cells"], options: Options): number {
    for (const [at, column] of columns.entries()) {
      const cell = cells[at] ?? null;
      const partly = column.find(
        (component) =>
          cell !== null &&
          options[component]?.some((one) => !cell.includes(one)) === true &&
          (options[component]?.length ?? 0) > 1,
      );
      if (partly !== undefined) return partly;
    }
    return options.findIndex((versions) => versions.length > 1);
  }

  function nogood(options: Options): Rule | null {
    const optionClasses = optionClassesOf(tableClasses, starts, options);
    const matched = tables.flatMap((table) =>
      table.nogoods.flatMap((one) => (isMatched(table, one, optionClasses) ? [one.row.rule] : [])),
    );
    return matched.toSorted(byRule)[0] ?? null;
  }

  return {
    refusal: (options) => {
      const rule = nogood(options);
      if (rule !== null) return { rule };
      return tables.every((table) => isCovered(table, options)) ? null : { rule: null };
    },
    order: (moveClasses) => (tables.some(({ isOdd }) => isOdd) ? [] : orderOf(ends, moveClasses)),
    allowing: (options) =>
      tables.flatMap((table) =>
        table.rows
          .filter(({ cells }) =>
            table.columns.every((column, at) =>
              column.every((component) => {
                const cell = cells[at] ?? null;
                return cell === null || options[component]?.some((one) => cell.includes(one));
              }),
            ),
          )
          .map(({ rule }) => rule),
      ),
  };
}

function isMatched(
  { isOdd }: Table,
  { columns, row }: TableNogood,
  optionClasses: readonly (readonly OptionClass[])[],
): boolean {
  // Nobody may stand in two columns: each of them is matched for itself.
  const fitting = columns.map((classes, column) =>
    classes.flatMap((one) =>
      (optionClasses[one] ?? []).flatMap(({ options }) =>
        options.filter(({ version }) => row.cells[column]?.includes(version) ?? true),
      ),
    ),
  );
  return (
    fitting.every((own) => own.length > 0) &&
    (!isOdd || fitting.some((own) => own.some(({ isGrandfathered }) => !isGrandfathered)))
  );
}

function tableOf(
  tableClasses: TableClasses,
  table: System["endTables"][number],
  starts: readonly number[],
): Table {
  const standing = candidates(tableClasses, table.columns);
  const filled = standing.map((classes) =>
    classes.flatMap((at) => tableClasses.classes[at]?.components ?? []),
  );
  const kept = filled.flatMap((components, at) => (components.length > 0 ? [at] : []));
  const columns = kept.map((at) => filled[at] ?? []);
  const rows = table.rows
    .filter(({ verdict }) => verdict === "yes")
    .map((row) => ({ cells: kept.map((at) => row.cells[at] ?? null), rule: row.rule }));
  const nogoods = table.rows
    .filter(({ verdict }) => verdict === "no")
    .map((row) => ({ columns: standing, row }));
  const has = (cell: VersionSet, component: number) =>
    cell === null || cell.includes(starts[component] ?? -1);
  const isAllowed = rows.some(({ cells }) =>
    columns.every((column, at) => column.every((one) => has(cells[at] ?? null, one))),
  );
  const isForbidden = nogoods.some(({ row }) =>
    filled.every((column, at) => column.some((one) => has(row.cells[at] ?? null, one))),
  );
  return { columns, rows, nogoods, isOdd: !isAllowed || isForbidden };
}

/** Bit sets of the boxes that allow each move class its old version, and its new one. */
function orderOf(
  { boxes }: EndStates,
  moveClasses: readonly MoveClass[],
): readonly (readonly [number, number])[] {
  const allowing = (which: "from" | "to") =>
    moveClasses.map((moveClass) => {
      const bits = new Int32Array((boxes.length + 31) >> 5);
      for (const [at, { domains }] of boxes.entries()) {
        if (domains[moveClass.tableClass]?.includes(moveClass[which]) === false) continue;
        bits[at >> 5] = (bits[at >> 5] ?? 0) | (1 << (at & 31));
      }
      return bits;
    });
  const before = allowing("from");
  const behind = allowing("to");
  return before.flatMap((old, first) =>
    behind.flatMap((fresh, second): readonly (readonly [number, number])[] => {
      const isOvertaking = old.some((word, at) => (word & (fresh[at] ?? 0)) !== 0);
      return first === second || isOvertaking ? [] : [[first, second]];
    }),
  );
}
