import { type Budget, isStepOver, spend, type Steps } from "../model/budget.ts";
import { at } from "../model/moves.ts";
import { isDominating, keyOf } from "./sequence-search.ts";
import { freeIn, type Share } from "./room.ts";
import { chainLengths, type Schedule } from "./schedule.ts";
import { isSafe, type Stage } from "./safe-group.ts";

/**
 * The fewest groups with at most this exposure, by deepening: is there an order in one group less? Move classes
 * without limited room move as a whole, since moving all of them with their first does no harm.
 */
export function* fewestGroups(
  stage: Stage,
  plain: Schedule,
  exposure: number,
  known: readonly (readonly Share[])[],
  budget: Budget,
): Steps<{ readonly groups: readonly (readonly Share[])[]; readonly bound: number }> {
  const everyone = stage.moveClasses.map(() => true);
  const chain = chainLengths(stage, stage.sequence, everyone);
  const least = Math.max(
    plain.bound.exposure === exposure ? plain.bound.groups : 0,
    ...chain,
    Math.min(1, stage.moveClasses.length),
  );
  for (let count = least; count < known.length; count += 1) {
    const said = yield* groupsWithin(stage, chain, exposure, count, budget);
    if (said === null) return { groups: known, bound: count };
    if (said !== false) return { groups: said, bound: count };
  }
  return { groups: known, bound: known.length };
}

/** Where a search for groups stands: what is done, and which groups may come next. */
interface Level {
  readonly key: string;
  readonly done: readonly number[];
  /** How many Components that can go back have not moved. */
  readonly exposed: number;
  readonly isPast: boolean;
  /** How many groups are left for it and all that comes behind. */
  readonly left: number;
  /** The next group; false: there is none; null: the budget is used up. */
  readonly nextGroup: () => readonly Share[] | false | null;
}

/**
 * An order in so many groups; false: there is none; null: the budget is used up. Depth first, with a list of what is
 * open: there may be more groups, and more move classes in one, than calls can be nested.
 */
function* groupsWithin(
  stage: Stage,
  chain: readonly number[],
  exposure: number,
  limit: number,
  budget: Budget,
): Steps<readonly (readonly Share[])[] | false | null> {
  const { moveClasses, capacity } = stage;
  const sizes = moveClasses.map(({ members }) => members.length);
  const groups: (readonly Share[])[] = [];
  const price = priceOf(stage);
  /** For what is done, with how many groups left it was tried in vain. */
  const tried = new Map<string, number>();

  /** True: all is done; false: it leads nowhere; null: the budget is used up. */
  function levelOf(
    done: readonly number[],
    exposed: number,
    isPast: boolean,
  ): Level | boolean | null {
    const open = stage.sequence.filter((moveClass) => at(done, moveClass) < at(sizes, moveClass));
    if (open.length === 0) return true;
    const left = limit - groups.length;
    for (const moveClass of open) {
      const first = Math.ceil(
        (at(sizes, moveClass) - at(done, moveClass)) / at(capacity, moveClass) || 1,
      );
      const whole = Math.ceil(at(sizes, moveClass) / at(capacity, moveClass) || 1);
      if (at(chain, moveClass) - whole + first > left) return false;
    }
    const key = keyOf(done);
    if ((tried.get(key) ?? -1) >= left) return false;
    if (!spend(budget, open.length)) return null;
    const ready = open.filter((moveClass) =>
      at(stage.leaders, moveClass).every((leader) => at(done, leader) === at(sizes, leader)),
    );
    // The last group is everything that is left, or there is no order in so many.
    const isForced = (moveClass: number) =>
      left > 1 &&
      isDominating(stage, done, moveClass) &&
      at(capacity, moveClass) === Infinity &&
      (at(moveClasses, moveClass).canGoBack || isPast);
    const forced = ready
      .filter(isForced)
      .map((moveClass) => ({ moveClass, count: at(sizes, moveClass) }));
    const choices = ready.filter((moveClass) => !isForced(moveClass));
    const nextGroup = groupChooser(stage, done, forced, choices, left === 1, () =>
      spend(budget, price),
    );
    return { key, done, exposed, isPast, left, nextGroup };
  }

  function take({ done, exposed, isPast }: Level, group: readonly Share[]) {
    const next = [...done];
    let rest = exposed;
    for (const { moveClass, count } of group) {
      next[moveClass] = at(next, moveClass) + count;
      if (at(moveClasses, moveClass).canGoBack) rest -= count;
    }
    groups.push(group);
    return levelOf(next, rest, isPast || isIrreversible(group));
  }

  const isIrreversible = (group: readonly Share[]) =>
    group.some(({ moveClass }) => !at(moveClasses, moveClass).canGoBack);

  const exposed = moveClasses.reduce(
    (sum, { canGoBack }, moveClass) => sum + (canGoBack ? at(sizes, moveClass) : 0),
    0,
  );
  const first = levelOf(
    moveClasses.map(() => 0),
    exposed,
    false,
  );
  if (first === null || typeof first === "boolean") return first === true ? groups : first;
  const levels = [first];
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    if (isStepOver(budget)) yield;
    const group = level.nextGroup();
    if (group === null) return null;
    if (group === false) {
      tried.set(level.key, level.left);
      levels.pop();
      groups.pop();
      continue;
    }
    if (!level.isPast && isIrreversible(group) && level.exposed > exposure) continue;
    const next = take(level, group);
    if (next === null) return null;
    if (next === true) return groups;
    if (next === false) groups.pop();
    else levels.push(next);
  }
  return false;
}

/**
 * Tells one group after the other: of each choice, in their order, first as many Components as may go, then fewer, at
 * last none. `isLast`: all that is left has to go. `mayAsk`: asked before each question whether a group is safe.
 */
function groupChooser(
  stage: Stage,
  done: readonly number[],
  forced: readonly Share[],
  choices: readonly number[],
  isLast: boolean,
  mayAsk: () => boolean,
): Level["nextGroup"] {
  const { moveClasses, capacity } = stage;
  /** For each choice that is made what was chosen before it, and how many of it are tried next; -1: all was tried. */
  const made: { readonly before: readonly Share[]; count: number }[] = [];

  function open(before: readonly Share[]) {
    const moveClass = choices[made.length];
    if (moveClass === undefined) {
      made.push({ before, count: -1 });
      return;
    }
    const rest = at(moveClasses, moveClass).members.length - at(done, moveClass);
    const most = Math.min(rest, freeIn(stage, before, moveClass));
    made.push({ before, count: isLast && most < rest ? -1 : Math.max(0, most) });
  }

  open(forced);
  return () => {
    for (let top = made.at(-1); top !== undefined; top = made.at(-1)) {
      const { before, count } = top;
      const moveClass = choices[made.length - 1];
      if (count < 0) {
        made.pop();
        if (moveClass === undefined && before.length > 0) return before;
      } else if (moveClass === undefined || count === 0) {
        top.count = -1;
        if (!isLast) open(before);
      } else {
        const isWhole =
          isLast || (at(capacity, moveClass) === Infinity && !stage.divisible.has(moveClass));
        top.count = isWhole ? 0 : count - 1;
        if (!mayAsk()) return null;
        const larger = [...before, { moveClass, count }];
        if (isSafe(stage, done, larger)) open(larger);
      }
    }
    return false;
  };
}

/** Cells of wide tables that are read in the time of one node. */
const cellsOfOneNode = 64;

/** What it costs to ask whether a group is safe, in nodes: much where tables are wide and long. */
function priceOf({ wide, acceptability: { ends } }: Stage): number {
  const tables = new Set(wide.map(({ constraint }) => constraint.table));
  const cells = [...tables].reduce(
    (sum, { rows, columns }) => sum + (rows.length + ends.rows) * columns.length,
    0,
  );
  return 1 + Math.floor(cells / cellsOfOneNode);
}
