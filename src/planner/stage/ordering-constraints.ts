import { at } from "../model/moves.ts";
import type { Acceptability } from "../constraints/acceptability.ts";
import { accepts, mayAccept, type GroundConstraint } from "../constraints/ground.ts";
import { addPair, noPrecedence, type Precedence } from "./precedence.ts";
import type { Partition, Part } from "../model/move-classes.ts";
import { isAllAccepted } from "../constraints/refusal.ts";

/** What the tables ask of the order in which the move classes of one stage move. */
export interface OrderingConstraints {
  /** Of two move classes the second may only begin in a later group than the one in which the first is done. */
  readonly precedence: Precedence;
  readonly residuals: readonly ResidualConstraint[];
  /**
   * Move classes two of whose Components meet in a residual constraint: it may matter that one moves before the other.
   */
  readonly divisible: ReadonlySet<number>;
  readonly wide: readonly WideResidual[];
  /** Every group is asked of acceptability as a whole: only whole end states may be passed. */
  readonly isWhole: boolean;
}

/** A combination with too many moving Components to write out what is accepted. */
export interface WideResidual {
  readonly constraint: GroundConstraint;
  /** For each column who stands there. */
  readonly parts: readonly Part[];
}

/** A combination whose rules are more than "this before that". */
export interface ResidualConstraint {
  /** The move class of each of its Components; all Components are different ones. */
  readonly moveClasses: readonly number[];
  /** Bit i of the index: the i-th Component has moved. 1 where the combination is accepted. */
  readonly accepts: Uint8Array;
}

/** Combinations with more moving Components than this are not written out. */
export const residualLimit = 8;

/** Null where the tables allow no order at all. */
export function orderingConstraints(
  acceptability: Acceptability,
  { moveClasses, parts }: Partition,
): OrderingConstraints | null {
  const precedence = noPrecedence();
  const residuals: ResidualConstraint[] = [];
  const divisible = new Set<number>();
  const addDivisible = (met: readonly number[]) => {
    for (const [place, moveClass] of met.entries()) {
      if (met.indexOf(moveClass) < place) divisible.add(moveClass);
    }
  };
  const wide: WideResidual[] = [];

  const follow = (first: number, second: number): boolean => {
    addPair(precedence, first, second);
    return first !== second;
  };

  // Filled anew for each combination, of which there are very many.
  const versions: number[] = [];
  const isAccepted = (constraint: GroundConstraint, chosen: readonly Part[], moved: number) =>
    isAcceptedAt(constraint, chosen, moved, versions);

  /** False where the combination cannot get from one end of the stage to the other. */
  function addConstraint(constraint: GroundConstraint, chosen: readonly Part[]): boolean {
    let count = 0;
    let first = -1;
    let second = -1;
    for (const { moveClass } of chosen) {
      if (moveClass < 0) continue;
      if (count === 0) first = moveClass;
      else if (count === 1) second = moveClass;
      count += 1;
    }
    if (count === 0) return true;
    if (count === 1) return isAccepted(constraint, chosen, 1);
    if (count === 2) {
      if (!isAccepted(constraint, chosen, 3)) return false;
      const isFirstAhead = isAccepted(constraint, chosen, 1);
      const isSecondAhead = isAccepted(constraint, chosen, 2);
      if (isFirstAhead && isSecondAhead) return true;
      // Neither may be ahead of the other: of most stages that lead nowhere this tells at once.
      if (!isFirstAhead && !isSecondAhead) return false;
      return isFirstAhead ? follow(first, second) : follow(second, first);
    }
    const movers = chosen.flatMap(({ moveClass }) => (moveClass < 0 ? [] : [moveClass]));
    if (movers.length > residualLimit) {
      wide.push({ constraint, parts: [...chosen] });
      addDivisible(movers);
      return addWideConstraint(constraint, chosen, follow);
    }
    const accepts = new Uint8Array(1 << movers.length);
    for (let moved = 1; moved < accepts.length; moved += 1) {
      accepts[moved] = isAccepted(constraint, chosen, moved) ? 1 : 0;
    }
    accepts[0] = 1;
    const residual = { moveClasses: movers, accepts };
    const order = orderWithin(residual);
    if (order === null) return false;
    for (const [one, other] of order) if (!follow(at(movers, one), at(movers, other))) return false;
    if (isExpressed(residual, order)) return true;
    residuals.push(residual);
    addDivisible(movers);
    return true;
  }

  if (!everyMeeting(acceptability, { moveClasses, parts }, addConstraint)) return null;
  if (acceptability.endStatesOnly !== null) {
    for (const [first, second] of acceptability.endStatesOnly.order(moveClasses))
      follow(first, second);
  }
  return { precedence, residuals, divisible, wide, isWhole: acceptability.endStatesOnly !== null };
}

function mayOthersBeGrandfathered(chosen: readonly Part[], one: number, other: number): boolean {
  return chosen.every(
    ({ isFromGrandfathered, isToGrandfathered }, at) =>
      at === one || at === other || isFromGrandfathered || isToGrandfathered,
  );
}

/** Of each pair of movers: whether one may move while the other has not, as far as single rows tell. */
function addWideConstraint(
  constraint: GroundConstraint,
  chosen: readonly Part[],
  follow: (first: number, second: number) => boolean,
): boolean {
  const behind = chosen.map(({ to, isToGrandfathered }) => [
    { tableClass: -1, version: to, isGrandfathered: isToGrandfathered },
  ]);
  if (!isAllAccepted(constraint, behind)) return false;
  const lists = chosen.map(({ moveClass, from, to }) => (moveClass < 0 ? [from] : [from, to]));
  for (const [ahead, first] of chosen.entries()) {
    for (const [place, second] of chosen.entries()) {
      if (ahead === place || first.moveClass < 0 || second.moveClass < 0) continue;
      // Where everybody may stand as at the start of the plan, no table is asked.
      if (
        first.isFromGrandfathered &&
        second.isToGrandfathered &&
        mayOthersBeGrandfathered(chosen, ahead, place)
      )
        continue;
      const overtaken = lists.with(ahead, [first.from]).with(place, [second.to]);
      if (!mayAccept(constraint, overtaken) && !follow(first.moveClass, second.moveClass))
        return false;
    }
  }
  return true;
}

/** Whether the combination is accepted once those of its few movers that this bit set names have moved. */
export function isAccepted(
  constraint: GroundConstraint,
  chosen: readonly Part[],
  moved: number,
): boolean {
  return isAcceptedAt(constraint, chosen, moved, []);
}

/** `versions`: room for those of one combination. */
function isAcceptedAt(
  constraint: GroundConstraint,
  chosen: readonly Part[],
  moved: number,
  versions: number[],
): boolean {
  versions.length = chosen.length;
  let areAllGrandfathered = true;
  let bit = 1;
  for (let column = 0; column < chosen.length; column += 1) {
    const part = at(chosen, column);
    let hasMoved = false;
    if (part.moveClass >= 0) {
      hasMoved = (moved & bit) !== 0;
      bit <<= 1;
    }
    versions[column] = hasMoved ? part.to : part.from;
    areAllGrandfathered &&= hasMoved ? part.isToGrandfathered : part.isFromGrandfathered;
  }
  return areAllGrandfathered || accepts(constraint, versions);
}

/** Whether the test holds for every combination of parts that a moving Component takes part in. */
export function everyMeeting(
  acceptability: Acceptability,
  { moveClasses, parts }: Partition,
  test: (constraint: GroundConstraint, chosen: readonly Part[]) => boolean,
): boolean {
  const chosen: Part[] = [];
  const fill = (constraint: GroundConstraint, column: number): boolean => {
    const tableClass = constraint.classes[column];
    if (tableClass === undefined) return test(constraint, chosen);
    for (const part of at(parts, tableClass)) {
      if (part.count <= column && part.count <= countOf(chosen, part)) continue;
      chosen.push(part);
      const isFine = fill(constraint, column + 1);
      chosen.pop();
      if (!isFine) return false;
    }
    return true;
  };
  const { constraints, constraintsOf } = acceptability.network;
  const isMet = new Uint8Array(constraints.length);
  for (const { tableClass } of moveClasses)
    for (const constraint of at(constraintsOf, tableClass)) isMet[constraint] = 1;
  // In the order of the book: next to each other in memory, too.
  for (let constraint = 0; constraint < constraints.length; constraint += 1) {
    if (isMet[constraint] === 1 && !fill(at(constraints, constraint), 0)) return false;
  }
  return true;
}

function countOf(chosen: readonly Part[], part: Part): number {
  let count = 0;
  for (const other of chosen) if (other === part) count += 1;
  return count;
}

/** The pairs [first, second] of its Components that are forced; null where there is no way through it. */
export function orderWithin({
  moveClasses,
  accepts,
}: ResidualConstraint): readonly (readonly [number, number])[] | null {
  const count = moveClasses.length;
  const last = accepts.length - 1;
  const ahead = new Uint8Array(accepts.length);
  ahead[0] = 1;
  for (let moved = 0; moved < last; moved += 1) {
    if (ahead[moved] === 0) continue;
    for (let one = 0; one < count; one += 1) {
      const next = moved | (1 << one);
      if (accepts[next] === 1) ahead[next] = 1;
    }
  }
  if (ahead[last] === 0) return null;
  const live = new Uint8Array(accepts.length);
  live[last] = 1;
  for (let moved = last; moved > 0; moved -= 1) {
    if (live[moved] === 0) continue;
    for (let one = 0; one < count; one += 1) {
      const before = moved & ~(1 << one);
      if (ahead[before] === 1) live[before] = 1;
    }
  }
  const pairs: (readonly [number, number])[] = [];
  for (let first = 0; first < count; first += 1) {
    for (let second = 0; second < count; second += 1) {
      if (first === second) continue;
      const isBroken = (_: number, moved: number) =>
        live[moved] === 1 && (moved & (1 << second)) !== 0 && (moved & (1 << first)) === 0;
      if (!Array.from(live).some(isBroken)) pairs.push([first, second]);
    }
  }
  return pairs;
}

/** Whether the pairs alone say all that the residual constraint says. */
function isExpressed(
  { accepts }: ResidualConstraint,
  order: readonly (readonly [number, number])[],
): boolean {
  return accepts.every(
    (accepted, moved) =>
      accepted === 1 ||
      order.some(
        ([first, second]) => (moved & (1 << second)) !== 0 && (moved & (1 << first)) === 0,
      ),
  );
}
