import type { FailureReason } from "../core/events.ts";
import { shownVersion, unknownVersion, Version } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { answers, type WordQuery } from "../core/protocol.ts";
import {
  type Deployment,
  hasFailedOwedCleanup,
  hasRefusedCommit,
  hasTriesLeft,
  isConstrained,
  isKept,
  isStaying,
  type Member,
  type Progress,
  withProgress,
} from "./deployment.ts";
import { changedFact } from "./expected-facts.ts";
import { ForeignRecord } from "./foreign-record.ts";
import { withFailure } from "./error-path.ts";
import type { RoundName } from "./rounds.ts";
import type { Outcome } from "./records.ts";

/** Folds in how one Component's part of a round ended; whether the round is over is not its matter. */
export function afterOutcome(
  deployment: Deployment,
  round: RoundName,
  outcome: Outcome,
): Deployment {
  const member = deployment.members.find((candidate) => candidate.id === outcome.component);
  if (member === undefined) throw new ForeignRecord(`${outcome.component} is not of this System`);
  const failure = outcome.failure ?? refusal(deployment, member, round, outcome);
  const after = memberAfter(deployment, member, round, outcome, failure);
  const changed: Deployment = {
    ...deployment,
    members: deployment.members.map((candidate) => (candidate === member ? after : candidate)),
  };
  if (deployment.direction === "out" && round === "ObserveInterrupted") {
    return isStaying(after) ? changed : { ...changed, mustReplan: true };
  }
  // What cannot be committed must not stay.
  if (hasRefusedCommit(deployment, after)) return { ...changed, mustReplan: true };
  if (deployment.direction !== "forward" || isNoCause(round)) return changed;
  if (round === "ObserveInterrupted" && member.toObserve !== null) {
    const isFailed = after.ran[member.toObserve] === "interrupted";
    return isFailed
      ? withFailure(changed, member.id, member.toObserve, { kind: "interrupted" })
      : changed;
  }
  return failure === null ? changed : withFailure(changed, member.id, round, failure, outcome.log);
}

/** What becomes of these never sends a deployment back. */
function isNoCause(round: RoundName): boolean {
  return round === "Cleanup" || round === "OwedCleanup" || round === "ConfirmEnd";
}

/** Answers that were given as they should be and still forbid to go on. */
function refusal(
  deployment: Deployment,
  member: Member,
  round: RoundName,
  { answer, facts }: Outcome,
): FailureReason | null {
  if (round === "ExpectOld" && !isAsPlanned(deployment, member, answer)) {
    return { kind: "problem", problem: versionChanged(member, answer) };
  }
  if (round === "ExpectFacts") {
    const problem = changedFact(deployment, member, facts ?? []);
    return problem === null ? null : { kind: "problem", problem };
  }
  if (round === "SupportsRollback" && answer === "No" && isAssumedToRollBack(deployment, member)) {
    return { kind: "problem", problem: rollbackNotSupported(member) };
  }
  return null;
}

/**
 * From its Download on an Interface may be flashing, and Provides then tells neither the old version nor the new one;
 * and so it may after a Cleanup that has failed. Only another version that the plan knows is then one too many.
 */
function isAsPlanned(deployment: Deployment, member: Member, answer: string | null): boolean {
  const { version, ran, step, owesCleanup } = member;
  if (answer === version) return true;
  if (answer === null) return false;
  const isDownloaded = ran.Download !== undefined;
  if (isDownloaded && answer === step?.to) return true;
  const isBetween = isDownloaded || owesCleanup || hasFailedOwedCleanup(member);
  return isBetween && !isOfPlan(deployment, member, answer);
}

/** A whole version that the plan knows. */
function isOfPlan({ begin: { system } }: Deployment, { id }: Member, answer: string): boolean {
  const type = system.components.find((component) => component.id === id)?.type ?? -1;
  const known = system.types[type]?.versions ?? [];
  return answer !== unknownVersion && known.some((one) => one === answer);
}

function isAssumedToRollBack(deployment: Deployment, member: Member): boolean {
  if (!isConstrained(deployment) || deployment.direction !== "forward") return false;
  const { components } = deployment.begin.system;
  return components.some(({ id, supportsRollback }) => id === member.id && supportsRollback);
}

function versionChanged(member: Member, found: string | null): Problem {
  return {
    code: "version-changed",
    message: `Component "${member.id}" reports version "${found ?? "?"}", but the plan was made with "${shownVersion(member.version)}".`,
    expected: shownVersion(member.version),
    got: found ?? "?",
    hint: "Something else updated the Component. Install again: the plan is then made from what is there.",
  };
}

function rollbackNotSupported(member: Member): Problem {
  return {
    code: "rollback-not-supported",
    message: `Component "${member.id}" answers "No" to SupportsRollback, but the plan's way back needs it.`,
    expected: "Yes",
    got: "No",
    hint: `Declare "supports_rollback: no" for it in the Topology or the Manifest, so that the plan reckons with it.`,
  };
}

function memberAfter(
  deployment: Deployment,
  before: Member,
  round: RoundName,
  outcome: Outcome,
  failure: FailureReason | null,
): Member {
  const member = failure === null ? before : withFailureCounted(before, round);
  const isAgain = failure !== null && isTriedAgain(deployment, member, round, failure);
  if (isAgain) return withProgress(member, round, "again");
  switch (round) {
    case "ExpectOld":
      return member;
    case "ExpectFacts":
      // Whoever does not answer may be what it was.
      return outcome.failure === null && failure !== null
        ? withProgress(member, round, "failed")
        : member;
    case "ObserveInterrupted":
      return deployment.direction === "out"
        ? lookedAfter({ ...member, toObserve: null }, outcome.answer)
        : observed(member, outcome.answer);
    case "ObserveStuck":
      return stuck(withProgress(member, round, progressOf(failure)), outcome.answer);
    case "ConfirmEnd":
      return confirmed(deployment, member, outcome.answer);
    default:
      return {
        ...withProgress(member, round, progressOf(failure)),
        ...answered(member, round, outcome),
        inconsistent: member.inconsistent || isUnverified(member, round, failure),
        owesCleanup: isCleanupOwed(member, round, failure),
      };
  }
}

/** An owed one that fails again is not called any more: its work dir is set aside, and the stage goes on. */
function isCleanupOwed(member: Member, round: RoundName, failure: FailureReason | null): boolean {
  if (round === "OwedCleanup") return false;
  return round === "Cleanup" ? failure !== null : member.owesCleanup;
}

function progressOf(failure: FailureReason | null): "ok" | "failed" | "interrupted" {
  if (failure === null) return "ok";
  return failure.kind === "interrupted" ? "interrupted" : "failed";
}

type Answered = Partial<
  Pick<Member, "artifact" | "unpacked" | "withSizes" | "supportsRollback" | "needsReboot">
>;

function answered(member: Member, round: RoundName, outcome: Outcome): Answered {
  const given = outcome.failure === null ? outcome.answer : null;
  switch (round) {
    case "NeedsUnpackedArtifact":
      return {
        artifact: outcome.artifact ?? null,
        unpacked: word(round, given) ?? member.unpacked,
      };
    case "ProvidePayloadFileSizes":
      return { withSizes: word(round, given) ?? member.withSizes };
    case "SupportsRollback":
      return { supportsRollback: word(round, given) };
    case "NeedsArtifactReboot":
      return { needsReboot: word(round, given) };
    default:
      return {};
  }
}

function word<Q extends WordQuery>(query: Q, given: string | null) {
  const known: readonly (typeof answers)[Q][number][] = answers[query];
  return known.find((answer) => answer === given) ?? null;
}

function withFailureCounted(member: Member, round: RoundName): Member {
  const failures = (member.failures[round] ?? 0) + 1;
  return { ...member, failures: { ...member.failures, [round]: failures } };
}

function isTriedAgain(
  deployment: Deployment,
  member: Member,
  round: RoundName,
  failure: FailureReason,
): boolean {
  switch (round) {
    case "Cleanup":
      return failure.kind !== "timed-out" && hasTriesLeft(member, round);
    case "ObserveStuck":
    case "ConfirmEnd":
      return hasTriesLeft(member, round);
    case "ArtifactCommit":
    case "ObserveInterrupted":
      return deployment.direction === "out" && hasTriesLeft(member, round);
    case "ArtifactRollback":
      return isConstrained(deployment) && hasTriesLeft(member, round);
    default:
      return false;
  }
}

/** The last verification has failed: nobody can vouch for the Component any more. */
function isUnverified(member: Member, round: RoundName, failure: FailureReason | null): boolean {
  if (round !== "ArtifactVerifyRollbackReboot" || failure === null) return false;
  return !hasTriesLeft(member, round);
}

/** An interrupted install, verification or Cleanup counts as a failed one; a commit is not refused by it. */
export function withInterruption(member: Member, round: RoundName): Member {
  const counted = round === "ArtifactCommit" ? member : withFailureCounted(member, round);
  const isCleanup = round === "Cleanup" || round === "OwedCleanup";
  if (isCleanup && hasTriesLeft(counted, round)) return withProgress(counted, round, "again");
  return {
    ...withProgress(counted, round, "interrupted"),
    inconsistent: member.inconsistent || isUnverified(counted, round, { kind: "interrupted" }),
    owesCleanup: isCleanupOwed(counted, round, { kind: "interrupted" }),
  };
}

/** What Provides told of a Component whose state was interrupted: done, to be done again, or failed. */
function observed(member: Member, answer: string | null): Member {
  const { step, toObserve } = member;
  if (step === null || toObserve === null) return member;
  const { from: undone, to: done } = step;
  const settled = (progress: Progress): Member =>
    withProgress({ ...member, toObserve: null }, toObserve, progress);
  const found = named(answer);
  if (found === done) return settled("ok");
  return settled(found === undone ? "again" : "interrupted");
}

/** What Provides told of a Component before the way out is planned. */
function stuck(member: Member, answer: string | null): Member {
  if (member.maybeDropped && isKept(member)) return lookedAfter(member, answer);
  return { ...member, version: named(answer) };
}

/**
 * What Provides told of an installed Component after a reboot that nobody asked for. Where that is not the new version,
 * the install is broken, and undone like any other.
 */
function lookedAfter(member: Member, answer: string | null): Member {
  const { ran, step, maybeDropped } = member;
  const found = named(answer);
  // What cannot go back is not dropped: only the old version tells another story.
  const isFirm = member.supportsRollback === "No" && found !== step?.from;
  if (step === null || found === step.to || isFirm) {
    return maybeDropped ? { ...member, maybeDropped: false } : member;
  }
  const broken = withProgress(
    withFailureCounted(member, "ArtifactInstall"),
    "ArtifactInstall",
    "interrupted",
  );
  return {
    ...broken,
    ran: { ...broken.ran, ObserveStuck: ran.ObserveStuck },
    version: found === step.from ? found : null,
    maybeDropped: false,
  };
}

/**
 * After Cleanup, Provides judges: a Component that is not what it should be is inconsistent. Where that has failed,
 * Provides need not tell the new version yet.
 */
function confirmed(deployment: Deployment, member: Member, answer: string | null): Member {
  if (answer === null) {
    return { ...withProgress(member, "ConfirmEnd", "failed"), inconsistent: true };
  }
  // No promise was made of a Component of which nothing was known: what it tells is what it is.
  const isUnpromised = member.version === null || member.version === unknownVersion;
  const isBetween = member.owesCleanup && !isOfPlan(deployment, member, answer);
  const isKnown = member.version === answer || (isBetween && !isUnpromised);
  return {
    ...withProgress(member, "ConfirmEnd", "ok"),
    version: isKnown ? member.version : named(answer),
    inconsistent: member.inconsistent || !(isUnpromised || isKnown),
  };
}

/** A version that nobody can name tells nothing of a Component that may have been left half-way. */
function named(answer: string | null): Version | null {
  return answer === null || answer === unknownVersion ? null : Version.parse(answer);
}
