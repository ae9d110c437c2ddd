import { startState } from "../../manifest/system-state.ts";
import type { System, SystemState } from "../../manifest/system.ts";
import { endStateNogoods, nogoodOn } from "./nogood.ts";
import type { Nogood } from "../model/conflict.ts";
import { after, at, during, type MovePlan, eachGroup } from "../model/moves.ts";
import type { Acceptability } from "../constraints/acceptability.ts";
import type { EndStatesOnly } from "../constraints/end-states-only.ts";
import { partitionBetween, type Part } from "../model/move-classes.ts";
import {
  everyMeeting,
  isAccepted,
  residualLimit,
  orderWithin,
} from "../stage/ordering-constraints.ts";
import { topologicalOrder } from "../model/topological-order.ts";
import {
  type OptionClass,
  optionClassesOf,
  type Options,
  someMeeting,
} from "../model/option-classes.ts";
import type { GroundConstraint } from "../constraints/ground.ts";
import { isAllAccepted, narrowed } from "../constraints/refusal.ts";

/** Who must come before whom, and the nogoods that say so. */
interface Edge {
  readonly first: number;
  readonly second: number;
  readonly nogoods: readonly Nogood[];
}

/** Nogoods that alone keep these moves from being one stage; null: it takes more than an order in a circle. */
export function extractNogoods(
  system: System,
  acceptability: Acceptability,
  before: SystemState,
  behind: SystemState,
): readonly Nogood[] | null {
  const partition = partitionBetween(system, acceptability.tableClasses, before, behind);
  const edges: Edge[][] = partition.moveClasses.map(() => []);
  let alone: readonly Nogood[] | null = null;
  everyMeeting(acceptability, partition, (constraint, chosen) => {
    const movers = chosen.flatMap(({ moveClass }) => (moveClass < 0 ? [] : [moveClass]));
    if (movers.length === 0 || movers.length > residualLimit) return true;
    const last = (1 << movers.length) - 1;
    const accepts = new Uint8Array(last + 1).fill(1);
    const nogoods: Nogood[] = [];
    for (let moved = last; moved > 0; moved -= 1) {
      if (isAccepted(constraint, chosen, moved)) continue;
      accepts[moved] = 0;
      nogoods.push(nogoodOn(constraint, versionsOf(chosen, moved)));
      if (moved === last) {
        alone = nogoods;
        return false;
      }
    }
    const pairs = nogoods.length === 0 ? [] : orderWithin({ moveClasses: movers, accepts });
    if (pairs === null || pairs.some(([one, other]) => movers[one] === movers[other])) {
      alone = nogoods;
      return false;
    }
    for (const [one, other] of pairs) {
      const [first, second] = [at(movers, one), at(movers, other)];
      edges[first]?.push({ first, second, nogoods });
    }
    return true;
  });
  return alone ?? shortestCircle(edges)?.flatMap(({ nogoods }) => nogoods) ?? null;
}

function versionsOf(chosen: readonly Part[], moved: number): readonly number[] {
  let place = -1;
  return chosen.map(({ moveClass, from, to }) => {
    if (moveClass < 0) return from;
    place += 1;
    return (moved & (1 << place)) === 0 ? from : to;
  });
}

/** From so many move classes a shorter circle is looked for. */
const circleStarts = 16;

/** The shortest of those through the first move classes. */
function shortestCircle(edges: readonly (readonly Edge[])[]): readonly Edge[] | null {
  let shortest: readonly Edge[] | null = null;
  const sorted = new Set(topologicalOrder(edges.map((list) => list.map(({ second }) => second))));
  const inCircles = [...edges.keys()].filter((moveClass) => !sorted.has(moveClass));
  for (const start of inCircles.slice(0, circleStarts)) {
    const reachedBy = new Map<number, Edge>();
    const queue = [start];
    for (const moveClass of queue) {
      for (const edge of at(edges, moveClass)) {
        if (reachedBy.has(edge.second)) continue;
        reachedBy.set(edge.second, edge);
        if (edge.second !== start) queue.push(edge.second);
      }
      if (reachedBy.has(start)) break;
    }
    const circle: Edge[] = [];
    for (let edge = reachedBy.get(start); edge !== undefined;) {
      circle.push(edge);
      edge = edge.first === start ? undefined : reachedBy.get(edge.first);
    }
    if (circle.length > 0 && (shortest === null || circle.length < shortest.length)) {
      shortest = circle;
    }
    if (shortest !== null && shortest.length <= 2) return shortest;
  }
  return shortest;
}

/** For each group of the draft and each constraint the first combination that is refused. */
export function violations(
  system: System,
  acceptability: Acceptability,
  movePlan: MovePlan,
): readonly Nogood[] {
  const starts = startState(system);
  const found: Nogood[] = [];
  eachGroup(starts, movePlan.flat(), (_, options) => {
    const optionClasses = optionClassesOf(acceptability.tableClasses, starts, options);
    for (const constraint of acceptability.network.constraints) {
      const nogood = firstNogood(
        constraint,
        constraint.classes.map((tableClass) => at(optionClasses, tableClass)),
      );
      if (nogood !== null) found.push(nogood);
    }
  });
  return found;
}

/** What the first group that is not acceptable breaks. */
export function violationOfGroup(
  system: System,
  acceptability: Acceptability,
  groups: MovePlan[number],
  group: number,
): Nogood {
  const before = after(startState(system), groups.slice(0, group).flat());
  const { endStatesOnly } = acceptability;
  if (endStatesOnly !== null) {
    const state = refusedIn(endStatesOnly, during(before, at(groups, group)));
    const nogood = endStateNogoods(system, endStatesOnly)(state);
    if (nogood !== null) return nogood;
  }
  const [first] = violations(system, acceptability, [groups]);
  if (first === undefined) throw new Error("the group breaks nothing");
  return first;
}

/** A state that is refused, where one of the options is. */
function refusedIn({ refusal }: EndStatesOnly, options: Options): SystemState {
  let left = options;
  for (const [component, versions] of options.entries()) {
    if (versions.length < 2) continue;
    const one = versions.find((version) => refusal(left.with(component, [version])) !== null);
    left = left.with(component, [one ?? at(versions, 0)]);
  }
  return left.map((versions) => at(versions, 0));
}

function firstNogood(
  constraint: GroundConstraint,
  columns: readonly (readonly OptionClass[])[],
): Nogood | null {
  let nogood: Nogood | null = null;
  someMeeting(columns, (meeting) => {
    if (isAllAccepted(constraint, meeting)) return false;
    const versions = narrowed(constraint, meeting).map(({ version }) => version);
    nogood = nogoodOn(constraint, versions);
    return true;
  });
  return nogood;
}
