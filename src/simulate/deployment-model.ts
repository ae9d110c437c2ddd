import type { Begin } from "../deployment/records.ts";
import type { Model } from "./checker/model.ts";
import { type End, judgeOf } from "./ends.ts";
import { faultsIn } from "./faults.ts";
import { onward } from "./onward.ts";
import { packing } from "./packing.ts";
import { passage } from "./passage.ts";
import { firstSituation, type Setting, type Situation } from "./situation.ts";
import type { World } from "./world.ts";

/** What is told of a deployment: how it ends, or what it passes that the tables do not accept. */
export type Told =
  | { readonly kind: "end"; readonly end: Omit<End, "faults"> }
  | { readonly kind: "passed"; readonly world: World };

/** The machine that runs on devices, with every outcome in place of the Interfaces. */
export function deploymentModel(first: Begin, setting: Setting): Model<Situation, Told> {
  const { system } = first;
  const { grounding } = setting;
  const initial = firstSituation(first);
  const judge = judgeOf(system, initial.world, grounding);
  const isForbidden = passage(system, grounding);
  return {
    initial,
    onward: (situation) => onward(setting, situation),
    faults: (situation) => faultsIn(setting, situation),
    atEnd: (situation) => {
      const end = judge(situation);
      const { outcome, inconsistent, uncommitted, wayOutUndecidedAt, world, isUntrue } = end;
      const parts = [outcome, inconsistent, uncommitted, wayOutUndecidedAt, world, isUntrue];
      return { key: JSON.stringify(parts), found: { kind: "end", end } };
    },
    atStep: (before, after) => {
      if (before.world === after.world) return null;
      // What a power cut takes away was no step of ours.
      const isStep = after.deployment.runs === before.deployment.runs;
      const isOurs = isStep && (!after.isShaken || before.deployment.direction === "forward");
      if (!isOurs || !isForbidden(before.world, after.world)) return null;
      const { world } = after;
      return { key: String(world), found: { kind: "passed", world } };
    },
    packed: packing(initial),
  };
}
