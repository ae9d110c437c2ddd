import type { SystemState } from "../../manifest/system.ts";
import type { Acceptability } from "../constraints/acceptability.ts";
import { acceptableNeighbours } from "../constraints/neighbour-acceptance.ts";
import { bucketQueue } from "../model/bucket-queue.ts";
import { type Budget, spend } from "../model/budget.ts";
import { distancesTo } from "../model/distances.ts";
import { at } from "../model/moves.ts";
import { classesByVersion, keyOf, type Moves } from "./successors.ts";

/** What there is of ways from the start to the goal by one install after the other, wherever they rest. */
export type SingleInstalls =
  | {
      readonly kind: "reached";
      /** No way has fewer. */
      readonly installs: number;
      /** Installs from a state to the goal, by its key; the fewest for each state that a way of so few passes. */
      readonly left: ReadonlyMap<string, number>;
    }
  | { readonly kind: "none" }
  | { readonly kind: "undecided" };

const componentsOfANode = 16;

/**
 * The relaxed question of a System: without stages, end states to rest in, and order groups. A group can always be made
 * one install after the other, so each plan is such a way. A* backwards from the goal, over the hops that are left;
 * what lies between a state and the start is at least the sum of the distances of its versions.
 */
export function singleInstalls(
  moves: Omit<Moves, "ranks">,
  acceptability: Acceptability,
  start: SystemState,
  goal: SystemState,
  budget: Budget,
): SingleInstalls {
  const { symmetryClasses } = moves;
  const startKey = keyOf(symmetryClasses, start);
  const isAcceptableFrom = acceptableNeighbours(start, acceptability);
  const classesAtVersionOf = classesByVersion(moves);
  const sources = moves.hops.map(reversed);
  const distances = symmetryClasses.classes.map((one, index) =>
    distancesTo([one.start], at(sources, index)),
  );
  const farFromStart = (state: SystemState) =>
    state.reduce(
      (sum, version, one) => sum + at(at(distances, at(symmetryClasses.of, one)), version),
      0,
    );
  // The hops alone do not lead there.
  if (farFromStart(goal) === Infinity) return { kind: "none" };
  const left = new Map([[keyOf(symmetryClasses, goal), 0]]);
  const open = bucketQueue<{ readonly state: SystemState; readonly left: number }>();
  open.push(farFromStart(goal), { state: goal, left: 0 });
  // A state of very many Components takes longer than one of few.
  const nodesOfAState = 1 + Math.floor(start.length / componentsOfANode);
  let installs = Infinity;
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const { state } = node;
    const key = keyOf(symmetryClasses, state);
    if (left.get(key) !== node.left) continue;
    const far = farFromStart(state);
    if (node.left + far > installs) break;
    if (key === startKey) installs = node.left;
    const isAcceptable = isAcceptableFrom(state);
    for (const { symmetryClass, members, from: version } of classesAtVersionOf(state)) {
      const component = at(members, 0);
      const distance = at(distances, symmetryClass);
      for (const before of at(at(sources, symmetryClass), version)) {
        const rank = node.left + 1 + far - at(distance, version) + at(distance, before);
        if (rank > installs || rank === Infinity) continue;
        const next = { state: state.with(component, before), left: node.left + 1 };
        const nextKey = keyOf(symmetryClasses, next.state);
        // Sooner known than asked of the tables.
        if ((left.get(nextKey) ?? Infinity) <= next.left || !isAcceptable(component, before))
          continue;
        if (!spend(budget, nodesOfAState)) return { kind: "undecided" };
        left.set(nextKey, next.left);
        open.push(rank, next);
      }
    }
  }
  return installs === Infinity ? { kind: "none" } : { kind: "reached", installs, left };
}

/** For each version those from which a hop leads to it. */
function reversed(hops: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const sources = hops.map((): number[] => []);
  for (const [from, targets] of hops.entries()) for (const to of targets) sources[to]?.push(from);
  return sources;
}
