import type { ComponentId } from "../core/ids.ts";
import type { Begin } from "../deployment/records.ts";
import type { AlikeClass } from "./alike.ts";
import type { Model } from "./checker/model.ts";
import { type End, judgeOf } from "./ends.ts";
import { faultsIn } from "./faults.ts";
import { onward } from "./onward.ts";
import { type Alike, packing } from "./packing.ts";
import { passage } from "./passage.ts";
import { firstSituation, type Setting, type Situation } from "./situation.ts";
import type { World } from "./world.ts";

/** What is told of a deployment: how it ends, or what it passes that the tables do not accept. */
export type Told =
  | { readonly kind: "end"; readonly end: Omit<End, "faults"> }
  | {
      readonly kind: "passed";
      readonly world: World;
      readonly alike: readonly (readonly ComponentId[])[];
    };

/** Every name counts. */
export const nobodyAlike: Alike = { classes: [], capOf: () => Infinity };

/** The machine that runs on devices, with every outcome in place of the Interfaces. */
export function deploymentModel(
  first: Begin,
  setting: Setting,
  alike: Alike = nobodyAlike,
): Model<Situation, Told> {
  const { system } = first;
  const { grounding } = setting;
  const { classes } = alike;
  const initial = firstSituation(first);
  const judge = judgeOf(system, initial.world, grounding);
  const isForbidden = passage(system, grounding);
  const ids = system.components.map(({ id }) => id);
  /** What is told of each Component; names within a class do not count. */
  const keyOf = (told: readonly string[]): readonly string[] => {
    const sorted = [...told];
    for (const places of classes) {
      const own = places.map((place) => told[place] ?? "").toSorted();
      for (const [index, place] of places.entries()) sorted[place] = own[index] ?? "";
    }
    return sorted;
  };
  const mixedIn = (told: readonly string[]): readonly (readonly ComponentId[])[] =>
    classes
      .filter((places: AlikeClass) => places.some((place) => told[place] !== told[places[0] ?? 0]))
      .map((places) => places.flatMap((place) => ids[place] ?? []));
  return {
    initial,
    onward: (situation) => onward(setting, situation),
    faults: (situation) => faultsIn(setting, situation),
    atEnd: (situation) => {
      const end = judge(situation);
      const { outcome, inconsistent, uncommitted, wayOutUndecidedAt, world, isUntrue } = end;
      const told = ids.map((id, place) =>
        [world[place] ?? null, inconsistent.includes(id), uncommitted.includes(id)].join(),
      );
      const key = JSON.stringify([outcome, wayOutUndecidedAt, isUntrue, keyOf(told)]);
      return { key, found: { kind: "end", end: { ...end, alike: mixedIn(told) } } };
    },
    atStep: (before, after) => {
      if (before.world === after.world) return null;
      // What a power cut takes away was no step of ours.
      const isStep = after.deployment.runs === before.deployment.runs;
      const isOurs = isStep && (!after.isShaken || before.deployment.direction === "forward");
      if (!isOurs || !isForbidden(before.world, after.world)) return null;
      const { world } = after;
      const told = world.map(String);
      const found = { kind: "passed", world, alike: mixedIn(told) } as const;
      return { key: String(keyOf(told)), found };
    },
    packed: packing(initial, alike),
  };
}
