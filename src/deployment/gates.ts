import type { GateMoment } from "../core/protocol.ts";
import type { Deployment, GateStanding } from "./deployment.ts";
import type { Begin, PlannedGate } from "./records.ts";

/** Nothing was asked yet. */
export const noStanding: GateStanding = { passed: 0, asked: null, waiting: null, waitedMs: {} };

/** Those that are asked at a moment, in their order. */
export function gatesAt({ gates = [] }: Begin, moment: GateMoment): readonly PlannedGate[] {
  return gates.filter(({ at }) => at.includes(moment));
}

/** The one that is to be asked next; null: all of the moment have let it pass. */
export function comingGate({ begin, gates }: Deployment, moment: GateMoment): PlannedGate | null {
  return gatesAt(begin, moment)[gates.passed] ?? null;
}

/** So long a gate may say not now where the Topology does not say. */
const usualDeferralMs = 3_600_000;

/** For so long it may say not now, in milliseconds. Before anything is changed there is no haste. */
export function deferralMs(begin: Begin, gate: PlannedGate, moment: GateMoment): number {
  const own = gate.deferAtMostMs ?? (moment === "start" ? Infinity : usualDeferralMs);
  return Math.min(own, begin.gateWaitMs ?? Infinity);
}

/** For how much longer the gate may say not now that has said so last; null: none has. Milliseconds. */
export function leftToWaitMs({ begin, gates }: Deployment): number | null {
  const { waiting, waitedMs } = gates;
  if (waiting === null) return null;
  const { gate, moment } = waiting;
  const planned = gatesAt(begin, moment).find(({ name }) => name === gate);
  if (planned === undefined) return null;
  return deferralMs(begin, planned, moment) - (waitedMs[gate] ?? 0);
}

/** A gate has refused the deployment before anything of it was done. */
export function isRefused({ failure }: Pick<Deployment, "failure">): boolean {
  return failure?.kind === "gate" && failure.moment === "start";
}

/**
 * It stands at a gate that has said not now, and somebody asks again. A caller that takes a wait for a failure never
 * leaves it standing there: its process is gone.
 */
export function isAtGate({ begin, gates }: Deployment): boolean {
  return gates.waiting !== null && !begin.exitOnReboot;
}
