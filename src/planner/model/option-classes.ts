import type { TableClasses } from "./table-classes.ts";

/** Components that a table cannot tell apart in what they may have. */
export interface OptionClass {
  /** Index of their table class. */
  readonly tableClass: number;
  readonly options: readonly Option[];
  /** How many Components. */
  readonly count: number;
}

/** One version that a Component may have. */
export interface Option {
  readonly tableClass: number;
  readonly version: number;
  /** It has this version in the starting state. */
  readonly isGrandfathered: boolean;
}

/** For each Component the versions that it may have; empty where nothing is said of it. */
export type Options = readonly (readonly number[])[];

/** The option classes of each table class. */
export function optionClassesOf(
  tableClasses: TableClasses,
  start: readonly number[],
  options: Options,
): readonly (readonly OptionClass[])[] {
  return tableClasses.classes.map((_, tableClass) =>
    optionClassesAmong(tableClasses, tableClass, start, options),
  );
}

/** The option classes of some table class. */
export function optionClassesAmong(
  tableClasses: TableClasses,
  tableClass: number,
  start: readonly number[],
  options: Options,
): readonly OptionClass[] {
  const { components } = tableClasses.classes[tableClass] ?? { components: [] };
  const [only] = components;
  if (components.length === 1 && only !== undefined) {
    const versions = options[only] ?? [];
    return versions.length === 0 ? [] : [optionClassOf(tableClass, versions, start[only], 1)];
  }
  const optionClasses = new Map<string, { optionClass: OptionClass; count: number }>();
  for (const component of components) {
    const versions = options[component] ?? [];
    if (versions.length === 0) continue;
    const key = `${versions.join()}/${versions.indexOf(start[component] ?? -1)}`;
    const known = optionClasses.get(key);
    if (known === undefined) {
      optionClasses.set(key, {
        optionClass: optionClassOf(tableClass, versions, start[component], 0),
        count: 1,
      });
    } else known.count += 1;
  }
  return [...optionClasses.values()].map(({ optionClass, count }) => ({ ...optionClass, count }));
}

function optionClassOf(
  tableClass: number,
  versions: readonly number[],
  start: number | undefined,
  count: number,
): OptionClass {
  const options = versions.map((version) => ({
    tableClass,
    version,
    isGrandfathered: version === start,
  }));
  return { tableClass, options, count };
}

/**
 * Whether the test holds for one of the combinations that Components of these option classes can hold: a Component
 * for each column, different ones for different columns. `columns`: the option classes that may stand in each.
 */
export function someCombination(
  columns: readonly (readonly OptionClass[])[],
  test: (combination: readonly Option[]) => boolean,
): boolean {
  const chosen: Option[] = [];
  const fill = (meeting: readonly (readonly Option[])[], column: number): boolean => {
    const options = meeting[column];
    if (options === undefined) return test(chosen);
    return options.some((option) => {
      chosen[column] = option;
      return fill(meeting, column + 1);
    });
  };
  return someMeeting(columns, (meeting) => {
    chosen.length = meeting.length;
    return fill(meeting, 0);
  });
}

/** The same for the options of the option classes that meet, before a version of each is chosen. */
export function someMeeting(
  columns: readonly (readonly OptionClass[])[],
  test: (meeting: readonly (readonly Option[])[]) => boolean,
): boolean {
  const optionClasses: OptionClass[] = [];
  const meeting: (readonly Option[])[] = [];
  const fill = (column: number): boolean => {
    const candidates = columns[column];
    if (candidates === undefined) return test(meeting);
    for (const optionClass of candidates) {
      if (optionClass.count <= column && isUsedUp(optionClass, optionClasses, column)) continue;
      optionClasses[column] = optionClass;
      meeting[column] = optionClass.options;
      if (fill(column + 1)) return true;
    }
    return false;
  };
  return fill(0);
}

function isUsedUp(
  optionClass: OptionClass,
  classOfColumn: readonly OptionClass[],
  columns: number,
): boolean {
  let used = 0;
  for (let column = 0; column < columns; column += 1) {
    if (classOfColumn[column] === optionClass) used += 1;
  }
  return used >= optionClass.count;
}
