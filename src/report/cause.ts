import type { Failure } from "../deployment/deployment.ts";
import { failureJson } from "./failure.ts";

/** Why a deployment failed. */
export function causeJson(failure: Failure): Readonly<Record<string, unknown>> {
  if (failure.kind !== "component") return { kind: failure.kind };
  return {
    kind: failure.kind,
    component: failure.component,
    state: failure.round,
    reason: failureJson(failure.reason),
  };
}
