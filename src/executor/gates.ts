import type { Event } from "../core/events.ts";
import type { Action } from "../deployment/decide.ts";
import type { Deployment } from "../deployment/deployment.ts";
import type { GateReply } from "../interface/gate.ts";
import { type Live, record, timestamp } from "./live.ts";
import type { ExecutorPorts, RunEnd } from "./ports.ts";

type Ask = Extract<Action, { kind: "ask-gate" }>;
type Wait = Extract<Action, { kind: "wait" }>;

/** Asks the gate that comes: the question is in the journal before, the answer behind it. */
export async function performAsk(
  { gate, moment, group }: Ask,
  live: Live,
  ports: ExecutorPorts,
): Promise<RunEnd | null> {
  const of = { gate: gate.name, moment, group } as const;
  const startedMs = ports.clock.monotonicMs();
  record(live, ports, {
    type: "gate-asked",
    at: timestamp(ports),
    ...of,
    monotonicMs: Math.round(startedMs),
  });
  ports.reachCrashPoint("gate:asked-appended");
  ports.journal.sync();
  ports.reachCrashPoint("gate:asked-synced");
  ports.emit({ type: "gate-asked", ...of });
  const reply = await ports.askGate({
    deployment: live.deployment,
    gate,
    moment,
    group,
    signal: ports.signal,
    onStarted: (who) => {
      record(live, ports, { type: "gate-running", gate: gate.name, ...who });
      ports.reachCrashPoint("gate:started");
    },
  });
  if (reply.kind === "no" && reply.failure.kind === "interrupted") {
    // Ended by us: the next run asks again.
    ports.journal.sync();
    return { kind: "terminated", deployment: live.deployment };
  }
  const { reason, ...answer } = reply;
  const monotonicMs = ports.clock.monotonicMs();
  const elapsedMs = Math.max(0, Math.round(monotonicMs - startedMs));
  record(live, ports, {
    type: "gate-answered",
    at: timestamp(ports),
    gate: gate.name,
    answer,
    reason,
    monotonicMs: Math.round(monotonicMs),
    elapsedMs,
  });
  ports.reachCrashPoint("gate:answered-appended");
  ports.journal.sync();
  ports.reachCrashPoint("gate:answered-synced");
  ports.emit(answeredEvent(of, reply, live.deployment, elapsedMs));
  return null;
}

function answeredEvent(
  of: Pick<Extract<Event, { type: "gate-answered" }>, "gate" | "moment" | "group">,
  reply: GateReply,
  { failure }: Deployment,
  elapsedMs: number,
): Event {
  const told = failure?.kind === "gate" ? failure.reason : null;
  return {
    type: "gate-answered",
    ...of,
    answer: told === null ? reply.kind : "no",
    reason: reply.reason,
    failure: told,
    elapsedMs,
  };
}

/** So long is waited where a gate does not say. Milliseconds. */
const usualWaitMs = 60_000;

/**
 * Waits by itself where the caller takes a wait for a failure, or has said for how long; then the gate is asked again.
 * Otherwise the run ends here, and the next one asks.
 */
export async function performWait(
  { ask, wait, leftMs }: Wait,
  live: Live,
  ports: ExecutorPorts,
): Promise<RunEnd | null> {
  const { begin } = live.deployment;
  const mayMs = begin.exitOnReboot ? Infinity : live.waitLeftMs;
  const { gate, moment, reason } = wait;
  const about = { deployment: begin.deployment, gate, moment, reason } as const;
  if (mayMs <= 0) {
    ports.emit({ type: "waiting", ...about, askedAgainMs: null });
    return { kind: "waiting", deployment: live.deployment };
  }
  const waitMs = Math.ceil(Math.min(wait.retryAfterMs ?? usualWaitMs, leftMs, mayMs));
  ports.emit({ type: "waiting", ...about, askedAgainMs: waitMs });
  live.waitLeftMs -= waitMs;
  try {
    await ports.clock.sleep(waitMs, ports.signal);
  } catch (error) {
    if (!ports.signal.aborted) throw error;
    return { kind: "terminated", deployment: live.deployment };
  }
  return await performAsk(ask, live, ports);
}
