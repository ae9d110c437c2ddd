import type { Deployment } from "../deployment/deployment.ts";
import { evolve } from "../deployment/evolve.ts";
import type { JournalRecord } from "../deployment/records.ts";
import type { ExecutorPorts } from "./ports.ts";
import { tellWayBack } from "./way-back.ts";

/** The deployment as this process knows it; every change is a record in the journal first. */
export interface Live {
  deployment: Deployment;
  /** So long this process may still wait for gates, in milliseconds. */
  waitLeftMs: number;
  /** When this process took it up, by the clock that never jumps. */
  readonly startedAtMs: number;
}

/** Appends and folds in one record: the journal and the deployment never differ. */
export function record(live: Live, ports: ExecutorPorts, entry: JournalRecord): void {
  const before = live.deployment;
  const evolved = evolve(live.deployment, entry);
  ports.journal.append([entry]);
  live.deployment = evolved;
  tellWayBack(before, evolved, ports.emit);
}

export function timestamp(ports: ExecutorPorts): string {
  return ports.clock.now().toISOString();
}
