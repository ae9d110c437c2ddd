import { assertNever } from "../core/assert-never.ts";
import type { ComponentId } from "../core/ids.ts";
import { takeWayOut } from "./contingency-plan.ts";
import { type Deployment, hasCleanupStarted, membersOf, withProgress } from "./deployment.ts";
import { ForeignRecord } from "./foreign-record.ts";
import { gateAnswered, gateAsked, gatesTakenUp } from "./gate-answers.ts";
import { noStanding } from "./gates.ts";
import { interrupted } from "./interruption.ts";
import { enterBack } from "./error-path.ts";
import { replayPosition, type FindPosition, strictPosition } from "./replay-position.ts";
import { afterOutcome } from "./outcome.ts";
import type { Begin, Intent, JournalRecord, Outcome, Run } from "./records.ts";
import { expectations } from "./program.ts";
import type { RoundName } from "./rounds.ts";
import { endRound } from "./end-of-round.ts";

/** The deployment as its first two records tell it: what was planned, and the run that began it. */
export function begin(first: Begin, run: Run): Deployment {
  return {
    begin: first,
    run,
    runs: 1,
    idleRuns: 0,
    stage: 0,
    direction: "forward",
    cursor: 0,
    hasAskedOld: true,
    hasAskedFacts: false,
    open: null,
    gates: noStanding,
    members: membersOf(
      first.plan.stages[0],
      first.system.components.map(({ id, type, start, facts }) => {
        const version = first.system.types[type]?.versions[start];
        if (version === undefined) throw new Error(`no start version of ${id}`);
        return { id, version, owesCleanup: false, hasFacts: facts !== undefined };
      }),
    ),
    failure: null,
    isTold: false,
    mustReplan: false,
    detourGroups: 0,
    isWayOutUndecided: false,
    givenUp: false,
    isDriven: first.exitOnReboot || drives(run),
    stoppedBefore: null,
    ended: null,
    owed: [],
  };
}

/**
 * Folds one record in, as this build writes it. Throws where that is not what `decide` says: a bug, and nothing is
 * done.
 */
export function evolve(deployment: Deployment, record: JournalRecord): Deployment {
  return folded(deployment, record, strictPosition);
}

/** Folds a whole journal, of this build or an earlier one; null where it holds no run yet. Throws ForeignRecord. */
export function replay(records: readonly JournalRecord[]): Deployment | null {
  const [first, run, ...rest] = records;
  if (first === undefined || (first.type === "begin" && run === undefined)) return null;
  if (first.type !== "begin" || run?.type !== "run") {
    throw new ForeignRecord("a journal starts with what was planned and the first run");
  }
  return rest.reduce(
    (deployment, record) => folded(deployment, record, replayPosition),
    begin(first, run),
  );
}

function folded(
  deployment: Deployment,
  record: JournalRecord,
  positionOf: FindPosition,
): Deployment {
  switch (record.type) {
    case "begin":
      throw new ForeignRecord("a journal begins only once");
    case "run":
      return takenUp(deployment, record);
    case "intent":
      return opened(deployment, record, positionOf);
    case "running":
      return started(deployment, record.component);
    case "outcome":
      return ended(deployment, record);
    case "gate-asked":
      return gateAsked(deployment, record);
    case "gate-running":
      return deployment;
    case "gate-answered":
      return gateAnswered(deployment, record);
    case "replanned":
      return takeWayOut(deployment, record);
    case "stopped":
      return { ...deployment, stoppedBefore: record.before, idleRuns: 0 };
    case "ended":
      return {
        ...deployment,
        ended: { outcome: record.outcome, inconsistent: record.inconsistent },
        owed: record.owed,
      };
    case "told":
      return { ...deployment, isTold: true };
    default:
      return assertNever(record);
  }
}

/** Whoever makes way for another deployment goes on with it at once, whatever it does about a reboot. */
function drives({ stopBefore, exitOnReboot, isMakingWay }: Run): boolean {
  return stopBefore.length > 0 || (exitOnReboot && isMakingWay !== true);
}

function takenUp(deployment: Deployment, run: Run): Deployment {
  const hasRebooted = deployment.run.bootId !== run.bootId;
  const resumed = interrupted(
    {
      ...gatesTakenUp(deployment, run, hasRebooted),
      run,
      runs: deployment.runs + 1,
      idleRuns: deployment.idleRuns + 1,
      hasAskedOld: false,
      hasAskedFacts: false,
      isTold: deployment.isTold || (run.verb === "rollback" && run.isMakingWay !== true),
      isDriven: deployment.isDriven || drives(run),
    },
    hasRebooted,
  );
  const isTooLate = hasCleanupStarted(resumed);
  if (run.verb !== "rollback" || resumed.direction !== "forward" || isTooLate) return resumed;
  return enterBack({ ...resumed, failure: { kind: "asked", run: resumed.runs } });
}

function opened(deployment: Deployment, intent: Intent, positionOf: FindPosition): Deployment {
  if (deployment.open !== null)
    throw new ForeignRecord(`${intent.round} begun while a round is open`);
  const isExpectation = expectations.includes(intent.round);
  const isObservation = isLook(intent.round) && !isExpectation;
  const there = isObservation ? deployment : positionOf(deployment, intent);
  // The next run must come by all of them again.
  const here = isExpectation ? { ...there, cursor: deployment.cursor } : there;
  const isMade = !isObservation && !isExpectation;
  const isInstall = intent.round === "ArtifactInstall";
  return {
    ...here,
    hasAskedOld: here.hasAskedOld && !isInstall,
    hasAskedFacts: here.hasAskedFacts && !isInstall,
    stoppedBefore: null,
    // What the gates have let pass is begun.
    gates: isMade ? noStanding : here.gates,
    open: { intent, waiting: intent.components, started: [] },
    members: here.members.map((member) =>
      isMade && intent.components.includes(member.id)
        ? withProgress(member, intent.round, "started")
        : member,
    ),
  };
}

function started(deployment: Deployment, component: ComponentId): Deployment {
  if (deployment.open === null) throw new ForeignRecord(`${component} runs outside of any round`);
  return {
    ...deployment,
    open: { ...deployment.open, started: [...deployment.open.started, component] },
  };
}

function ended(deployment: Deployment, outcome: Outcome): Deployment {
  const { open } = deployment;
  if (open === null || !open.waiting.includes(outcome.component)) {
    throw new ForeignRecord(`an outcome of ${outcome.component} that nobody waits for`);
  }
  const after = afterOutcome(deployment, open.intent.round, outcome);
  const waiting = open.waiting.filter((component) => component !== outcome.component);
  // Every run asks anew: that alone brings nothing further.
  const idleRuns = isLook(open.intent.round) ? deployment.idleRuns : 0;
  const progressed = { ...after, idleRuns, open: { ...open, waiting } };
  return waiting.length > 0 ? progressed : endRound(progressed);
}

/** Asked before anything is done. */
export function isLook(round: RoundName): boolean {
  return looks.includes(round);
}

const looks: readonly RoundName[] = [
  "ExpectOld",
  "ExpectFacts",
  "ObserveInterrupted",
  "ObserveStuck",
];
