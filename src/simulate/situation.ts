import { type ComponentId, unknownVersion } from "../core/ids.ts";
import { contingencyPlan } from "../deployment/contingency-plan.ts";
import { decide } from "../deployment/decide.ts";
import { type Deployment, owingCleanup } from "../deployment/deployment.ts";
import { evolve } from "../deployment/evolve.ts";
import type { RoundName } from "../deployment/rounds.ts";
import type { JournalRecord, Outcome } from "../deployment/records.ts";
import type { Grounding } from "../planner/constraints/grounding.ts";
import { after, changesVersion, dropped, type Effect, type World } from "./world.ts";

/** A point in one of all possible runs: what the journal would tell, and what is really there. */
export interface Situation {
  readonly deployment: Deployment;
  readonly world: World;
  readonly faultsLeft: number;
  /** A boot loader has dropped something: what is passed on the way back from there is none of our choosing. */
  readonly isShaken: boolean;
  readonly machine: Machine;
  /** Of the tables of the System. */
  readonly grounding: Grounding;
}

/** One thing that may happen next. `fault` is null where all goes well. */
export interface Happening {
  readonly fault: string | null;
  readonly next: Situation;
}

const at = "1970-01-01T00:00:00.000Z";

/** The machine that is explored: the real one, or in a test one with a bug. */
export interface Machine {
  readonly decide: typeof decide;
  readonly evolve: typeof evolve;
}

export const realMachine: Machine = { decide, evolve };

/** How the Interfaces answer where nothing goes wrong. */
export interface Answers {
  readonly supportsRollback: (component: ComponentId) => "Yes" | "No";
  readonly needsReboot: (component: ComponentId) => "No" | "Automatic" | "Yes";
  /** Whether the Interface says that it has done this, and has not; none does unless said. */
  readonly lies?: (component: ComponentId, round: RoundName) => boolean;
}

/** Everything that may happen next; empty where the deployment has ended. */
export function happenings(situation: Situation, answers: Answers): readonly Happening[] {
  const { deployment, faultsLeft } = situation;
  if (deployment.open !== null) return inRound(situation, answers);
  const action = situation.machine.decide(deployment, situation.grounding);
  if (action.kind === "none") return [];
  const onwards = { fault: null, next: fold(situation, intended(situation, action)) };
  if (faultsLeft === 0 || action.kind === "end") return [onwards];
  return [
    onwards,
    ...[false, true].map((rebooted) => ({
      fault: rebooted ? "the host reboots between two states" : "killed between two states",
      next: cut({ ...situation, faultsLeft: faultsLeft - 1 }, rebooted, answers),
    })),
  ];
}

type Decided = ReturnType<typeof decide>;

function intended({ deployment, grounding }: Situation, action: Decided): JournalRecord {
  switch (action.kind) {
    case "round":
    case "reboot-host": {
      const { round, group, components } = action;
      return { type: "intent", round, group, components };
    }
    case "replan":
      return contingencyPlan(deployment, grounding);
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

/** A round is under way: its Components end one after the other, or everything is cut. */
function inRound(situation: Situation, answers: Answers): readonly Happening[] {
  const { deployment, faultsLeft } = situation;
  const open = deployment.open;
  const component = open?.waiting[0];
  if (open === null || component === undefined) throw new Error("no round is open");
  const { round } = open.intent;
  const spent = { ...situation, faultsLeft: faultsLeft - 1 };
  if (round === "HostReboot" || round === "HostRollbackReboot") {
    const came = { fault: null, next: resumed(situation, true) };
    if (faultsLeft === 0) return [came];
    return [came, { fault: "the host does not reboot", next: resumed(spent, false) }];
  }
  const well = { fault: null, next: ends(situation, component, answers, null, "done") };
  if (faultsLeft === 0) return [well];
  return [
    well,
    ...effectsOf(round).map((effect) => ({
      fault: `${component}: ${round} fails${told(effect)}`,
      next: ends(spent, component, answers, { kind: "exited", code: 1 }, effect),
    })),
    ...cuts(spent, round, open.waiting, answers),
  ];
}

/** A failed state may have done its work, nothing, or half of it. */
function effectsOf(round: RoundName): readonly Effect[] {
  return changesVersion(round) ? ["none", "half", "done"] : ["none"];
}

function told(effect: Effect): string {
  switch (effect) {
    case "done":
      return " after its work was done";
    case "half":
      return " half-way";
    default:
      return "";
  }
}

function cuts(
  situation: Situation,
  round: RoundName,
  waiting: readonly ComponentId[],
  answers: Answers,
): readonly Happening[] {
  return [false, true].flatMap((rebooted) => {
    const what = rebooted ? "the host loses power" : "killed";
    return moments(waiting, effectsOf(round)).map((moment) => ({
      fault: `${what} ${momentText(round, waiting, moment)}`,
      next: cut(underWay(situation, round, waiting, moment), rebooted, answers),
    }));
  });
}

/** How far the call of each Component that waits has come; null: it was not started. */
type Moment = readonly (Effect | null)[];

/**
 * Of two Components every mixture. Of more, all of them alike, or the first one other than the rest: those
 * before it have ended, so that it is each of them in turn.
 */
function moments(waiting: readonly ComponentId[], effects: readonly Effect[]): readonly Moment[] {
  const all = [null, ...effects];
  if (waiting.length === 1) return all.map((one) => [one]);
  return all.flatMap((first) =>
    all.map((rest) => waiting.map((_, at) => (at === 0 ? first : rest))),
  );
}

function momentText(round: RoundName, waiting: readonly ComponentId[], moment: Moment): string {
  const [first = null, second = first] = moment;
  if (first === second)
    return first === null ? `before ${round} starts` : `in ${round}${told(first)}`;
  const [component = "", ...others] = waiting;
  const rest = others.length === 1 ? (others[0] ?? "") : "the others";
  return `in ${round}: ${component} ${come(first)}, ${rest} ${come(second)}`;
}

function come(effect: Effect | null): string {
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
  situation: Situation,
  round: RoundName,
  waiting: readonly ComponentId[],
  moment: Moment,
): Situation {
  return waiting.reduce((folded, component, at) => {
    const effect = moment[at] ?? null;
    if (effect === null) return folded;
    return {
      ...fold(folded, { type: "running", component, pid: 1, startTime: "0" }),
      world: after(folded.world, folded.deployment, round, indexOf(folded, component), effect),
    };
  }, situation);
}

function ends(
  situation: Situation,
  component: ComponentId,
  answers: Answers,
  failure: Outcome["failure"],
  effect: Effect,
): Situation {
  const { deployment } = situation;
  const round = deployment.open?.intent.round;
  if (round === undefined) throw new Error("no round is open");
  const index = indexOf(situation, component);
  const isLie = failure === null && answers.lies?.(component, round) === true;
  const world = after(situation.world, deployment, round, index, isLie ? "none" : effect);
  const answer =
    failure === null ? answerOf(round, component, world[index] ?? unknownVersion, answers) : null;
  const outcome: Outcome = { type: "outcome", at, component, failure, answer, elapsedMs: 0 };
  return fold({ ...situation, world }, outcome);
}

function answerOf(
  round: RoundName,
  component: ComponentId,
  version: string,
  answers: Answers,
): string | null {
  switch (round) {
    case "ExpectOld":
    case "ObserveInterrupted":
    case "ObserveStuck":
    case "ConfirmEnd":
      return version;
    case "SupportsRollback":
      return answers.supportsRollback(component);
    case "NeedsArtifactReboot":
      return answers.needsReboot(component);
    default:
      return null;
  }
}

function indexOf({ deployment }: Situation, component: ComponentId): number {
  return deployment.members.findIndex((member) => member.id === component);
}

/** This process is gone; where the host went down, its boot loader drops what was not committed. */
function cut(situation: Situation, rebooted: boolean, answers: Answers): Situation {
  if (!rebooted) return resumed(situation, false);
  const world = situation.deployment.members.reduce(
    (folded, member, index) =>
      isDroppable(member.id, answers) ? dropped(folded, member, index) : folded,
    situation.world,
  );
  const isShaken = situation.isShaken || world !== situation.world;
  return resumed({ ...situation, world, isShaken }, true);
}

/** What reboots with the host and can go back, goes back by itself. */
function isDroppable(component: ComponentId, answers: Answers): boolean {
  const isOfHost = answers.needsReboot(component) === "Automatic";
  return isOfHost && answers.supportsRollback(component) === "Yes";
}

function resumed(situation: Situation, rebooted: boolean): Situation {
  const { run } = situation.deployment;
  const other = run.bootId === "a" ? "b" : "a";
  return fold(situation, { ...run, verb: "resume", bootId: rebooted ? other : run.bootId });
}

function fold(situation: Situation, record: JournalRecord): Situation {
  return { ...situation, deployment: situation.machine.evolve(situation.deployment, record) };
}
