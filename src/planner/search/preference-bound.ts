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
export function preferenceBound({
  symmetryClasses,
  hops,
  distances,
  ranks,
}: Moves): PreferenceBound {
  // [symmetry class][stages][version]
  const known: Readonly<Record<HopKind, number[][][]>> = { straight: [], all: [] };
  const tableOf = (symmetryClass: number, stages: number, kind: HopKind): readonly number[] => {
    const tables = (known[kind][symmetryClass] ??= []);
    const distance = at(distances, symmetryClass);
    for (let more = tables.length; more <= stages; more += 1) {
      const before = tables[more - 1];
      const through = (version: number) =>
        at(at(ranks, symmetryClass), version) + (before?.[version] ?? Infinity);
      const mayHop = (from: number, to: number) =>
        kind === "all" || at(distance, to) === at(distance, from) - 1;
      tables.push(
        at(hops, symmetryClass).map((targets, from) =>
          before === undefined
            ? whereGoal(at(distance, from))
            : [from, ...targets.filter((to) => mayHop(from, to))].reduce(
                (least, to) => Math.min(least, through(to)),
                Infinity,
              ),
        ),
      );
    }
    return at(tables, stages);
  };
  const of: PreferenceBound["of"] = (symmetryClass, version, stages, kind) =>
    at(tableOf(symmetryClass, stages, kind), version);
  return {
    of,
    least: (state, stages, kind) =>
      state.reduce(
        (sum, version, component) =>
          sum + of(at(symmetryClasses.of, component), version, stages, kind),
        0,
      ),
  };
}

function whereGoal(distance: number): number {
  return distance === 0 ? 0 : Infinity;
}
