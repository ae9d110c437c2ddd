import type { GateMoment, StopPoint } from "../core/protocol.ts";
import { isAtGate } from "../deployment/gates.ts";
import type { InProgress } from "./in-progress.ts";

/** What the deployment waits for: nothing is left unnamed. */
export type Waiting =
  | { readonly kind: "process"; readonly pid: number }
  | { readonly kind: "stop"; readonly before: StopPoint }
  | {
      readonly kind: "gate";
      readonly gate: string;
      readonly moment: GateMoment;
      readonly reason: string | null;
    }
  | { readonly kind: "host-reboot" }
  | { readonly kind: "resume"; readonly interrupted: string | null };

export function waitingFor({ deployment, heldBy, bootId }: InProgress): Waiting {
  if (heldBy !== null) return { kind: "process", pid: heldBy };
  const round = deployment.open?.intent.round ?? null;
  if (round === "HostReboot" || round === "HostRollbackReboot") {
    const hasCome = bootId !== deployment.run.bootId;
    return hasCome ? { kind: "resume", interrupted: null } : { kind: "host-reboot" };
  }
  if (round === null && deployment.stoppedBefore !== null) {
    return { kind: "stop", before: deployment.stoppedBefore };
  }
  const { waiting } = deployment.gates;
  if (round === null && waiting !== null && isAtGate(deployment)) {
    const { gate, moment, reason } = waiting;
    return { kind: "gate", gate, moment, reason };
  }
  return { kind: "resume", interrupted: round };
}
