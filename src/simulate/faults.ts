import type { ComponentId } from "../core/ids.ts";
import type { OpenRound } from "../deployment/deployment.ts";
import { isLook } from "../deployment/evolve.ts";
import { kindOf } from "../deployment/program.ts";
import type { RoundName } from "../deployment/rounds.ts";
import { cut, effectsOf, ended, exchanged, takenUp } from "./calls.ts";
import type { Fault } from "./checker/model.ts";
import { gateFaults } from "./gates.ts";
import { lastingFailure, lastingFaultIn } from "./lasting.ts";
import { isHostReboot, onward } from "./onward.ts";
import { fold, placeOf, type Setting, type Situation } from "./situation.ts";
import { after, type Effect } from "./world.ts";

/** Everything that may go wrong here; nothing where the deployment has ended or is about to. */
export function* faultsIn(setting: Setting, situation: Situation): Generator<Fault<Situation>> {
  const { open, gates } = situation.deployment;
  if (gates.asked !== null) {
    yield* gateFaults(setting, situation, gates.asked);
  } else if (open === null) {
    yield* betweenStates(setting, situation);
  } else if (isHostReboot(open.intent.round)) {
    yield { told: "the host does not reboot", next: takenUp(setting, situation, false) };
  } else {
    yield* inRound(setting, situation, open);
  }
}

function* betweenStates(setting: Setting, situation: Situation): Generator<Fault<Situation>> {
  const { kind } = setting.machine.decide(situation.deployment, setting.grounding);
  if (kind === "none" || kind === "end") return;
  yield { told: "killed between two states", next: cut(setting, situation, false) };
  yield { told: "the host reboots between two states", next: cut(setting, situation, true) };
}

/** A round is under way: the call of the next Component fails, or everything is cut. */
function* inRound(
  setting: Setting,
  situation: Situation,
  { intent: { round }, waiting }: OpenRound,
): Generator<Fault<Situation>> {
  const [component] = waiting;
  if (component === undefined) throw new Error("nobody is waited for");
  const effects = effectsOf(round);
  // A query that was cut is asked again, whether its Interface was started or not.
  const moments = kindOf(round) === "state" ? [null, ...effects] : [null];
  const failsAnyway = lastingFailure(situation, component, round) !== null;
  for (const effect of failsAnyway ? [] : effects) {
    yield {
      told: `${component}: ${round} fails${come(effect)}`,
      next: ended(setting, situation, component, { kind: "exited", code: 1 }, effect),
    };
  }
  const lasting = lastingFaultIn(setting, situation, component, round);
  if (lasting !== null) {
    const { told, turned } = lasting;
    const failure = lastingFailure(turned, component, round);
    yield { told, next: ended(setting, turned, component, failure, "done") };
  }
  if (round === "ExpectFacts") {
    yield {
      told: `${component}: its facts are not as planned`,
      next: exchanged(setting, situation, component),
    };
  }
  for (const hasRebooted of [false, true]) {
    const what = hasRebooted ? "the host loses power" : "killed";
    const cutAt = (at: Situation, waited: readonly ComponentId[], moment: Moment) =>
      cut(setting, underWay(setting, at, round, waited, moment), hasRebooted);
    /** What comes where all of them stand alike. */
    const once = new Map<Effect | null, Situation>();
    for (const moment of momentsOf(waiting, moments)) {
      const next = cutAt(situation, waiting, moment);
      const [effect = null] = moment;
      if (moment.every((one) => one === effect)) once.set(effect, next);
      yield { told: `${what} ${momentText(round, waiting, moment)}`, next };
    }
    for (const [effect, next] of once) {
      const moment = waiting.map(() => effect);
      const again = madeAgain(setting, next, round);
      if (again === null) continue;
      const waited = again.deployment.open?.waiting ?? [];
      yield {
        told: `${what} twice ${momentText(round, waiting, moment)}`,
        next: cutAt(
          again,
          waited,
          waited.map(() => effect),
        ),
      };
    }
  }
}

/** Where the next run makes the round once more, after it has looked at what there is; null: it does not. */
function madeAgain(setting: Setting, situation: Situation, round: RoundName): Situation | null {
  let next: Situation | null = situation;
  while (next !== null) {
    const { open } = next.deployment;
    if (open?.intent.round === round) return next;
    const coming = open?.intent.round ?? roundAfter(setting, next);
    if (coming !== null && coming !== round && !isLook(coming)) return null;
    next = onward(setting, next);
  }
  return null;
}

/** The round that is begun next; null: none is. */
function roundAfter({ machine, grounding }: Setting, { deployment }: Situation): RoundName | null {
  if (deployment.gates.asked !== null) return null;
  const action = machine.decide(deployment, grounding);
  return action.kind === "round" || action.kind === "reboot-host" ? action.round : null;
}

/** How far the call of each Component that waits has come; null: it was not started. */
type Moment = readonly (Effect | null)[];

/**
 * Of two Components every mixture. Of more, all of them alike, or the first one other than the rest: those
 * before it have ended, so that it is each of them in turn.
 */
function momentsOf(waiting: readonly ComponentId[], all: Moment): readonly Moment[] {
  if (waiting.length === 1) return all.map((one) => [one]);
  return all.flatMap((first) =>
    all.map((rest) => waiting.map((_, place) => (place === 0 ? first : rest))),
  );
}

function momentText(round: RoundName, waiting: readonly ComponentId[], moment: Moment): string {
  const [first = null, second = first] = moment;
  if (first === second)
    return first === null ? `before ${round} starts` : `in ${round}${come(first)}`;
  const [component = "", ...others] = waiting;
  const rest = others.length === 1 ? (others[0] ?? "") : "the others";
  return `in ${round}: ${component} ${stands(first)}, ${rest} ${stands(second)}`;
}

function come(effect: Effect): string {
  switch (effect) {
    case "done":
      return " after its work was done";
    case "half":
      return " half-way";
    default:
      return "";
  }
}

function stands(effect: Effect | null): string {
  switch (effect) {
    case null:
      return "not started";
    case "none":
      return "before its work";
    case "half":
      return "half-way";
    default:
      return "after its work";
  }
}

function underWay(
  setting: Setting,
  situation: Situation,
  round: RoundName,
  waiting: readonly ComponentId[],
  moment: Moment,
): Situation {
  return waiting.reduce((before, component, index) => {
    const effect = moment[index] ?? null;
    if (effect === null) return before;
    const running = fold(setting, before, { type: "running", component, pid: 1, startTime: "0" });
    const place = placeOf(running, component);
    return { ...running, world: after(running.world, running.deployment, round, place, effect) };
  }, situation);
}
