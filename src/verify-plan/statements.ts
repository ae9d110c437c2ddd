import type { Box, Cell, Certificate, Table } from "../certificate/shape.ts";
import type { Kinds } from "./kinds.ts";
import { demand, entry } from "./untrue.ts";

/** Checks each part of an end state, then each statement, by nothing but those before it. Each is looked at once. */
export function checkStatements(certificate: Certificate, kinds: Kinds): void {
  const { system, end_states, statements } = certificate;
  for (const [at, { versions, rows, apart }] of end_states.entries()) {
    const where = `end_states.${at}`;
    demand(versions.length === kinds.count, where, "it does not speak of each kind");
    demand(!versions.some((cell) => cell?.length === 0), where, "it leaves a kind no version");
    const of = (kind: number) => versions[kind] ?? null;
    for (const [index, table] of system.end_states.entries()) {
      const columns = kinds.columns(table);
      const row = entry(table.rows, rows[index] ?? -1, where);
      const isIn = columns.every((column, place) =>
        column.every((kind) => isWithin(of(kind), row.cells[place] ?? null)),
      );
      demand(row.verdict === "yes" && isIn, where, `not all of it lies in row ${rows[index]}`);
      demandApart(table, apart[index] ?? [], where, (place, cell) =>
        (columns[place] ?? []).every((kind) => !meets(of(kind), cell)),
      );
    }
  }
  for (const [at, box] of statements.entries()) checkStatement(certificate, kinds, box, at);
}

function checkStatement(
  { system, end_states, statements }: Certificate,
  kinds: Kinds,
  box: Box,
  at: number,
): void {
  const where = `statements.${at}`;
  const table = entry(system.transition_states, box.table, where);
  const stands = kinds.columns(table);
  const fits = stands.every((column, place) => column.includes(box.kinds[place] ?? -1));
  demand(fits && box.kinds.length === stands.length, where, "a column holds others than it says");
  demand(box.versions.length === stands.length, where, "it does not speak of each column");
  const covers = (cells: (place: number) => Cell) =>
    box.versions.every((versions, place) => isWithin(versions, cells(place)));
  if (box.by === "parts") {
    const parts = box.parts.map((part) => {
      demand(part < at, where, `${part} is no statement before it`);
      return entry(statements, part, where);
    });
    for (const part of parts) {
      const isSame = part.table === box.table && part.kinds.join() === box.kinds.join();
      const isWide = box.versions.every(
        (versions, place) => place === box.column || isWithin(versions, part.versions[place] ?? []),
      );
      demand(isSame && isWide, where, "a part says something else");
    }
    const together = parts.flatMap(({ versions }) => versions[box.column] ?? []);
    const isAll = isWithin(entry(box.versions, box.column, where), together);
    demand(isAll, where, "its parts leave a version out");
    return;
  }
  demandApart(table, box.apart, where, (place, cell) => !meets(box.versions[place] ?? [], cell));
  if (box.by === "default") {
    demand(table.default === "allow", where, "the table allows nothing by default");
  } else if (box.by === "row") {
    const row = entry(table.rows, box.row, where);
    const isIn = covers((place) => row.cells[place] ?? null);
    demand(row.verdict === "yes" && isIn, where, `row ${box.row} does not allow all of it`);
  } else {
    const { versions } = entry(end_states, box.end_state, where);
    const isIn = covers((place) => versions[box.kinds[place] ?? -1] ?? null);
    demand(isIn, where, `end state ${box.end_state} does not hold all of it`);
  }
}

/** `isApart`: nothing in the column matches the cell. `exempt`: the NO row at this place does not count. */
export function demandApart(
  { rows }: Table,
  apart: readonly number[],
  where: string,
  isApart: (place: number, cell: Cell) => boolean,
  exempt: (cells: readonly Cell[]) => boolean = () => false,
): void {
  let next = 0;
  for (const [index, { verdict, cells }] of rows.entries()) {
    if (verdict !== "no") continue;
    const place = apart[next] ?? -1;
    next += 1;
    const cell = cells[place] ?? null;
    const holds = place >= 0 && place < cells.length ? isApart(place, cell) : exempt(cells);
    demand(holds, where, `the NO row ${index} forbids some of it`);
  }
}

export function isWithin(inner: Cell, outer: Cell): boolean {
  return outer === null || (inner?.every((version) => outer.includes(version)) ?? false);
}

function meets(one: Cell, other: Cell): boolean {
  if (one === null || other === null) return (one ?? other)?.length !== 0;
  return one.some((version) => other.includes(version));
}
