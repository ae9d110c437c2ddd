import type { Column, Rule, System, SystemState } from "../../manifest/system.ts";
import { at } from "../model/moves.ts";
import { firstRule, type Nogood, nogoodsOf, type Numbering, restNogood } from "./nogood.ts";
import { acceptabilityOf, type Acceptability } from "../constraints/acceptability.ts";
import { isEvery } from "../constraints/relation-dense.ts";

/** The versions that a Component may have. */
type OptionsOf = (component: number) => readonly number[];

/** Each combination that a step must not create, as the nogoods that forbid it together, by number. */
export type Violations = readonly (readonly number[])[];

/** The rules of a System, taken apart. Nogoods are numbered as they are met. */
export interface Law {
  readonly nogood: (number: number) => Nogood;
  readonly violations: (state: SystemState, component: number, version: number) => Violations;
  /** The first of the objections in which no nogood is lifted; null: there is none. */
  readonly refusal: (
    state: SystemState,
    component: number,
    version: number,
    isLifted: (nogood: number) => boolean,
  ) => readonly number[] | null;
  /** Whether the Component is met by no nogood but lifted ones, whatever of their options the others have. */
  readonly goesWithAll: (
    optionsOf: OptionsOf,
    component: number,
    isLifted: (nogood: number) => boolean,
  ) => boolean;
  readonly isEndState: (state: SystemState) => boolean;
  /** The nogood on ending a stage anywhere else. */
  readonly rest: number;
  /** False where it was given up to look for an end state, so that more may be allowed than was told. */
  readonly isSure: () => boolean;
}

/** More choices of Components for the columns of a table than this are not gone through. */
const maxChoices = 100_000;

/** Combinations of versions times rows beyond this number are not asked one by one. */
const maxLookups = 500_000;

/** Whether a table has so many columns of one type that its rules cannot be taken apart. */
export function isTooWide(system: System): boolean {
  const candidates = candidatesIn(system);
  return system.transitionTables.some(({ columns }) => {
    const counts = candidates(columns).map(({ length }) => length);
    return counts.reduce((product, count) => product * count, 1) > maxChoices;
  });
}

/** Not for a System that is too wide. */
export function lawOf(system: System): Law {
  const nogoods = nogoodsOf();
  const whole = acceptabilityOf(system);
  const candidates = candidatesIn(system);
  const partsOf: Part[][] = system.components.map(() => []);
  for (const table of system.transitionTables) {
    const part = partOf(system, whole, table, candidates(table.columns), nogoods);
    for (const component of new Set(part.columns.flat())) partsOf[component]?.push(part);
  }
  const choicesOf = partsOf.map((parts, component) =>
    parts.flatMap((part) => [...choices(part.columns, component)].map(part.choice)),
  );
  const [ends] = system.endTables;
  const table = ends?.name ?? "";
  const endRule = firstRule(ends?.rows ?? []);
  const isOrdered = system.types.some(({ order }) => order !== null);
  const everyone = system.components.map(({ type }, component) => ({ type, component }));
  /** That it is no end state, where only those may be passed. */
  const standing = (state: SystemState): Violations => {
    const refused = whole.endStatesOnly?.refusal(state.map((version) => [version])) ?? null;
    if (refused === null) return [];
    const { rule } = refused;
    const unlisted = { table, rule: endRule, columns: everyone, versions: state };
    const nogood =
      rule === null ? ({ kind: "unlisted", ...unlisted } as const) : rowNogood(table, rule);
    return [[nogoods.numberOf(nogood)]];
  };
  return {
    nogood: nogoods.nogood,
    isEndState: (state) => whole.endName(state) !== null,
    rest: nogoods.numberOf(restNogood(system)),
    isSure: () => whole.ends.isSure(),
    violations: (state, component, version) => {
      const found = orderViolations(system, state, component, nogoods);
      if (whole.endStatesOnly !== null) found.push(...standing(state.with(component, version)));
      for (const choice of at(choicesOf, component)) {
        for (const nogood of choice.nogoodsIn(state, component, version)) found.push([nogood]);
      }
      return found;
    },
    refusal: (state, component, version, isLifted) => {
      const isStanding = (together: readonly number[]) => !together.some(isLifted);
      if (isOrdered) {
        const found = orderViolations(system, state, component, nogoods).find(isStanding);
        if (found !== undefined) return found;
      }
      if (whole.endStatesOnly !== null) {
        const found = standing(state.with(component, version)).find(isStanding);
        if (found !== undefined) return found;
      }
      for (const choice of at(choicesOf, component)) {
        for (const nogood of choice.nogoodsIn(state, component, version)) {
          if (!isLifted(nogood)) return [nogood];
        }
      }
      return null;
    },
    goesWithAll: (optionsOf, component, isLifted) =>
      whole.endStatesOnly === null &&
      at(choicesOf, component).every((choice) => choice.isMetByNone(optionsOf, isLifted)),
  };
}

/** One transition table. */
interface Part {
  /** The Components that may stand in each column. */
  readonly columns: readonly (readonly number[])[];
  readonly choice: (components: readonly number[]) => Choice;
}

/** Different Components, one for each column. */
interface Choice {
  /** The nogoods on what they have in the state once the moved one has this version; none where they all had it at the start. */
  readonly nogoodsIn: (state: SystemState, moved: number, version: number) => readonly number[];
  /** Whether none of their options meet in a nogood but lifted ones. */
  readonly isMetByNone: (optionsOf: OptionsOf, isLifted: (nogood: number) => boolean) => boolean;
}

function partOf(
  system: System,
  { tableClasses, ends }: Acceptability,
  table: System["transitionTables"][number],
  columns: Part["columns"],
  nogoods: Numbering,
): Part {
  const no = table.rows.filter(({ verdict }) => verdict === "no").map(asPattern);
  const yes = table.rows.filter(({ verdict }) => verdict === "yes").map(asPattern);
  const rule = firstRule(table.rows);
  const { name, columns: heads, allowByDefault } = table;
  const judged = (chosen: readonly number[], versions: readonly number[]): readonly number[] => {
    const isGrandfathered = chosen.every(
      (one, at) => versions[at] === system.components[one]?.start,
    );
    if (isGrandfathered) return [];
    const forbidding = no.filter((row) => isMatch(row, versions));
    if (forbidding.length > 0)
      return forbidding.map((row) => nogoods.numberOf(rowNogood(name, row.rule)));
    if (allowByDefault || yes.some((row) => isMatch(row, versions))) return [];
    const classes = chosen.map((component) => at(tableClasses.of, component));
    if (ends.granting(classes, versions) !== null) return [];
    return [nogoods.numberOf({ kind: "unlisted", table: name, rule, columns: heads, versions })];
  };
  const base = Math.max(1, ...system.types.map(({ versions }) => versions.length));
  const known = new Map<string, Choice>();
  const choice = (components: readonly number[]): Choice => {
    // By the versions as the digits of one number, where that holds them exactly; else as characters.
    const isNarrow = base ** components.length <= Number.MAX_SAFE_INTEGER;
    const rulings = new Map<number | string, readonly number[]>();
    const held = components.map(() => 0);
    const ruling = (versions: readonly number[]) => {
      const key = isNarrow
        ? versions.reduce((code, version) => code * base + version, 0)
        : String.fromCharCode(...versions);
      const before = rulings.get(key);
      if (before !== undefined) return before;
      const found = judged(components, [...versions]);
      rulings.set(key, found);
      return found;
    };
    return {
      nogoodsIn: (state, moved, version) => {
        for (let column = 0; column < components.length; column += 1) {
          const component = at(components, column);
          held[column] = component === moved ? version : at(state, component);
        }
        return ruling(held);
      },
      isMetByNone: (optionsOf, isLifted) => {
        const lists = components.map(optionsOf);
        const count = lists.reduce((product, { length }) => product * length, 1);
        if (count * Math.max(1, table.rows.length) <= maxLookups)
          return isEvery(lists, (versions) => ruling(versions).every(isLifted));
        // Row by row instead, which says no where it cannot tell.
        const isMet = (row: Pattern) =>
          isTouching(row, lists) && !isLifted(nogoods.numberOf(rowNogood(name, row.rule)));
        return allowByDefault && !no.some(isMet);
      },
    };
  };
  return {
    columns,
    // The same choice is met by each of its Components.
    choice: (components) => {
      const key = components.join();
      const made = known.get(key) ?? choice(components);
      known.set(key, made);
      return made;
    },
  };
}

/** A row by the columns in which it does not admit everything, those that admit the fewest first: there a mismatch shows. */
interface Pattern {
  readonly rule: Rule;
  readonly cells: readonly { readonly column: number; readonly versions: readonly number[] }[];
}

function asPattern({ rule, cells }: System["transitionTables"][number]["rows"][number]): Pattern {
  return {
    rule,
    cells: cells
      .flatMap((versions, column) => (versions === null ? [] : [{ column, versions }]))
      .toSorted((a, b) => a.versions.length - b.versions.length),
  };
}

function isMatch({ cells }: Pattern, held: readonly number[]): boolean {
  return cells.every(({ column, versions }) => versions.includes(at(held, column)));
}

/** Whether it matches some combination of these versions, a list for each column. */
function isTouching({ cells }: Pattern, lists: readonly (readonly number[])[]): boolean {
  return cells.every(({ column, versions }) =>
    at(lists, column).some((version) => versions.includes(version)),
  );
}

/** The Components that may stand in each column: one that the table names stands in its own only. */
function candidatesIn({
  types,
  components,
}: System): (columns: readonly Column[]) => readonly (readonly number[])[] {
  const ofType: number[][] = types.map(() => []);
  for (const [component, { type }] of components.entries()) ofType[type]?.push(component);
  return (columns) => {
    const named = columns.flatMap(({ component }) => component ?? []);
    return columns.map(({ type, component }) =>
      component === null ? at(ofType, type).filter((one) => !named.includes(one)) : [component],
    );
  };
}

/** Every choice of different Components for the columns in which the moved one takes part. */
function* choices(
  columns: readonly (readonly number[])[],
  moved: number,
  chosen: readonly number[] = [],
): Generator<readonly number[]> {
  const candidates = columns[chosen.length];
  if (candidates === undefined) {
    if (chosen.includes(moved)) yield chosen;
    return;
  }
  const isLate = !chosen.includes(moved);
  if (isLate && !columns.slice(chosen.length).some((column) => column.includes(moved))) return;
  for (const candidate of candidates) {
    if (!chosen.includes(candidate)) yield* choices(columns, moved, [...chosen, candidate]);
  }
}

/** A type is not begun before all of the lower numbers have what they want. */
function orderViolations(
  { types, components }: System,
  state: SystemState,
  moved: number,
  nogoods: Numbering,
): (readonly number[])[] {
  const own = components[moved]?.type ?? -1;
  const order = types[own]?.order ?? null;
  if (order === null) return [];
  const lower = new Set<number>();
  for (const [component, { type }] of components.entries()) {
    const other = types[type]?.order ?? null;
    const isThrough = state[component] === types[type]?.target;
    if (other !== null && other < order && !isThrough) lower.add(type);
  }
  const number = nogoods.numberOf({ kind: "order", type: own });
  return [...lower].map((type) => [nogoods.numberOf({ kind: "order", type }), number]);
}

function rowNogood(table: string, rule: Rule): Nogood {
  return { kind: "row", table, rule };
}
