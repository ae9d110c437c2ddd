import type { Event } from "../../core/events.ts";
import type { LogLevel } from "../../core/log-level.ts";
import type { Clock } from "../../platform/types.ts";
import { viewLines } from "../../report/progress-frame.ts";
import { isShown, type Named, progressLines } from "../../report/progress-lines.ts";
import { emptyView, viewAfter } from "../../report/progress-view.ts";
import type { Progress } from "../../install/progress.ts";
import { openFrame } from "./frame.ts";
import type { Output } from "./output.ts";
import { widthOf } from "./wide.ts";

/** Milliseconds between two drawings: what changes faster nobody can read. */
const redrawMs = 200;

/** What is over sooner is not worth a frame. Milliseconds. */
const firstDrawMs = 250;

/** On a terminal: a line a Component, drawn anew in place; what is worth keeping scrolls by above. */
export function drawn(
  output: Output,
  clock: Pick<Clock, "monotonicMs">,
  components: readonly Named[],
  level: LogLevel,
  signal: AbortSignal,
): Progress {
  const { messages } = output;
  const messageStyle = { ...output.messageStyle, widthOf };
  const frame = openFrame(messages);
  const render = progressLines(components, messageStyle);
  let view = emptyView(components);
  const openedAtMs = clock.monotonicMs();
  let drawnAtMs = openedAtMs + firstDrawMs - redrawMs;
  const drawIfDue = (): void => {
    const nowMs = clock.monotonicMs();
    if (nowMs - drawnAtMs < redrawMs) return;
    drawnAtMs = nowMs;
    const { isUnicode } = output.resultCanvas;
    // The last column and the last lines stay free: there some terminals wrap, and some scroll.
    const canvas = {
      width: Math.max(1, messages.width - 1),
      height: Math.max(1, messages.height - 2),
      isUnicode,
    };
    frame.draw(viewLines(view, nowMs, canvas, messageStyle));
  };
  const timer = setInterval(drawIfDue, redrawMs);
  timer.unref();
  const sayWhatHappens = (): void => frame.keep(endingLines);
  signal.addEventListener("abort", sayWhatHappens, { once: true });
  return {
    emit: (event) => {
      view = viewAfter(view, event, clock.monotonicMs());
      if (isKept(event) && isShown(event, level)) frame.keep(render(event));
      drawIfDue();
    },
    close: () => {
      clearInterval(timer);
      signal.removeEventListener("abort", sayWhatHappens);
      frame.erase();
    },
  };
}

const endingLines: readonly string[] = [
  'Told to end: the Interfaces at work are ended first, within 10 s. "orchestrator status" then tells what resume will do.',
  "Ctrl-C again kills them and ends at once.",
];

/** Not what the frame shows by itself. */
function isKept(event: Event): boolean {
  switch (event.type) {
    case "state-ended":
      return event.failure !== null;
    case "state-started":
    case "state-running":
    case "download-progress":
    case "work-started":
    case "work-progress":
    case "work-running":
    case "work-ended":
      return false;
    default:
      return true;
  }
}
