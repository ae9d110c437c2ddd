import type { System, SystemState } from "../../manifest/system.ts";
import { acceptabilityOf } from "../constraints/acceptability.ts";
import { endStateBudget } from "../constraints/end-state-satisfiability.ts";
import { accepts, acceptsAll, type GroundConstraint } from "../constraints/ground.ts";
import { type Grounding, groundingOf } from "../constraints/grounding.ts";
import { constraintsByTable } from "../constraints/network.ts";
import { isEvery } from "../constraints/relation-dense.ts";
import { admits } from "../constraints/relation-by-row-bits.ts";
import { at } from "../model/moves.ts";
import { candidates, type TableClasses } from "../model/table-classes.ts";
import { endStateNogoods, nogoodOn, nogoodsOf, type Numbering, restNogood } from "./nogood.ts";
import type { Opened } from "./opened-installs.ts";

/** The versions that a Component may have. */
type OptionsOf = (component: number) => readonly number[];

/** Each combination that a step must not create, as the nogoods that forbid it together, by number. */
export type Violations = readonly (readonly number[])[];

/** The rules of a System, taken apart. Nogoods are numbered as they are met. */
export interface Law extends Numbering {
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
export function isTooWide(system: System, grounding: Grounding = groundingOf(system)): boolean {
  const { tableClasses, network } = acceptabilityOf(system, grounding);
  if (!network.isWhole) return true;
  return system.transitionTables.some(({ columns }) => {
    const counts = candidates(tableClasses, columns).map((classes) =>
      classes.reduce((sum, one) => sum + at(tableClasses.classes, one).components.length, 0),
    );
    return counts.reduce((product, count) => product * count, 1) > maxChoices;
  });
}

/** Not for a System that is too wide. `opened`: null where the hops of the System say what may be installed. */
export function lawOf(
  system: System,
  grounding: Grounding = groundingOf(system),
  opened: Opened | null = null,
): Law {
  const nogoods = nogoodsOf();
  const budget = endStateBudget();
  const whole = acceptabilityOf(system, grounding, budget);
  const choicesOf: Choice[][] = system.components.map(() => []);
  const constraintsOfTable = constraintsByTable(whole.network);
  for (const table of system.transitionTables) {
    for (const constraint of constraintsOfTable.get(table) ?? []) {
      const nogoodsOf = refusing(constraint, nogoods);
      for (const components of choices(whole.tableClasses, constraint.classes)) {
        const choice = choiceOf(system, constraint, components, nogoodsOf);
        for (const component of components) choicesOf[component]?.push(choice);
      }
    }
  }
  const isOrdered = system.types.some(({ order }) => order !== null);
  const endNogood =
    whole.endStatesOnly === null ? null : endStateNogoods(system, whole.endStatesOnly);
  /** That it is no end state, where only those may be passed. */
  const standing = (state: SystemState): Violations => {
    const nogood = endNogood?.(state) ?? null;
    return nogood === null ? [] : [[nogoods.numberOf(nogood)]];
  };
  const closedHops = new Map<string, Violations>();
  const closings = (state: SystemState, component: number, to: number): Violations => {
    if (opened === null) return [];
    const from = at(state, component);
    const key = `${String(component)} ${String(from)} ${String(to)}`;
    const before = closedHops.get(key);
    if (before !== undefined) return before;
    const objections = opened.objectionsTo({ component, from, to });
    const found = objections.map((together) => together.map(nogoods.numberOf));
    closedHops.set(key, found);
    return found;
  };
  return {
    ...nogoods,
    isEndState: (state) => whole.endName(state) !== null,
    rest: nogoods.numberOf(restNogood(system)),
    isSure: () => !budget.isExceeded,
    violations: (state, component, version) => {
      const found = orderViolations(system, state, component, nogoods);
      found.push(...closings(state, component, version));
      if (endNogood !== null) found.push(...standing(state.with(component, version)));
      for (const choice of at(choicesOf, component)) {
        for (const nogood of choice.nogoodsIn(state, component, version)) found.push([nogood]);
      }
      return found;
    },
    refusal: (state, component, version, isLifted) => {
      const isStanding = (together: readonly number[]) => !together.some(isLifted);
      const closed = closings(state, component, version).find(isStanding);
      if (closed !== undefined) return closed;
      if (isOrdered) {
        const found = orderViolations(system, state, component, nogoods).find(isStanding);
        if (found !== undefined) return found;
      }
      if (endNogood !== null) {
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

/** Different Components, one for each column. */
interface Choice {
  /**
   * The nogoods on what they have in the state once the moved one has this version; none where they all had it at the
   * start.
   */
  readonly nogoodsIn: (state: SystemState, moved: number, version: number) => readonly number[];
  /** Whether none of their options meet in a nogood but lifted ones. */
  readonly isMetByNone: (optionsOf: OptionsOf, isLifted: (nogood: number) => boolean) => boolean;
}

/** For combinations that the constraint refuses the nogoods that do: every NO row, or that no row allows it. */
function refusing(
  constraint: GroundConstraint,
  { numberOf }: Numbering,
): (versions: readonly number[]) => readonly number[] {
  const { table, sizes } = constraint;
  const known = new Map<number | string, readonly number[]>();
  // By the versions as the digits of one number, where that holds them exactly; else as characters.
  const isNarrow = sizes.reduce((product, size) => product * size, 1) <= Number.MAX_SAFE_INTEGER;
  const numberIn = (versions: readonly number[]): number => {
    let code = 0;
    for (let column = 0; column < sizes.length; column += 1)
      code = code * (sizes[column] ?? 0) + (versions[column] ?? 0);
    return code;
  };
  return (versions) => {
    const key = isNarrow ? numberIn(versions) : String.fromCharCode(...versions);
    const before = known.get(key);
    if (before !== undefined) return before;
    const forbidding = table.rows.filter(
      ({ verdict, cells }) => verdict === "no" && admits(cells, versions),
    );
    const found =
      forbidding.length > 0
        ? forbidding.map(({ rule }) => numberOf({ kind: "row", table: table.name, rule }))
        : [numberOf(nogoodOn(constraint, [...versions]))];
    known.set(key, found);
    return found;
  };
}

function choiceOf(
  system: System,
  constraint: GroundConstraint,
  components: readonly number[],
  nogoodsOf: (versions: readonly number[]) => readonly number[],
): Choice {
  const starts = components.map((component) => at(system.components, component).start);
  const judged = (versions: readonly number[]): readonly number[] =>
    accepts(constraint, versions) || versions.every((version, column) => version === starts[column])
      ? []
      : nogoodsOf(versions);
  const held = components.map(() => 0);
  return {
    nogoodsIn: (state, moved, version) => {
      for (let column = 0; column < components.length; column += 1) {
        const component = at(components, column);
        held[column] = component === moved ? version : at(state, component);
      }
      return judged(held);
    },
    isMetByNone: (optionsOf, isLifted) => {
      const lists = components.map(optionsOf);
      const count = lists.reduce((product, { length }) => product * length, 1);
      // Where there are too many to be asked one by one what is lifted is not told apart.
      return count * Math.max(1, constraint.table.rows.length) > maxLookups
        ? acceptsAll(constraint, lists)
        : isEvery(lists, (versions) => judged(versions).every(isLifted));
    },
  };
}

/** Every choice of different Components of these table classes. */
function* choices(
  tableClasses: TableClasses,
  classes: readonly number[],
  chosen: readonly number[] = [],
): Generator<readonly number[]> {
  const tableClass = classes[chosen.length];
  if (tableClass === undefined) {
    yield chosen;
    return;
  }
  for (const candidate of at(tableClasses.classes, tableClass).components) {
    if (!chosen.includes(candidate)) yield* choices(tableClasses, classes, [...chosen, candidate]);
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
