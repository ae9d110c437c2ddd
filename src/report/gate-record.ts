import type { GateMoment } from "../core/protocol.ts";
import type { JournalRecord } from "../deployment/records.ts";
import { failureText } from "./failure.ts";
import { counted } from "./words.ts";

/** What a gate has answered, the same answers in a row as one. */
export interface GateRecord {
  readonly gate: string;
  readonly moment: GateMoment;
  /** When it has, the last time, by the clock of the day. */
  readonly at: string;
  readonly answer: "go" | "not-now" | "no";
  /** Its line on stdout, of the last time; null: it wrote none. */
  readonly reason: string | null;
  readonly times: number;
  /** Why a no is one; null: it is none. */
  readonly failed: string | null;
}

/** The answers of gates, in their order. */
export function gateRecordsOf(records: readonly JournalRecord[]): readonly GateRecord[] {
  const told: GateRecord[] = [];
  let moment: GateMoment = "start";
  for (const record of records) {
    if (record.type === "gate-asked") moment = record.moment;
    if (record.type !== "gate-answered") continue;
    const { gate, at, answer, reason } = record;
    const last = told.at(-1);
    const isSame =
      last?.gate === gate &&
      last.moment === moment &&
      last.answer === "not-now" &&
      answer.kind === "not-now";
    const { times: own = 1 } = record;
    const times = isSame ? last.times + own : own;
    if (isSame) told.pop();
    const failed = answer.kind === "no" ? failureText(answer.failure) : null;
    told.push({ gate, moment, at, answer: answer.kind, reason, times, failed });
  }
  return told;
}

/** Cells of a line: when, which gate, where, what. */
export function gateCells({
  gate,
  moment,
  at,
  answer,
  reason,
  times,
  failed,
}: GateRecord): readonly string[] {
  const often = times === 1 ? "" : `, ${counted(times, "time")}`;
  const said = failed === null ? (answer === "go" ? "go" : `not now${often}`) : `no (${failed})`;
  const why = reason === null ? "" : `: ${reason}`;
  return [at, gate, moment, `${said}${why}`];
}
