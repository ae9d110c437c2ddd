import type { Box, Cell, Certificate, Held, Table, Versions } from "../certificate/shape.ts";
import type { Kinds, Profile } from "./crowd.ts";
import { demand, entry } from "./untrue.ts";

/** Who may stand in each column of a table. */
type Columns = readonly (readonly Pick<Profile, "versions" | "standing">[])[];

/** Hears how many statements more were looked at; nothing that is found depends on it. */
export type Heard = (statements: number) => void;

/** Checks each part of an end state, then each statement, by nothing but those before it. Each is looked at once. */
export function checkStatements(certificate: Certificate, kinds: Kinds, heard?: Heard): void {
  const { system, end_states, statements } = certificate;
  for (const [at, { versions, held }] of end_states.entries()) {
    heard?.(1);
    const where = `end_states.${at}`;
    const isWhole = versions.length === kinds.count && versions.every((own) => own.length > 0);
    demand(isWhole, where, "it does not speak of each kind");
    for (const [index, table] of system.end_states.entries()) {
      const columns = kinds
        .columns(table)
        .map((own) => own.map((kind) => ({ versions: versions[kind] ?? [], standing: null })));
      demandHeld(table, columns, entry(held, index, where), where);
    }
  }
  for (const [at, box] of statements.entries()) {
    heard?.(1);
    const where = `statements.${at}`;
    const stands = kinds.columns(entry(system.transition_states, box.table, where));
    const fits = stands.every((column, place) => column.includes(box.kinds[place] ?? -1));
    const isWhole = [box.kinds, box.versions].every(({ length }) => length === stands.length);
    demand(fits && isWhole, where, "a column holds others than it says");
    checkStatement(certificate, box, at, where);
  }
}

function checkStatement(certificate: Certificate, box: Box, at: number, where: string): void {
  const { system, end_states, statements } = certificate;
  const table = entry(system.transition_states, box.table, where);
  const columns = box.versions.map((versions) => [{ versions, standing: null }]);
  if (box.by === "row") {
    demandHeld(table, columns, box, where);
  } else if (box.by === "parts") {
    const parts = box.parts.map((part) => entry(statements, part, where));
    const areBefore = box.parts.every((part) => part < at);
    demand(areBefore, where, "a part is no statement before it");
    for (const part of parts) {
      const isSame = part.table === box.table && part.kinds.join() === box.kinds.join();
      const wide = part.versions.map((own, place) => (place === box.column ? null : own));
      demand(isSame && areIn(columns, wide), where, "a part says something else");
    }
    const together = parts.flatMap(({ versions }) => versions[box.column] ?? []);
    const isAll = isWithin(entry(box.versions, box.column, where), together);
    demand(isAll, where, "its parts leave a version out");
  } else {
    const end = box.by === "end-state" ? entry(end_states, box.end_state, where).versions : null;
    const granted = box.kinds.map((kind) => end?.[kind] ?? []);
    const isIn = end !== null && areIn(columns, granted);
    const isAllowed = isIn || (box.by === "default" && table.default === "allow");
    demand(
      isAllowed,
      where,
      "its end state does not hold all of it, or nothing is allowed by default",
    );
    demandApart(table, columns, box.apart, where);
  }
}

/**
 * The table accepts whatever stands in its columns. `isOdd`: it does not accept the start; of what no Component has
 * moved away from it then judges nothing unless another column has moved, and it may stay in a NO row.
 */
export function demandHeld(
  table: Table,
  columns: Columns,
  { row, apart }: Held,
  where: string,
  isOdd = false,
): void {
  const { verdict, cells } = entry(table.rows, row, where);
  const isIn = verdict === "yes" && areIn(columns, cells, isOdd);
  demand(isIn, where, `not all of it is in row ${row} of table "${table.name}"`);
  demandApart(table, columns, apart, where, isOdd);
}

/** Whether an end table accepts a state. */
export function accepts({ rows }: Table, columns: Columns): boolean {
  const isOneIn = (cells: readonly Cell[]) =>
    columns.every((own, place) => own.some((one) => meets(one.versions, cells[place] ?? null)));
  const isIn = rows.some(({ verdict, cells }) => verdict === "yes" && areIn(columns, cells));
  return isIn && !rows.some(({ verdict, cells }) => verdict === "no" && isOneIn(cells));
}

function areIn(columns: Columns, cells: readonly Cell[], isOdd = false): boolean {
  const isMoved = ({ versions, standing }: Columns[number][number]) =>
    versions.some((version) => version !== standing);
  const moved = columns.map((column) => column.some(isMoved));
  return columns.every((column, place) => {
    const isJudged = !isOdd || moved.some((is, other) => is && other !== place);
    return column.every(
      (one) => isWithin(one.versions, cells[place] ?? null) || (!isJudged && !isMoved(one)),
    );
  });
}

/** For each NO row a column in which nothing matches it, or -1: it matches what no Component has moved away from. */
function demandApart(
  { rows, name }: Table,
  columns: Columns,
  apart: readonly number[],
  where: string,
  isOdd = false,
): void {
  const forbidden = rows.filter(({ verdict }) => verdict === "no");
  for (const [index, { cells }] of forbidden.entries()) {
    const place = apart[index] ?? -1;
    const isApart = columns[place]?.every((one) => !meets(one.versions, cells[place] ?? null));
    const isOld = () =>
      columns.every((column, at) =>
        column.every(({ versions, standing }) =>
          versions.every((one) => one === standing || !meets([one], cells[at] ?? null)),
        ),
      );
    const holds = isApart ?? (isOdd && isOld());
    demand(holds, where, `NO row ${index} of table "${name}" forbids some of it`);
  }
}

function isWithin(versions: Versions, cell: Cell): boolean {
  return cell === null || versions.every((version) => cell.includes(version));
}

function meets(versions: Versions, cell: Cell): boolean {
  return cell === null || versions.some((version) => cell.includes(version));
}
