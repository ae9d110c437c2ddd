import { assertNever } from "../core/assert-never.ts";
import type { FailureReason } from "../core/events.ts";
import type { Action } from "../deployment/decide.ts";
import { FileError } from "../platform/types.ts";
import { type Live, record, timestamp } from "./live.ts";
import type { ExecutorPorts, RunEnd } from "./ports.ts";
import { tellFailed } from "./way-back.ts";

type RebootAction = Extract<Action, { kind: "reboot-host" }>;

/**
 * One reboot of the host for all Components of the group. The intent is in the journal before; whether
 * the reboot came is told by the boot id of the next run, not by this one.
 */
export async function rebootHost(
  action: RebootAction,
  live: Live,
  ports: ExecutorPorts,
): Promise<RunEnd | null> {
  record(live, ports, {
    type: "intent",
    round: action.round,
    group: action.group,
    components: action.components,
  });
  ports.reachCrashPoint(`${action.round}:intent-appended`);
  ports.journal.sync();
  ports.reachCrashPoint(`${action.round}:intent-synced`);
  switch (action.by) {
    case "refused":
      failed(action, live, ports, refused());
      return null;
    case "caller":
      ports.emit({ type: "host-reboot", components: action.components });
      return { kind: "reboot", deployment: live.deployment };
    case "command":
      ports.emit({ type: "host-reboot", components: action.components });
      return await rebootByCommand(action, live, ports);
    default:
      return assertNever(action.by);
  }
}

/**
 * Once the command is accepted this process waits for its end. A boot id that changes under it counts as the reboot.
 */
async function rebootByCommand(
  action: RebootAction,
  live: Live,
  ports: ExecutorPorts,
): Promise<RunEnd | null> {
  try {
    await ports.host.reboot();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    failed(action, live, ports, { kind: "not-started", message: error.message });
    return null;
  }
  const deadline = ports.clock.monotonicMs() + ports.rebootWaitMs;
  const { bootId } = live.deployment.run;
  while (ports.host.bootId() === bootId && !ports.signal.aborted) {
    if (ports.clock.monotonicMs() >= deadline) break;
    await ports.clock.sleep(50);
  }
  if (ports.signal.aborted) return { kind: "terminated", deployment: live.deployment };
  record(live, ports, {
    ...live.deployment.run,
    at: timestamp(ports),
    verb: live.deployment.run.verb === "install" ? "resume" : live.deployment.run.verb,
    bootId: ports.host.bootId(),
  });
  return null;
}

function failed(
  action: RebootAction,
  live: Live,
  ports: ExecutorPorts,
  failure: FailureReason,
): void {
  for (const component of action.components) {
    tellFailed(live.deployment, { component, round: action.round, reason: failure }, ports.emit);
    record(live, ports, {
      type: "outcome",
      at: timestamp(ports),
      component,
      failure,
      answer: null,
      elapsedMs: 0,
    });
  }
}

function refused(): FailureReason {
  return {
    kind: "problem",
    problem: {
      code: "reboot-refused",
      message:
        "The host must reboot once more, but this call came without --exit-on-reboot in a deployment begun with it.",
      hint: "Let one order group hold all Components that reboot the host, or the last one; or call resume with --exit-on-reboot.",
    },
  };
}
