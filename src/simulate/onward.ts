import { contingencyPlan } from "../deployment/contingency-plan.ts";
import type { Action } from "../deployment/decide.ts";
import { type Deployment, owingCleanup } from "../deployment/deployment.ts";
import type { GateAsked, JournalRecord } from "../deployment/records.ts";
import type { RoundName } from "../deployment/rounds.ts";
import { at, ended, takenUp } from "./calls.ts";
import { letPass } from "./gates.ts";
import { lastingFailure } from "./lasting.ts";
import { fold, type Setting, type Situation } from "./situation.ts";

/** What comes where nothing goes wrong; null where the deployment has ended. */
export function onward(setting: Setting, situation: Situation): Situation | null {
  const { deployment } = situation;
  const { open, gates } = deployment;
  if (gates.asked !== null) return letPass(setting, situation, gates.asked);
  if (open === null) {
    const record = decidedIn(setting, deployment);
    if (record === null) return null;
    setting.watch?.(deployment, record);
    return fold(setting, situation, record);
  }
  if (isHostReboot(open.intent.round)) return takenUp(setting, situation, true);
  const [component] = open.waiting;
  if (component === undefined) throw new Error("nobody is waited for");
  const failure = lastingFailure(situation, component, open.intent.round);
  return ended(setting, situation, component, failure, "done");
}

export function isHostReboot(round: RoundName): boolean {
  return round === "HostReboot" || round === "HostRollbackReboot";
}

/** What is written next where no round is open; null where it has ended. */
export function decidedIn(
  { machine, grounding, wayOut }: Pick<Setting, "machine" | "grounding" | "wayOut">,
  deployment: Deployment,
): JournalRecord | null {
  const action = machine.decide(deployment, grounding);
  switch (action.kind) {
    case "none":
      return null;
    case "round":
    case "reboot-host": {
      const { round, group, components } = action;
      return { type: "intent", round, group, components };
    }
    case "ask-gate":
      return askedIn(action);
    case "wait":
      return askedIn(action.ask);
    case "replan":
      return wayOut?.(deployment) ?? contingencyPlan(deployment, grounding);
    case "end":
      return {
        type: "ended",
        at,
        outcome: action.outcome,
        inconsistent: action.inconsistent,
        owed: owingCleanup(deployment),
      };
    default:
      throw new Error(`${action.kind} cannot come without a stop point`);
  }
}

function askedIn({ gate, moment, group }: Extract<Action, { kind: "ask-gate" }>): GateAsked {
  return { type: "gate-asked", at, gate: gate.name, moment, group };
}
