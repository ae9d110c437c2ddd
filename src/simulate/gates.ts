import type { GateAnswer, GateAsked } from "../deployment/records.ts";
import { at, cut, takenUp } from "./calls.ts";
import type { Fault } from "./checker/model.ts";
import { fold, type Setting, type Situation } from "./situation.ts";

/** Longer than any gate may defer that may not defer for ever. */
const forEverMs = Number.MAX_SAFE_INTEGER;

const go: GateAnswer = { kind: "go" };
const no: GateAnswer = { kind: "no", failure: { kind: "exited", code: 1 } };
const notNow: GateAnswer = { kind: "not-now", retryAfterMs: null };

/** The gate that is asked lets it pass. */
export function letPass(setting: Setting, situation: Situation, asked: GateAsked): Situation {
  return answered(setting, situation, asked, go);
}

/** Everything that may go wrong while a gate is asked. */
export function* gateFaults(
  setting: Setting,
  situation: Situation,
  asked: GateAsked,
): Generator<Fault<Situation>> {
  const named = `gate ${asked.gate} at ${asked.moment}`;
  const waiting = answered(setting, situation, asked, notNow);
  yield { told: `${named}: no`, next: answered(setting, situation, asked, no) };
  yield { told: `${named}: not now`, next: waiting };
  yield { told: `${named}: not now for ever`, next: forEver(setting, waiting, asked.gate) };
  yield { told: `killed in ${named}`, next: cut(setting, situation, false) };
  yield { told: `the host loses power in ${named}`, next: cut(setting, situation, true) };
}

/** It is over once the gate may not defer any longer; where it may for ever, somebody calls rollback one day. */
function forEver(setting: Setting, situation: Situation, gate: string): Situation {
  let last = situation;
  // Where not even one not now was allowed, that was the no.
  while (last.deployment.failure === null) {
    const action = setting.machine.decide(last.deployment, setting.grounding);
    if (action.kind === "wait" && action.leftMs === Infinity) {
      return takenUp(setting, last, false, "rollback");
    }
    const ask = action.kind === "wait" ? action.ask : action;
    if (ask.kind !== "ask-gate") throw new Error("a gate that is not asked again");
    const { moment, group } = ask;
    const asked: GateAsked = { type: "gate-asked", at, gate: ask.gate.name, moment, group };
    // Those before it are asked again as well, and let it pass.
    const answer = asked.gate === gate ? notNow : go;
    last = answered(setting, fold(setting, last, asked), asked, answer, forEverMs);
  }
  return last;
}

function answered(
  setting: Setting,
  situation: Situation,
  { gate }: GateAsked,
  answer: GateAnswer,
  monotonicMs = 0,
): Situation {
  const told = { type: "gate-answered", at, gate, answer, reason: null, elapsedMs: 0 } as const;
  return fold(setting, situation, { ...told, monotonicMs });
}
