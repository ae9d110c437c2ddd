import { assertNever } from "../core/assert-never.ts";
import type { ComponentId } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import {
  type Deployment,
  hasCleanupStarted,
  isKept,
  isStaying,
  maxIdleRuns,
  type Member,
  type OpenRound,
  type Progress,
  withProgress,
} from "./deployment.ts";
import { enterBack, withFailure } from "./error-path.ts";
import { kindOf, undoRows } from "./program.ts";
import type { RoundName } from "./rounds.ts";
import type { TopologyComponent } from "./records.ts";
import { withInterruption } from "./outcome.ts";
import { endRound } from "./end-of-round.ts";

/**
 * What it means that a new run found the deployment as it is: the run before was killed or the host
 * went down, unless it stopped by itself. `hasRebooted`: the boot id has changed since.
 *
 * - A state under way has failed; the error path follows, or goes on with its next state.
 * - A query under way changes nothing and is asked again.
 * - A reboot that was asked for has come, or has not.
 * - A reboot that nobody asked for is a failure while anything is installed and not committed, even
 *   between states: the boot loader may have dropped what was not committed.
 */
export function interrupted(deployment: Deployment, hasRebooted: boolean): Deployment {
  const { open } = deployment;
  if (open !== null && isHostReboot(open.intent.round)) {
    return looped(hostRebooted(deployment, open, hasRebooted));
  }
  const judged = open === null ? deployment : judgeOpen(deployment, open, hasRebooted);
  return looped(hasRebooted ? rebootedUnasked(judged) : judged);
}

function rebootedUnasked(deployment: Deployment): Deployment {
  switch (deployment.direction) {
    case "forward": {
      if (!isExposedToReboot(deployment)) return deployment;
      const failure = deployment.failure ?? { kind: "host-rebooted", run: deployment.runs };
      return bootedAnew(enterBack({ ...deployment, failure }));
    }
    case "back":
      return bootedAnew(deployment);
    case "out":
      return doubted(deployment);
    default:
      return assertNever(deployment.direction);
  }
}

/**
 * The host may have booted into what is not undone yet, as after a reboot that was asked for: where the
 * answer is `Automatic` it takes one more to lead it back.
 */
function bootedAnew(deployment: Deployment): Deployment {
  return {
    ...deployment,
    members: deployment.members.map((member) =>
      member.ran.ArtifactInstall === undefined || member.ran.ArtifactRollback === "ok"
        ? member
        : { ...asBooted(member), maybeDropped: member.maybeDropped || isAtRisk(member) },
    ),
  };
}

/** On the way out a reboot that nobody asked for may have dropped what was not committed: look again. */
function doubted(deployment: Deployment): Deployment {
  if (hasCleanupStarted(deployment)) return deployment;
  return {
    ...deployment,
    members: deployment.members.map((member) => {
      const booted = mayRunNew(member) ? asBooted(member) : member;
      return isAtRisk(booted) ? { ...booted, toObserve: "ArtifactInstall" } : booted;
    }),
  };
}

/** The host has booted into what was to be booted into, or may have. */
function mayRunNew(member: Member): boolean {
  const { ran, needsReboot } = member;
  if (ran.ArtifactInstall === undefined || ran.ArtifactRollback === "ok") return false;
  return needsReboot === "Automatic" || (needsReboot === null && !isKept(member));
}

function asBooted(member: Member): Member {
  const { HostReboot, ArtifactVerifyReboot } = member.ran;
  // That it came in the end does not mend an install that has failed because it did not.
  const verified = HostReboot === "failed" ? "failed" : ArtifactVerifyReboot;
  return {
    ...member,
    ran: { ...member.ran, HostReboot: "ok", ArtifactVerifyReboot: verified },
  };
}

function isAtRisk(member: Member): boolean {
  return isStaying(member) && member.ran.ArtifactCommit !== "ok";
}

function isHostReboot(round: RoundName): round is "HostReboot" | "HostRollbackReboot" {
  return round === "HostReboot" || round === "HostRollbackReboot";
}

/** A host that was told to reboot: its boot id says whether it did. */
function hostRebooted(deployment: Deployment, open: OpenRound, hasRebooted: boolean): Deployment {
  const { round } = open.intent;
  if (!hasRebooted && round === "HostRollbackReboot") {
    // Asked for and never come: it is asked for again.
    return {
      ...deployment,
      open: null,
      members: mark(deployment.members, open.waiting, round, "again"),
    };
  }
  const members = mark(deployment.members, open.waiting, round, hasRebooted ? "ok" : "failed");
  const [first] = open.waiting;
  const marked = { ...deployment, members };
  if (hasRebooted || first === undefined) return endRound({ ...marked, idleRuns: 0 });
  return endRound(
    withFailure(marked, first, round, { kind: "problem", problem: rebootNeverCame() }),
  );
}

function rebootNeverCame(): Problem {
  return {
    code: "reboot-never-came",
    message: "The host was asked to reboot and is still running as before.",
    hint: "Reboot the host when the exit status is 4, and only then call resume.",
  };
}

/** Judges each Component whose part of the open round has no outcome. */
function judgeOpen(deployment: Deployment, open: OpenRound, hasRebooted: boolean): Deployment {
  const { round } = open.intent;
  if (kindOf(round) !== "state") {
    return {
      ...deployment,
      open: null,
      members: mark(deployment.members, open.waiting, round, "again"),
    };
  }
  const judged = open.waiting.reduce(
    (folded, component) => judge(folded, open, component, hasRebooted),
    deployment,
  );
  return endRound(judged);
}

function judge(
  deployment: Deployment,
  open: OpenRound,
  component: ComponentId,
  hasRebooted: boolean,
): Deployment {
  const { round } = open.intent;
  const change = (members: readonly Member[]): Deployment => ({ ...deployment, members });
  const only = [component];
  if (deployment.direction !== "forward" || round === "Cleanup" || round === "OwedCleanup") {
    // Its Interface was not even started: neither the way back nor Cleanup must leave it out.
    // Nobody knows how far an interrupted rollback came, and Provides may tell the old version before a
    // reboot: it is made once more.
    const isMadeAgain =
      !mayHaveStarted(open, component, hasRebooted) ||
      round === "ArtifactRollback" ||
      (deployment.direction === "out" && repeatedOnTheWayOut.includes(round));
    if (isMadeAgain) {
      return change(mark(deployment.members, only, round, "again"));
    }
    return change(interruptedIn(deployment.members, component, round));
  }
  const policy = policyOf(deployment, component);
  if (policy === "retry") return change(mark(deployment.members, only, round, "again"));
  if (policy === "observe") return change(toObserve(deployment.members, only, round));
  return withFailure(
    change(interruptedIn(deployment.members, component, round)),
    component,
    round,
    { kind: "interrupted" },
  );
}

/**
 * Who was started is written but not synced: a power cut may take that, and an ArtifactInstall that is half done must
 * not be called again. The other states bear it.
 */
function mayHaveStarted(
  { intent, started }: OpenRound,
  component: ComponentId,
  hasRebooted: boolean,
): boolean {
  return started.includes(component) || (hasRebooted && intent.round === "ArtifactInstall");
}

/** Nothing is lost by making these once more, and nobody must stay on the way because the power went. */
const repeatedOnTheWayOut: readonly RoundName[] = [
  "Download",
  "ArtifactReboot",
  "ArtifactVerifyReboot",
  "ArtifactCommit",
];

function interruptedIn(
  members: readonly Member[],
  component: ComponentId,
  round: RoundName,
): readonly Member[] {
  return members.map((member) =>
    member.id === component ? withInterruption(member, round) : member,
  );
}

/** Sets how far the round got for these. */
function mark(
  members: readonly Member[],
  which: readonly ComponentId[],
  round: RoundName,
  progress: Progress,
): readonly Member[] {
  return members.map((member) =>
    which.includes(member.id) ? withProgress(member, round, progress) : member,
  );
}

function toObserve(
  members: readonly Member[],
  which: readonly ComponentId[],
  round: RoundName,
): readonly Member[] {
  return members.map((member) =>
    which.includes(member.id) ? { ...member, toObserve: round } : member,
  );
}

function policyOf(
  deployment: Deployment,
  component: ComponentId,
): TopologyComponent["onInterrupt"] {
  const found = deployment.begin.components.find(({ id }) => id === component);
  return found?.onInterrupt ?? "rollback";
}

/**
 * From the stage's first ArtifactInstall to its last ArtifactCommit; not where every Component at
 * risk has declared that it can be taken up again, and none of them boots with the host: its boot loader
 * may have dropped what was installed.
 */
function isExposedToReboot(deployment: Deployment): boolean {
  const installing = deployment.members.filter(
    (member) => member.ran.ArtifactInstall !== undefined,
  );
  const isCommitted = deployment.members.every(
    (member) => member.step === null || member.ran.ArtifactCommit === "ok",
  );
  if (installing.length === 0 || isCommitted) return false;
  return installing.some(
    (member) => policyOf(deployment, member.id) === "rollback" || isOfHost(member),
  );
}

/** Installed, and a reboot of the host takes it into the new version, as far as it has told. */
function isOfHost(member: Member): boolean {
  return isAtRisk(member) && member.needsReboot !== "No" && member.needsReboot !== "Yes";
}

/**
 * Too many runs in a row that got nothing done: the deployment fails, or the error path is given up. So is
 * the rest of a stage whose Cleanup has begun: what a rollback needs may be gone.
 */
function looped(deployment: Deployment): Deployment {
  if (deployment.idleRuns <= maxIdleRuns) return deployment;
  if (deployment.direction === "forward" && !hasCleanupStarted(deployment)) {
    const failure = deployment.failure ?? { kind: "no-progress", run: deployment.runs };
    return enterBack({ ...deployment, idleRuns: 0, failure });
  }
  const touched = deployment.members.filter(
    ({ ran }) => ran.ArtifactInstall !== undefined && ran.ConfirmEnd !== "ok",
  );
  const unsettled = touched.filter((member) => !isSettled(member));
  // Where it is nobody's fault, nobody has been asked.
  const doubtful = unsettled.length > 0 ? unsettled : touched;
  return {
    ...deployment,
    givenUp: true,
    members: deployment.members.map((member) =>
      doubtful.includes(member) ? { ...member, inconsistent: true } : member,
    ),
  };
}

/** New and committed, or taken back to the end, and nothing that is to be called again. */
function isSettled(member: Member): boolean {
  const { ran } = member;
  if (Object.values(ran).includes("again")) return false;
  if (isStaying(member) && ran.ArtifactCommit === "ok") return true;
  const isLeft = undoRows.some((row) => row.who(member) && ran[row.name] === undefined);
  return ran.ArtifactRollback === "ok" && !isLeft;
}
