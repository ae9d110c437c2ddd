import type { FailureReason } from "../core/events.ts";
import type { ComponentId } from "../core/ids.ts";
import { kindOf } from "../deployment/program.ts";
import type { JournalRecord } from "../deployment/records.ts";
import type { RoundName } from "../deployment/rounds.ts";
import { endedText } from "./failure.ts";

/**
 * One state of one Component as it was made. Places in time are milliseconds of work since the beginning: while nothing
 * ran, the host was off for example, nobody has counted, and a clock that was set meanwhile moves nothing.
 */
export interface Span {
  readonly component: ComponentId;
  readonly state: RoundName;
  /** The run that it was made in, from 1. */
  readonly run: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** When it ended, by the clock of the day; null: nobody saw its end. */
  readonly at: string | null;
  /** Null: it succeeded. */
  readonly failure: FailureReason | null;
}

/** A round that is under way at some place of the journal. */
interface Open {
  readonly state: RoundName;
  readonly fromMs: number;
  readonly toMs: number;
  readonly waiting: readonly ComponentId[];
}

const nothing: Open = { state: "Cleanup", fromMs: 0, toMs: 0, waiting: [] };

/** What was done, in its order. What was only asked is told where asking has failed. */
export function timelineOf(records: readonly JournalRecord[]): readonly Span[] {
  const spans: Span[] = [];
  let run = 0;
  let open = nothing;
  const broken = (): readonly Span[] =>
    open.waiting.map((component) => ({
      component,
      state: open.state,
      run,
      fromMs: open.fromMs,
      toMs: open.toMs,
      at: null,
      failure: { kind: "interrupted" },
    }));
  for (const record of records) {
    switch (record.type) {
      case "run":
        spans.push(...broken());
        open = { ...open, waiting: [] };
        run += 1;
        break;
      case "intent":
        open = {
          state: record.round,
          fromMs: open.toMs,
          toMs: open.toMs,
          waiting: record.components,
        };
        break;
      case "outcome": {
        const { component, at, failure, elapsedMs } = record;
        const { state, fromMs } = open;
        const toMs = fromMs + elapsedMs;
        if (kindOf(state) !== "query" || failure !== null) {
          spans.push({ component, state, run, fromMs, toMs, at, failure });
        }
        const waiting = open.waiting.filter((other) => other !== component);
        open = { ...open, toMs: Math.max(open.toMs, toMs), waiting };
        break;
      }
      default:
    }
  }
  return [...spans, ...broken()];
}

/** How it ended, and how long it took. */
export function spanText({ failure, fromMs, toMs }: Span): string {
  return endedText(failure, toMs - fromMs);
}
