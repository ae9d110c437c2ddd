import type { GateRefusal } from "../core/events.ts";
import type { Deployment, GateStanding, GateWait } from "./deployment.ts";
import { enterBack } from "./error-path.ts";
import { ForeignRecord } from "./foreign-record.ts";
import { deferralMs, gatesAt } from "./gates.ts";
import { next } from "./next.ts";
import type { GateAnswered, GateAsked, Run } from "./records.ts";

/** A gate is asked: the one that comes, and no other. */
export function gateAsked(deployment: Deployment, record: GateAsked): Deployment {
  const { gate, moment, group } = record;
  const coming = next(deployment);
  const isComing =
    coming.kind === "gate" &&
    coming.gate.name === gate &&
    coming.moment === moment &&
    coming.group === group;
  if (!isComing || deployment.open !== null) {
    throw new ForeignRecord(`the gate ${gate} does not follow here`);
  }
  const { waiting } = deployment.gates;
  const gates: GateStanding = {
    ...deployment.gates,
    asked: record,
    waiting: waiting === null ? null : seenAt(waiting, record.monotonicMs),
  };
  return { ...deployment, stoppedBefore: null, gates };
}

/**
 * A wait is a stop, and a no an end: neither is a run in vain. That a gate lets it pass brings nothing further by
 * itself, else a run that dies behind it each time would be made for ever.
 */
export function gateAnswered(deployment: Deployment, record: GateAnswered): Deployment {
  const { gates, begin, runs } = deployment;
  const { gate, answer, reason, monotonicMs } = record;
  if (gates.asked?.gate !== gate) throw new ForeignRecord(`the gate ${gate} was not asked`);
  const { moment } = gates.asked;
  const waitedMs = waitedBefore(gates, record);
  const settled: GateStanding = { ...gates, asked: null, waiting: null, waitedMs };
  const idleRuns = answer.kind === "go" ? deployment.idleRuns : 0;
  const answered: Deployment = { ...deployment, idleRuns, gates: settled };
  const refused = (why: GateRefusal): Deployment =>
    enterBack({
      ...answered,
      failure: { kind: "gate", gate, moment, reason: why, told: reason, run: runs },
    });
  if (answer.kind === "no") return refused(answer.failure);
  if (answer.kind === "go") {
    const passed = { ...answered, gates: { ...settled, passed: gates.passed + 1 } };
    // One that takes its time before it says so is waited for, too.
    return record.elapsedMs < longAnswerMs ? passed : lookAgain(passed);
  }
  const planned = gatesAt(begin, moment).find(({ name }) => name === gate);
  const mostMs = planned === undefined ? 0 : deferralMs(begin, planned, moment);
  if ((waitedMs[gate] ?? 0) >= mostMs) return refused({ kind: "deferred", mostMs });
  return {
    ...lookAgain(answered),
    // What the others have said before the wait does not count behind it.
    gates: {
      ...settled,
      passed: 0,
      waiting: {
        gate,
        moment,
        reason,
        retryAfterMs: answer.retryAfterMs,
        sinceMs: monotonicMs,
        run: runs,
      },
    },
  };
}

/** So long as this an answer takes where nobody waits for anything. */
const longAnswerMs = 60_000;

/** The wait may have been long: what was seen before it does not count behind it. */
function lookAgain(deployment: Deployment): Deployment {
  return { ...deployment, hasAskedOld: false, hasAskedFacts: false };
}

function seenAt(waiting: GateWait, nowMs: number | undefined): GateWait {
  return nowMs === undefined ? waiting : { ...waiting, seenMs: nowMs };
}

/** How long each gate has been waited for when one answers. */
export function waitedBefore(
  gates: GateStanding,
  { waitedMs, monotonicMs }: GateAnswered,
): GateStanding["waitedMs"] {
  return waitedMs ?? waitedUntil(gates, monotonicMs);
}

function waitedUntil({ waiting, waitedMs }: GateStanding, nowMs: number): GateStanding["waitedMs"] {
  if (waiting === null) return waitedMs;
  const { gate, sinceMs } = waiting;
  return { ...waitedMs, [gate]: (waitedMs[gate] ?? 0) + Math.max(0, nowMs - sinceMs) };
}

/**
 * What a run finds that takes the deployment up. No run does anything on what a gate has told another one, so whoever
 * was asked for what is not begun is asked again; in another boot the clock has begun anew. Of the wait before it only
 * that much counts which the journal has seen: a clock that people set could count too much of it.
 */
export function gatesTakenUp(
  deployment: Deployment,
  { monotonicMs }: Run,
  hasRebooted: boolean,
): Deployment {
  const { gates, begin, direction } = deployment;
  if (begin.gates === undefined || direction !== "forward") return deployment;
  const { waiting } = gates;
  const standing = { ...gates, passed: 0, asked: null };
  if (waiting === null) return { ...deployment, gates: standing };
  if (!hasRebooted) {
    return { ...deployment, gates: { ...standing, waiting: seenAt(waiting, monotonicMs) } };
  }
  const { seenMs, ...stood } = waiting;
  const waitedMs = seenMs === undefined ? gates.waitedMs : waitedUntil(gates, seenMs);
  const anew = seenAt({ ...stood, sinceMs: 0 }, monotonicMs);
  return { ...deployment, gates: { ...standing, waiting: anew, waitedMs } };
}
