import type { Cause } from "../core/events.ts";
import type { Failure } from "../deployment/deployment.ts";
import { failureJson } from "./failure.ts";
import { refusalReason } from "./gate-text.ts";

/** Why a deployment failed. */
export function causeJson(failure: Failure): Readonly<Record<string, unknown>> {
  if (failure.kind === "gate") return gateCauseJson(failure);
  if (failure.kind !== "component") return { kind: failure.kind };
  return {
    kind: failure.kind,
    component: failure.component,
    state: failure.round,
    reason: failureJson(failure.reason),
  };
}

/** Which gate has refused it, where, and why. */
export function gateCauseJson({
  kind,
  gate,
  moment,
  reason,
  told,
}: Extract<Cause, { kind: "gate" }>): Readonly<Record<string, unknown>> {
  return { kind, gate, moment, reason: failureJson(refusalReason(gate, reason)), told };
}
