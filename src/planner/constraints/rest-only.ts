import type { EndRow, Rule, System, VersionSet } from "../../manifest/system.ts";
import { type Kind, kindsOf, type Options } from "../model/combinations.ts";
import type { EndStates } from "./end-states.ts";
import { candidates, type Peerage } from "../model/peers.ts";
import { byRule } from "./rule-order.ts";
import type { Squad } from "../model/squads.ts";

/** Why a state may not be passed; `rule` is a NO row, null where it is no end state. */
export interface RestRefusal {
  readonly rule: Rule | null;
}

/**
 * Where only end states may be passed through. A System that starts in none must be able to get out: to a table that does
 * not accept the start a combination of which no Component has moved counts as fitting. To the others it does not, so that
 * one more table never lets more pass.
 */
export interface RestOnly {
  /** Null where every state that the options allow may be passed. */
  readonly refusal: (options: Options) => RestRefusal | null;
  /** Pairs of which the first must move before the second: no row has the second moved and the first not. */
  readonly order: (squads: readonly Squad[]) => readonly (readonly [number, number])[];
  /** The rows that a state with these options may lie in. */
  readonly allowing: (options: Options) => readonly Rule[];
}

interface Table {
  /** The Components of each column that has any. */
  readonly columns: readonly (readonly number[])[];
  readonly rows: readonly { readonly cells: EndRow["cells"]; readonly rule: Rule }[];
  /** NO rows, with the peers of each column. */
  readonly bans: readonly TableBan[];
  /** It does not accept the start. */
  readonly isOdd: boolean;
}

interface TableBan {
  readonly columns: readonly (readonly number[])[];
  readonly row: EndRow;
}

export function restOnly(system: System, peerage: Peerage, ends: EndStates): RestOnly {
  const starts = system.components.map(({ start }) => start);
  const tables = system.endTables.map((table) => tableOf(peerage, table, starts));

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

  function ban(options: Options): Rule | null {
    const kinds = kindsOf(peerage, starts, options);
    const matched = tables.flatMap((table) =>
      table.bans.flatMap((one) => (isMatched(table, one, kinds) ? [one.row.rule] : [])),
    );
    return matched.toSorted(byRule)[0] ?? null;
  }

  return {
    refusal: (options) => {
      const rule = ban(options);
      if (rule !== null) return { rule };
      return tables.every((table) => isCovered(table, options)) ? null : { rule: null };
    },
    order: (squads) => (tables.some(({ isOdd }) => isOdd) ? [] : orderOf(ends, squads)),
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
  { columns, row }: TableBan,
  kinds: readonly (readonly Kind[])[],
): boolean {
  // Nobody may stand in two columns: each of them is matched for itself.
  const fitting = columns.map((peers, column) =>
    peers.flatMap((one) =>
      (kinds[one] ?? []).flatMap(({ options }) =>
        options.filter(({ version }) => row.cells[column]?.includes(version) ?? true),
      ),
    ),
  );
  return (
    fitting.every((own) => own.length > 0) &&
    (!isOdd || fitting.some((own) => own.some(({ stands }) => !stands)))
  );
}

function tableOf(
  peerage: Peerage,
  table: System["endTables"][number],
  starts: readonly number[],
): Table {
  const standing = candidates(peerage, table.columns);
  const filled = standing.map((peers) =>
    peers.flatMap((at) => peerage.peers[at]?.components ?? []),
  );
  const kept = filled.flatMap((components, at) => (components.length > 0 ? [at] : []));
  const columns = kept.map((at) => filled[at] ?? []);
  const rows = table.rows
    .filter(({ verdict }) => verdict === "yes")
    .map((row) => ({ cells: kept.map((at) => row.cells[at] ?? null), rule: row.rule }));
  const bans = table.rows
    .filter(({ verdict }) => verdict === "no")
    .map((row) => ({ columns: standing, row }));
  const has = (cell: VersionSet, component: number) =>
    cell === null || cell.includes(starts[component] ?? -1);
  const isAllowed = rows.some(({ cells }) =>
    columns.every((column, at) => column.every((one) => has(cells[at] ?? null, one))),
  );
  const isForbidden = bans.some(({ row }) =>
    filled.every((column, at) => column.some((one) => has(row.cells[at] ?? null, one))),
  );
  return { columns, rows, bans, isOdd: !isAllowed || isForbidden };
}

/** Bit sets of the boxes that allow each squad its old version, and its new one. */
function orderOf(
  { boxes }: EndStates,
  squads: readonly Squad[],
): readonly (readonly [number, number])[] {
  const allowing = (which: "from" | "to") =>
    squads.map((squad) => {
      const bits = new Int32Array((boxes.length + 31) >> 5);
      for (const [at, { domains }] of boxes.entries()) {
        if (domains[squad.peers]?.includes(squad[which]) === false) continue;
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
