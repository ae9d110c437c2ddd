import type { Rule } from "../../manifest/system.ts";
import {
  type OptionClass,
  optionClassesOf,
  type Option,
  type Options,
  someMeeting,
} from "../model/option-classes.ts";
import type { TableClasses } from "../model/table-classes.ts";
import { accepts, acceptsAll, type GroundConstraint, ruling } from "./ground.ts";
import type { ConstraintNetwork } from "./network.ts";

/** A combination that no table accepts. */
export interface Refusal {
  readonly constraint: GroundConstraint;
  readonly combination: readonly Option[];
  /** The NO row; null where no row allows it. */
  readonly rule: Rule | null;
}

/** The first combination that is refused, of all that Components with these options can hold; null: none. */
export function refusal(
  network: ConstraintNetwork,
  tableClasses: TableClasses,
  starts: readonly number[],
  options: Options,
): Refusal | null {
  const optionClasses = optionClassesOf(tableClasses, starts, options);
  const versions: number[] = [];
  for (const constraint of network.constraints) {
    if (isPlainlyAccepted(constraint, optionClasses, versions)) continue;
    const filled = constraint.classes.map((at) => optionClasses[at] ?? []);
    let refused: readonly Option[] | null = null;
    someMeeting(filled, (meeting) => {
      if (isAllAccepted(constraint, meeting)) return false;
      refused = narrowed(constraint, meeting);
      return true;
    });
    if (refused === null) continue;
    const combination: readonly Option[] = refused;
    const said = ruling(
      constraint,
      combination.map(({ version }) => version),
    );
    return { constraint, combination, rule: said.accepted ? null : said.rule };
  }
  return null;
}

/** Whether it refuses a combination that Components of these option classes can hold. */
export function isRefusing(
  constraint: GroundConstraint,
  optionClasses: readonly (readonly OptionClass[])[],
): boolean {
  if (isPlainlyAccepted(constraint, optionClasses, [])) return false;
  return someMeeting(
    constraint.classes.map((one) => optionClasses[one] ?? []),
    (meeting) => !isAllAccepted(constraint, meeting),
  );
}

/**
 * What is asked of most constraints: all columns hold one Component each, with one version. `versions`: room for them.
 */
function isPlainlyAccepted(
  constraint: GroundConstraint,
  optionClasses: readonly (readonly OptionClass[])[],
  versions: number[],
): boolean {
  versions.length = constraint.classes.length;
  let areAllGrandfathered = true;
  for (let column = 0; column < constraint.classes.length; column += 1) {
    const own = optionClasses[constraint.classes[column] ?? -1];
    const optionClass = own?.[0];
    const option = optionClass?.options[0];
    if (own?.length !== 1 || optionClass?.count !== 1 || optionClass.options.length !== 1)
      return false;
    versions[column] = option?.version ?? -1;
    areAllGrandfathered &&= option?.isGrandfathered === true;
  }
  return areAllGrandfathered || accepts(constraint, versions);
}

/**
 * Whether the constraint accepts every combination of option classes that meet; those that stand since the start count
 * as accepted.
 */
export function isAllAccepted(
  constraint: GroundConstraint,
  meeting: readonly (readonly Option[])[],
): boolean {
  const lists = meeting.map((options) => options.map(({ version }) => version));
  if (!meeting.every((options) => options.some(({ isGrandfathered }) => isGrandfathered))) {
    return acceptsAll(constraint, lists);
  }
  // All but the one that stands: those that leave it first in the first column, in the second, and so on.
  const grandfathered = meeting.map((options) =>
    options.filter(({ isGrandfathered }) => isGrandfathered).map(({ version }) => version),
  );
  return meeting.every((options, column) => {
    const moved = options
      .filter(({ isGrandfathered }) => !isGrandfathered)
      .map(({ version }) => version);
    if (moved.length === 0) return true;
    return acceptsAll(
      constraint,
      lists.map((list, place) => {
        if (place === column) return moved;
        return place < column ? (grandfathered[place] ?? []) : list;
      }),
    );
  });
}

/** The first combination that is refused, of some that are not all accepted. */
export function narrowed(
  constraint: GroundConstraint,
  meeting: readonly (readonly Option[])[],
): readonly Option[] {
  let left = meeting;
  for (const [column, options] of meeting.entries()) {
    const worst = options.find((option) => !isAllAccepted(constraint, left.with(column, [option])));
    if (worst !== undefined) left = left.with(column, [worst]);
  }
  return left.flatMap(([option]) => option ?? []);
}
