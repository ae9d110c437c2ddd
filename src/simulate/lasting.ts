import type { ComponentId } from "../core/ids.ts";
import type { Outcome } from "../deployment/records.ts";
import type { RoundName } from "../deployment/rounds.ts";
import { type LastingFault, placeOf, type Setting, type Situation } from "./situation.ts";

/** A Cleanup that hangs is not made again; nor does another try bring back a medium. */
const failures = {
  cleanup: { kind: "timed-out", afterMs: 1 },
  supply: { kind: "exited", code: 1 },
} as const satisfies Readonly<Record<string, Outcome["failure"]>>;

/** How this call ends where nothing else goes wrong; null: well. */
export function lastingFailure(
  situation: Situation,
  component: ComponentId,
  round: RoundName,
): Outcome["failure"] {
  if (round === "Download") return situation.lasting.isSupplyGone ? failures.supply : null;
  if (!isCleanup(round)) return null;
  const fault = faultOf(situation, component);
  return fault === "cleanup" || fault === "both" ? failures.cleanup : null;
}

/** What the Component answers to SupportsRollback, declared or not. */
export function rollbackAnswer(
  { answers }: Setting,
  situation: Situation,
  component: ComponentId,
): "Yes" | "No" {
  const declared = answers.supportsRollback(component);
  const fault = faultOf(situation, component);
  if (fault !== "rollback" && fault !== "both") return declared;
  return declared === "Yes" ? "No" : "Yes";
}

/** What may go wrong for good in this round, told for people; null: nothing that has not already. */
export function lastingFaultIn(
  setting: Setting,
  situation: Situation,
  component: ComponentId,
  round: RoundName,
): { readonly told: string; readonly turned: Situation } | null {
  const { lasting } = situation;
  const changedTo = (changed: Partial<Situation["lasting"]>): Situation => ({
    ...situation,
    lasting: { ...lasting, ...changed },
  });
  const place = placeOf(situation, component);
  const before = lasting.components[place] ?? "none";
  const withFault = (fault: "cleanup" | "rollback"): Situation =>
    changedTo({ components: lasting.components.with(place, before === "none" ? fault : "both") });
  if (round === "Download" && !lasting.isSupplyGone) {
    return {
      told: `${component}: Download fails, the supply is gone`,
      turned: changedTo({ isSupplyGone: true }),
    };
  }
  if (isCleanup(round) && before !== "cleanup" && before !== "both") {
    return { told: `${component}: ${round} fails for good`, turned: withFault("cleanup") };
  }
  if (round !== "SupportsRollback" || before === "rollback" || before === "both") return null;
  const turned = withFault("rollback");
  const answer = rollbackAnswer(setting, turned, component);
  return { told: `${component}: SupportsRollback is answered ${answer}`, turned };
}

function isCleanup(round: RoundName): boolean {
  return round === "Cleanup" || round === "OwedCleanup";
}

function faultOf(situation: Situation, component: ComponentId): LastingFault {
  return situation.lasting.components[placeOf(situation, component)] ?? "none";
}
