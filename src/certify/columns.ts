import type { System } from "../manifest/system.ts";
import { candidates, type TableClasses } from "../planner/model/table-classes.ts";

/** Who may stand in each column. */
export interface Columns {
  /** For each transition table the kinds of each column. */
  readonly ofTransitions: readonly (readonly (readonly number[])[])[];
  /** The same of the end tables. */
  readonly ofEnds: readonly (readonly (readonly number[])[])[];
  /** The Components of each column of an end table. */
  readonly componentsOf: (table: number) => readonly (readonly number[])[];
}

export function columnsOf(system: System, tableClasses: TableClasses): Columns {
  const kindsOf = ({ columns }: Pick<System["endTables"][number], "columns">) =>
    candidates(tableClasses, columns);
  const ofEnds = system.endTables.map(kindsOf);
  const components = ofEnds.map((columns) =>
    columns.map((own) => own.flatMap((kind) => tableClasses.classes[kind]?.components ?? [])),
  );
  return {
    ofTransitions: system.transitionTables.map(kindsOf),
    ofEnds,
    componentsOf: (table) => components[table] ?? [],
  };
}
