import type { Event } from "../../core/events.ts";
import type { Clock } from "../../platform/types.ts";
import { levelOf } from "../../report/progress-lines.ts";

/** After so long without a line it is told what is under way: soon enough for a line every 30 s. Milliseconds. */
export const silenceMs = 28_000;

/** How often it is looked for silence. Milliseconds. */
const lookMs = 1000;

type Begun = Extract<Event, { type: "state-started" | "work-started" }>;

interface UnderWay {
  readonly begun: Begun;
  readonly sinceMs: number;
  /** The last that was told of a piece of work. */
  readonly last: Extract<Event, { type: "work-progress" }> | null;
}

/** Hands on every event, and where none is worth a line for a while, what is still under way. */
export function withHeartbeat(
  emit: (event: Event) => void,
  clock: Pick<Clock, "monotonicMs">,
): { readonly emit: (event: Event) => void; readonly close: () => void } {
  const underWay = new Map<string, UnderWay>();
  let toldAtMs = clock.monotonicMs();
  const beat = (): void => {
    const nowMs = clock.monotonicMs();
    if (nowMs - toldAtMs < silenceMs) return;
    toldAtMs = nowMs;
    for (const one of underWay.values()) emit(stillUnderWay(one, nowMs));
  };
  const timer = setInterval(beat, lookMs);
  timer.unref();
  return {
    emit: (event) => {
      const nowMs = clock.monotonicMs();
      note(underWay, event, nowMs);
      // What is for debugging only breaks no silence.
      if (levelOf(event) !== "debug") toldAtMs = nowMs;
      emit(event);
      // While something is computed no timer fires.
      beat();
    },
    close: () => clearInterval(timer),
  };
}

function note(underWay: Map<string, UnderWay>, event: Event, nowMs: number): void {
  switch (event.type) {
    case "state-started":
    case "work-started":
      underWay.set(keyOf(event), { begun: event, sinceMs: nowMs, last: null });
      break;
    case "work-progress": {
      const one = underWay.get(keyOf(event));
      if (one !== undefined) underWay.set(keyOf(event), { ...one, last: event });
      break;
    }
    case "state-ended":
    case "work-ended":
      underWay.delete(keyOf(event));
      break;
    default:
      break;
  }
}

function keyOf(
  event: Extract<
    Event,
    { type: "state-started" | "state-ended" | "work-started" | "work-progress" | "work-ended" }
  >,
): string {
  return "work" in event ? `${event.work} ${event.name}` : `state of ${event.component}`;
}

function stillUnderWay({ begun, sinceMs, last }: UnderWay, nowMs: number): Event {
  const elapsedMs = nowMs - sinceMs;
  if (begun.type === "state-started") {
    const { state, component, componentType } = begun;
    return { type: "state-running", state, component, componentType, elapsedMs };
  }
  const { work, name } = begun;
  const howFar = last === null ? null : { done: last.done, memory: last.memory };
  return { type: "work-running", work, name, elapsedMs, howFar };
}
