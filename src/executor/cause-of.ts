import type { Cause } from "../core/events.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { stateName } from "./state-name.ts";

/** What it failed of, for whoever is told; null: it has not failed. */
export function causeOf({ failure, members }: Deployment): Cause | null {
  if (failure === null) return null;
  if (failure.kind === "gate") {
    const { gate, moment, reason, told } = failure;
    return { kind: "gate", gate, moment, reason, told };
  }
  if (failure.kind !== "component") return { kind: failure.kind };
  const { component, round, reason, log } = failure;
  const member = members.find(({ id }) => id === component);
  if (member === undefined) throw new Error(`${component} is not of this System`);
  return {
    kind: "component",
    component,
    state: stateName(round, member),
    reason,
    log: log ?? [],
  };
}
