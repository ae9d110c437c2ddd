import type { SystemState } from "../../manifest/system.ts";
import { at } from "../model/moves.ts";
import type { Moves } from "./successors.ts";

/**
 * How little the ends of the stages that are still to come are preferred at the least; the goal, in which the last one
 * ends, is one of them. Infinity: so many stages do not lead there.
 */
export interface PreferenceBound {
  readonly of: (symmetryClass: number, version: number, stages: number, hops: HopKind) => number;
  /** Of a whole state. */
  readonly least: (state: SystemState, stages: number, hops: HopKind) => number;
}

/** Hops on shortest ways to the goal alone, or all of them. */
export type HopKind = "straight" | "all";

/** Each Component for itself, whatever tables say: in each stage it stays, or makes one hop. */
export function preferenceBound(moves: Moves): PreferenceBound {
  // [symmetry class][stages][version]
  const known: Readonly<Record<HopKind, (readonly number[])[][]>> = { straight: [], all: [] };
  const of: PreferenceBound["of"] = (symmetryClass, version, stages, kind) => {
    const tables = (known[kind][symmetryClass] ??= [whereGoal(moves, symmetryClass)]);
    while (tables.length <= stages) {
      const before = at(tables, tables.length - 1);
      tables.push(oneStageMore(moves, symmetryClass, kind, before));
    }
    return at(at(tables, stages), version);
  };
  return {
    of,
    least: (state, stages, kind) =>
      state.reduce(
        (sum, version, component) =>
          sum + of(at(moves.symmetryClasses.of, component), version, stages, kind),
        0,
      ),
  };
}

function whereGoal({ distances }: Moves, symmetryClass: number): readonly number[] {
  return at(distances, symmetryClass).map((distance) => (distance === 0 ? 0 : Infinity));
}

/** For each version the best of where the stage may end, by what comes after it. */
function oneStageMore(
  { hops, distances, ranks }: Moves,
  symmetryClass: number,
  kind: HopKind,
  after: readonly number[],
): readonly number[] {
  const distance = at(distances, symmetryClass);
  const rank = at(ranks, symmetryClass);
  const through = after.map((left, version) => at(rank, version) + left);
  return at(hops, symmetryClass).map((targets, from) => {
    let least = at(through, from);
    for (const to of targets) {
      if (kind === "straight" && at(distance, to) !== at(distance, from) - 1) continue;
      least = Math.min(least, at(through, to));
    }
    return least;
  });
}
