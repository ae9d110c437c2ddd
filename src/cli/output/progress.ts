import { resolve } from "node:path";
import type { Event } from "../../core/events.ts";
import { type LogLevel, logLevels } from "../../core/log-level.ts";
import type { Machine, MachineOptions } from "../../install/machine.ts";
import type { Progress } from "../../install/progress.ts";
import type { AppendFile } from "../../platform/types.ts";
import { eventLine } from "../../report/events-json.ts";
import { levelOf, type Named, progressLines } from "../../report/progress-lines.ts";
import { emptyView, type View, viewAfter, viewLines } from "../../report/progress-view.ts";
import { plainStyle } from "../../report/style.ts";
import type { LogOptions } from "./log-file.ts";
import { type Output, type Sink, writeLines } from "./output.ts";

/** Milliseconds between two drawings: what changes faster nobody can read. */
const redrawMs = 100;

type Listener = Progress;

/** What is shown, and on which machine. */
interface Shown extends Pick<Machine, "platform" | "environment"> {
  readonly options: LogOptions & Pick<MachineOptions, "logLevel">;
  readonly output: Output;
}

/**
 * To the terminal or the log, to the log file, and to stdout with `--json`. `components` are all of the System, in its
 * order; `configured` is the level of the configuration.
 */
export function openProgress(
  shown: Shown,
  components: readonly Named[],
  configured: LogLevel = "info",
): Progress {
  const { options, output } = shown;
  const level = options.logLevel ?? configured;
  const listeners: Listener[] = [];
  if (output.json) listeners.push(streamed(shown));
  else if (options.logFormat === "json") listeners.push(loggedAsJson(shown, level));
  else if (output.messages.isTerminal) listeners.push(drawn(shown, components, level));
  else listeners.push(logged(shown, components, level));
  if (options.logFile !== null) listeners.push(filed(shown, options.logFile, components, level));
  return {
    emit: (event) => {
      for (const listener of listeners) listener.emit(event);
    },
    close: () => {
      for (const listener of listeners) listener.close();
    },
  };
}

function isShown(event: Event, level: LogLevel): boolean {
  return logLevels.indexOf(levelOf(event)) >= logLevels.indexOf(level);
}

const nothing = (): void => {};

/** Everything, whatever the level: tools choose by themselves. */
function streamed({ output, platform }: Shown): Listener {
  return {
    emit: (event) =>
      writeLines(output.results, [eventLine(event, platform.clock.now().toISOString())]),
    close: nothing,
  };
}

function loggedAsJson({ output, platform }: Shown, level: LogLevel): Listener {
  return {
    emit: (event) => {
      if (!isShown(event, level)) return;
      writeLines(output.messages, [eventLine(event, platform.clock.now().toISOString())]);
    },
    close: nothing,
  };
}

function logged({ output }: Shown, components: readonly Named[], level: LogLevel): Listener {
  const render = progressLines(components, output.messageStyle);
  return {
    emit: (event) => {
      if (isShown(event, level)) writeLines(output.messages, render(event));
    },
    close: nothing,
  };
}

/** A line a Component, redrawn in place; what is worth keeping scrolls by above. */
function drawn(
  { output, platform }: Shown,
  components: readonly Named[],
  level: LogLevel,
): Listener {
  const { messages, messageStyle } = output;
  const render = progressLines(components, messageStyle);
  let view: View = emptyView(components);
  let drawnLines = 0;
  let drawnAtMs = -redrawMs;
  const erase = (): string => (drawnLines === 0 ? "" : `\u001b[${drawnLines}A\u001b[J`);
  const redraw = (above: readonly string[]): void => {
    const size = { width: messages.width - 1, height: messages.height - 2 };
    const lines = viewLines(view, platform.clock.monotonicMs(), size, messageStyle);
    messages.write(`${erase()}${[...above, ...lines].map((line) => `${line}\n`).join("")}`);
    drawnLines = lines.length;
    drawnAtMs = platform.clock.monotonicMs();
  };
  const timer = setInterval(() => redraw([]), redrawMs);
  timer.unref();
  return {
    emit: (event) => {
      view = viewAfter(view, event, platform.clock.monotonicMs());
      const kept = isKept(event) && isShown(event, level) ? render(event) : [];
      const isDue = platform.clock.monotonicMs() - drawnAtMs >= redrawMs;
      if (kept.length > 0 || isDue) redraw(kept);
    },
    close: () => {
      clearInterval(timer);
      messages.write(erase());
      drawnLines = 0;
    },
  };
}

/** Not what the view shows by itself. */
function isKept(event: Event): boolean {
  if (event.type === "state-ended") return event.failure !== null;
  return event.type !== "state-started" && event.type !== "download-progress";
}

/** The log file must not stop a deployment: the first failure to write it is told, and it is given up. */
function filed(
  { output, options, platform, environment }: Shown,
  path: string,
  components: readonly Named[],
  level: LogLevel,
): Listener {
  let file: AppendFile | null = platform.files.openAppend(
    resolve(environment.workingDirectory, path),
  );
  const render = progressLines(components, plainStyle);
  return {
    emit: (event) => {
      if (file === null || !isShown(event, level)) return;
      const time = platform.clock.now().toISOString();
      const lines =
        options.logFormat === "json"
          ? [eventLine(event, time)]
          : render(event).map((line) => `${time} ${levelOf(event).padEnd(7)} ${line}`);
      if (lines.length > 0) file = appended(file, lines, path, output.messages);
    },
    close: () => file?.close(),
  };
}

function appended(
  file: AppendFile,
  lines: readonly string[],
  path: string,
  messages: Sink,
): AppendFile | null {
  try {
    file.append(Buffer.from(`${lines.join("\n")}\n`));
    return file;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    writeLines(messages, [`warning: the log file "${path}" is given up: ${why}`]);
    return null;
  }
}
