import { type ComponentId, unknownVersion } from "../core/ids.ts";
import type { FoundFact, Outcome, Run } from "../deployment/records.ts";
import type { RoundName } from "../deployment/rounds.ts";
import { rollbackAnswer } from "./lasting.ts";
import { fold, placeOf, type Setting, type Situation } from "./situation.ts";
import { after, changesVersion, dropped, type Effect } from "./world.ts";

/** When things happen makes no difference. */
export const at = "1970-01-01T00:00:00.000Z";

/** A failed state may have done its work, nothing, or half of it. */
export function effectsOf(round: RoundName): readonly Effect[] {
  return changesVersion(round) ? ["none", "half", "done"] : ["none"];
}

/** The call of this Component ends; `failure` null: well. */
export function ended(
  setting: Setting,
  situation: Situation,
  component: ComponentId,
  failure: Outcome["failure"],
  effect: Effect,
): Situation {
  const { deployment } = situation;
  const { answers } = setting;
  const round = deployment.open?.intent.round;
  if (round === undefined) throw new Error("no round is open");
  const place = placeOf(situation, component);
  const isLie = failure === null && answers.lies?.(component, round) === true;
  const world = after(situation.world, deployment, round, place, isLie ? "none" : effect);
  const version = world[place] ?? unknownVersion;
  const answer =
    failure === null ? answerOf(setting, situation, { round, component, version }) : null;
  const outcome: Outcome = { type: "outcome", at, component, failure, answer, elapsedMs: 0 };
  const facts = round === "ExpectFacts" && failure === null ? plannedFacts(situation, place) : null;
  const told = facts === null ? outcome : { ...outcome, facts };
  return fold(setting, { ...situation, world }, told);
}

/** Somebody has exchanged the Component: it tells another value of each fact than the plan was made with. */
export function exchanged(
  setting: Setting,
  situation: Situation,
  component: ComponentId,
): Situation {
  const facts = plannedFacts(situation, placeOf(situation, component));
  const others = facts.map(({ key, values }) => ({ key, values: [`not ${values.join()}`] }));
  const outcome = { type: "outcome", at, component, failure: null, answer: null } as const;
  return fold(setting, situation, { ...outcome, facts: others, elapsedMs: 0 });
}

function plannedFacts({ deployment }: Situation, place: number): readonly FoundFact[] {
  const planned = deployment.begin.system.components[place]?.facts ?? [];
  return planned.map(({ key, value }) => ({ key, values: value === null ? [] : [value] }));
}

interface Asked {
  readonly round: RoundName;
  readonly component: ComponentId;
  /** What it really runs. */
  readonly version: string;
}

function answerOf(
  setting: Setting,
  situation: Situation,
  { round, component, version }: Asked,
): string | null {
  switch (round) {
    case "ExpectOld":
    case "ObserveInterrupted":
    case "ObserveStuck":
    case "ConfirmEnd":
      return version;
    case "SupportsRollback":
      return rollbackAnswer(setting, situation, component);
    case "NeedsArtifactReboot":
      return setting.answers.needsReboot(component);
    default:
      return null;
  }
}

/** This process is gone; where the host went down, its boot loader drops what was not committed. */
export function cut(setting: Setting, situation: Situation, hasRebooted: boolean): Situation {
  if (!hasRebooted) return takenUp(setting, situation, false);
  const world = situation.deployment.members.reduce(
    (folded, member, place) =>
      isDroppable(setting, situation, member.id) ? dropped(folded, member, place) : folded,
    situation.world,
  );
  const isShaken = situation.isShaken || world !== situation.world;
  return takenUp(setting, { ...situation, world, isShaken }, true);
}

/** What reboots with the host and can go back, goes back by itself. */
function isDroppable(setting: Setting, situation: Situation, component: ComponentId): boolean {
  const isOfHost = setting.answers.needsReboot(component) === "Automatic";
  return isOfHost && rollbackAnswer(setting, situation, component) === "Yes";
}

/** The next run goes on. */
export function takenUp(
  setting: Setting,
  situation: Situation,
  hasRebooted: boolean,
  verb: Run["verb"] = "resume",
): Situation {
  const { run } = situation.deployment;
  const other = run.bootId === "a" ? "b" : "a";
  const bootId = hasRebooted ? other : run.bootId;
  return fold(setting, situation, { ...run, verb, bootId });
}
