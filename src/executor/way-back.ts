import { assertNever } from "../core/assert-never.ts";
import type { Event } from "../core/events.ts";
import type { Deployment, Failure } from "../deployment/deployment.ts";
import { isRefused } from "../deployment/gates.ts";
import { stateName } from "./state-name.ts";

type ComponentFailure = Extract<Failure, { kind: "component" }>;
type Emit = (event: Event) => void;

/** Tells that the way back begins, where it does. */
export function tellWayBack(before: Deployment, after: Deployment, emit: Emit): void {
  if (before.direction !== "forward" || after.direction !== "back") return;
  // Nothing was begun, so there is nothing to go back over.
  if (isRefused(after)) return;
  emit({ type: "error-path-entered", message: reasonOf(after.failure) });
}

/** Tells what the interruption alone made fail: no process was there to tell it. */
export function tellInterrupted(before: Deployment, after: Deployment, emit: Emit): void {
  if (before.failure !== null || after.failure?.kind !== "component") return;
  tellFailed(before, after.failure, emit);
}

/** Tells that a Component's part of a round has failed although no Interface was called for it. */
export function tellFailed(
  { members, begin }: Deployment,
  { component, round, reason }: Pick<ComponentFailure, "component" | "round" | "reason">,
  emit: Emit,
): void {
  const member = members.find(({ id }) => id === component);
  const planned = begin.components.find(({ id }) => id === component);
  if (member === undefined || planned === undefined) return;
  const { componentType } = planned;
  const state = stateName(round, member);
  emit({ type: "state-ended", state, component, componentType, failure: reason, elapsedMs: 0 });
}

function reasonOf(failure: Failure | null): string {
  const what = "undoing what was done in this stage";
  switch (failure?.kind) {
    case undefined:
    case "component":
    case "gate":
    case "asked":
      return what;
    case "host-rebooted":
      return `the host rebooted although nobody asked for it, ${what}`;
    case "no-progress":
      return `too many runs in a row got nothing done, ${what}`;
    default:
      return assertNever(failure);
  }
}
