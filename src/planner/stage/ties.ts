import { at } from "../model/draft.ts";
import type { Judge } from "../constraints/judge.ts";
import { accepts, mayAccept, type Page } from "../constraints/page.ts";
import { addPair, noPrecedence, type Precedence } from "./precedence.ts";
import type { Lineup, Lot } from "../model/squads.ts";
import { isAllAccepted } from "../constraints/transit.ts";

/** What the tables ask of the order in which the squads of one stage move. */
export interface Ties {
  /** Of two squads the second may only begin in a later group than the one in which the first is done. */
  readonly precedence: Precedence;
  readonly knots: readonly Knot[];
  /** Squads two of whose Components meet in a knot: it may matter that one moves before the other. */
  readonly divisible: ReadonlySet<number>;
  readonly wide: readonly WideKnot[];
  /** Every group is asked of the whole judge: only whole end states may be passed. */
  readonly isWhole: boolean;
}

/** A combination with too many moving Components to write out what is accepted. */
export interface WideKnot {
  readonly page: Page;
  /** For each column who stands there. */
  readonly lots: readonly Lot[];
}

/** A combination whose rules are more than "this before that". */
export interface Knot {
  /** The squad of each of its Components; all Components are different ones. */
  readonly squads: readonly number[];
  /** Bit i of the index: the i-th Component has moved. 1 where the combination is accepted. */
  readonly accepts: Uint8Array;
}

/** Combinations with more moving Components than this are not written out. */
export const knotLimit = 8;

/** Null where the tables allow no order at all. */
export function ties(judge: Judge, { squads, lots }: Lineup): Ties | null {
  const precedence = noPrecedence();
  const knots: Knot[] = [];
  const divisible = new Set<number>();
  const addDivisible = (met: readonly number[]) => {
    for (const [place, squad] of met.entries()) {
      if (met.indexOf(squad) < place) divisible.add(squad);
    }
  };
  const wide: WideKnot[] = [];

  const follow = (first: number, second: number): boolean => {
    addPair(precedence, first, second);
    return first !== second;
  };

  // Filled anew for each combination, of which there are very many.
  const versions: number[] = [];
  const isAccepted = (page: Page, chosen: readonly Lot[], moved: number) =>
    isAcceptedAt(page, chosen, moved, versions);

  /** False where the combination cannot get from one end of the stage to the other. */
  function tie(page: Page, chosen: readonly Lot[]): boolean {
    let count = 0;
    let first = -1;
    let second = -1;
    for (const { squad } of chosen) {
      if (squad < 0) continue;
      if (count === 0) first = squad;
      else if (count === 1) second = squad;
      count += 1;
    }
    if (count === 0) return true;
    if (count === 1) return isAccepted(page, chosen, 1);
    if (count === 2) {
      if (!isAccepted(page, chosen, 3)) return false;
      const isFirstAhead = isAccepted(page, chosen, 1);
      const isSecondAhead = isAccepted(page, chosen, 2);
      if (isFirstAhead && isSecondAhead) return true;
      // Neither may be ahead of the other: of most stages that lead nowhere this tells at once.
      if (!isFirstAhead && !isSecondAhead) return false;
      return isFirstAhead ? follow(first, second) : follow(second, first);
    }
    const movers = chosen.flatMap(({ squad }) => (squad < 0 ? [] : [squad]));
    if (movers.length > knotLimit) {
      wide.push({ page, lots: [...chosen] });
      addDivisible(movers);
      return tieWide(page, chosen, follow);
    }
    const accepts = new Uint8Array(1 << movers.length);
    for (let moved = 1; moved < accepts.length; moved += 1) {
      accepts[moved] = isAccepted(page, chosen, moved) ? 1 : 0;
    }
    accepts[0] = 1;
    const knot = { squads: movers, accepts };
    const order = orderWithin(knot);
    if (order === null) return false;
    for (const [one, other] of order) if (!follow(at(movers, one), at(movers, other))) return false;
    if (isExpressed(knot, order)) return true;
    knots.push(knot);
    addDivisible(movers);
    return true;
  }

  if (!everyMeeting(judge, { squads, lots }, tie)) return null;
  if (judge.rests !== null) {
    for (const [first, second] of judge.rests.order(squads)) follow(first, second);
  }
  return { precedence, knots, divisible, wide, isWhole: judge.rests !== null };
}

function mayOthersStand(chosen: readonly Lot[], one: number, other: number): boolean {
  return chosen.every(
    ({ fromStands, toStands }, at) => at === one || at === other || fromStands || toStands,
  );
}

/** Of each pair of movers: whether one may move while the other has not, as far as single rows tell. */
function tieWide(
  page: Page,
  chosen: readonly Lot[],
  follow: (first: number, second: number) => boolean,
): boolean {
  const behind = chosen.map(({ to, toStands }) => [{ peers: -1, version: to, stands: toStands }]);
  if (!isAllAccepted(page, behind)) return false;
  const lists = chosen.map(({ squad, from, to }) => (squad < 0 ? [from] : [from, to]));
  for (const [ahead, first] of chosen.entries()) {
    for (const [place, second] of chosen.entries()) {
      if (ahead === place || first.squad < 0 || second.squad < 0) continue;
      // Where everybody may stand as at the start of the plan, no table is asked.
      if (first.fromStands && second.toStands && mayOthersStand(chosen, ahead, place)) continue;
      const overtaken = lists.with(ahead, [first.from]).with(place, [second.to]);
      if (!mayAccept(page, overtaken) && !follow(first.squad, second.squad)) return false;
    }
  }
  return true;
}

/** Whether the combination is accepted once those of its few movers that this bit set names have moved. */
export function isAccepted(page: Page, chosen: readonly Lot[], moved: number): boolean {
  return isAcceptedAt(page, chosen, moved, []);
}

/** `versions`: room for those of one combination. */
function isAcceptedAt(
  page: Page,
  chosen: readonly Lot[],
  moved: number,
  versions: number[],
): boolean {
  versions.length = chosen.length;
  let allStand = true;
  let bit = 1;
  for (let column = 0; column < chosen.length; column += 1) {
    const lot = at(chosen, column);
    let hasMoved = false;
    if (lot.squad >= 0) {
      hasMoved = (moved & bit) !== 0;
      bit <<= 1;
    }
    versions[column] = hasMoved ? lot.to : lot.from;
    allStand &&= hasMoved ? lot.toStands : lot.fromStands;
  }
  return allStand || accepts(page, versions);
}

/** Whether the test holds for every combination of lots that a moving Component takes part in. */
export function everyMeeting(
  judge: Judge,
  { squads, lots }: Lineup,
  test: (page: Page, chosen: readonly Lot[]) => boolean,
): boolean {
  const chosen: Lot[] = [];
  const fill = (page: Page, column: number): boolean => {
    const peers = page.peers[column];
    if (peers === undefined) return test(page, chosen);
    for (const lot of at(lots, peers)) {
      if (lot.count <= column && lot.count <= countOf(chosen, lot)) continue;
      chosen.push(lot);
      const isFine = fill(page, column + 1);
      chosen.pop();
      if (!isFine) return false;
    }
    return true;
  };
  const { pages, pagesOf } = judge.book;
  const isMet = new Uint8Array(pages.length);
  for (const { peers } of squads) for (const page of at(pagesOf, peers)) isMet[page] = 1;
  // In the order of the book: next to each other in memory, too.
  for (let page = 0; page < pages.length; page += 1) {
    if (isMet[page] === 1 && !fill(at(pages, page), 0)) return false;
  }
  return true;
}

function countOf(chosen: readonly Lot[], lot: Lot): number {
  let count = 0;
  for (const other of chosen) if (other === lot) count += 1;
  return count;
}

/** The pairs [first, second] of its Components that are forced; null where there is no way through it. */
export function orderWithin({
  squads,
  accepts,
}: Knot): readonly (readonly [number, number])[] | null {
  const count = squads.length;
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

/** Whether the pairs alone say all that the knot says. */
function isExpressed({ accepts }: Knot, order: readonly (readonly [number, number])[]): boolean {
  return accepts.every(
    (accepted, moved) =>
      accepted === 1 ||
      order.some(
        ([first, second]) => (moved & (1 << second)) !== 0 && (moved & (1 << first)) === 0,
      ),
  );
}
