import { at } from "../model/moves.ts";
import type { ClassAtVersion, Option } from "./class-at-version.ts";
import { accepts, type GroundConstraint } from "../constraints/ground.ts";
import { constraintsWith, type ConstraintNetwork } from "../constraints/network.ts";

/** Combinations of a constraint beyond this number are not tried. */
const tryLimit = 256;

/**
 * Of the options of each class at a version leaves only those that fit to some option of the others: with it the end of
 * the stage must be acceptable, and a Component must be able to move while the others are where they were or will be.
 */
export function successorConsistent(
  classesAtVersion: readonly ClassAtVersion[],
  lists: readonly (readonly Option[])[],
  network: ConstraintNetwork,
): readonly (readonly Option[])[] {
  // With one option each there is nothing to leave out.
  if (lists.every(({ length }) => length < 2)) return lists;
  const left = [...lists];
  const byTableClass = new Map<number, number[]>();
  for (const [index, { tableClass }] of classesAtVersion.entries()) {
    const alike = byTableClass.get(tableClass);
    if (alike === undefined) byTableClass.set(tableClass, [index]);
    else alike.push(index);
  }
  const here = { classesAtVersion, left, byTableClass };
  const dirty = new Set(left.flatMap(({ length }, index) => (length > 1 ? [index] : [])));
  for (const index of dirty) {
    dirty.delete(index);
    const classAtVersion = at(classesAtVersion, index);
    const constraints = constraintsWith(network, classAtVersion.tableClass);
    const before = at(left, index);
    const fitting = constraints.flatMap((constraint) => fits(constraint, classAtVersion, here));
    const options = before.filter((option) => fitting.every((fit) => fit(option)));
    if (options.length === before.length) continue;
    left[index] = options;
    if (options.length === 0) return left;
    for (const constraint of constraints) {
      for (const tableClass of constraint.classes) {
        for (const other of byTableClass.get(tableClass) ?? []) {
          if (at(left, other).length > 1) dirty.add(other);
        }
      }
    }
  }
  return left;
}

/** Where everybody may still go. */
interface Here {
  readonly classesAtVersion: readonly ClassAtVersion[];
  /** For each class at a version the options that are left. */
  readonly left: readonly (readonly Option[])[];
  readonly byTableClass: ReadonlyMap<number, readonly number[]>;
}

/**
 * For each column of the constraint in which the class at a version's Components stand: whether it lets them take an
 * option, in some of the other columns' contexts.
 */
function fits(
  constraint: GroundConstraint,
  classAtVersion: ClassAtVersion,
  here: Here,
): readonly ((option: Option) => boolean)[] {
  const { classesAtVersion, left, byTableClass } = here;
  return constraint.classes.flatMap((tableClass, column) => {
    if (tableClass !== classAtVersion.tableClass) return [];
    const others = constraint.classes.map((one, place) =>
      place === column ? [] : (byTableClass.get(one) ?? []),
    );
    const canBeGrandfathered = others.every(
      (alike, place) =>
        place === column ||
        alike.some((other) => {
          const { from, start } = at(classesAtVersion, other);
          return from === start || at(left, other).some(({ version }) => version === start);
        }),
    );
    const standing = (version: number) => canBeGrandfathered && version === classAtVersion.start;
    const ends = others.map((alike) => versionsOf(alike, here, false));
    const onTheWay = others.map((alike) => versionsOf(alike, here, true));
    return (option: Option) => {
      const isEnd = someContext(ends, column, (context) =>
        acceptsWith(constraint, context, column, option.version),
      );
      if (!isEnd && !standing(option.version)) return false;
      if (option.moves === 0 || standing(option.version) || standing(classAtVersion.from))
        return true;
      return someContext(
        onTheWay,
        column,
        (context) =>
          acceptsWith(constraint, context, column, classAtVersion.from) &&
          acceptsWith(constraint, context, column, option.version),
      );
    };
  });
}

function versionsOf(
  alike: readonly number[],
  { classesAtVersion, left }: Here,
  isOnTheWay: boolean,
): readonly number[] {
  const versions = new Set<number>();
  for (const index of alike) {
    if (isOnTheWay) versions.add(at(classesAtVersion, index).from);
    for (const { version } of at(left, index)) versions.add(version);
  }
  return [...versions];
}

function acceptsWith(
  constraint: GroundConstraint,
  context: number[],
  column: number,
  version: number,
): boolean {
  context[column] = version;
  return accepts(constraint, context);
}

/** Whether the test holds in some context, or there are too many to try. */
function someContext(
  lists: readonly (readonly number[])[],
  column: number,
  test: (context: number[]) => boolean,
): boolean {
  const count = lists.reduce(
    (product, { length }, place) => (place === column ? product : product * length),
    1,
  );
  if (count > tryLimit) return true;
  const context = lists.map(() => 0);
  const fill = (place: number): boolean => {
    const list = lists[place];
    if (list === undefined) return test(context);
    if (place === column) return fill(place + 1);
    return list.some((version) => {
      context[place] = version;
      return fill(place + 1);
    });
  };
  return fill(0);
}
