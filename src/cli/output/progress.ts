import { resolve } from "node:path";
import type { LogLevel } from "../../core/log-level.ts";
import type { Machine, MachineOptions } from "../../install/machine.ts";
import type { Progress } from "../../install/progress.ts";
import type { AppendFile } from "../../platform/types.ts";
import { eventLine } from "../../report/events-json.ts";
import { isShown, levelOf, type Named, progressLines } from "../../report/progress-lines.ts";
import { plainStyle } from "../../report/style.ts";
import { withHeartbeat } from "./heartbeat.ts";
import type { LogOptions } from "./log-file.ts";
import { type Output, type Sink, writeLines } from "./output.ts";

type Listener = Progress;

/** What is shown, and on which machine. */
interface Shown extends Pick<Machine, "platform" | "environment" | "signal"> {
  readonly options: LogOptions & Pick<MachineOptions, "logLevel">;
  readonly output: Output;
}

/**
 * To the terminal or the log, to the log file, and to stdout with `--json`. `components` are all of the System, in its
 * order; `configured` is the level of the configuration.
 */
export async function openProgress(
  shown: Shown,
  components: readonly Named[],
  configured: LogLevel = "info",
): Promise<Progress> {
  const { options, output } = shown;
  const level = options.logLevel ?? configured;
  const listeners: Listener[] = [];
  if (output.json) listeners.push(streamed(shown));
  else if (options.logFormat === "json") listeners.push(loggedAsJson(shown, level));
  else if (output.messages.isTerminal) {
    // What only a terminal needs is loaded for one only.
    const { drawn } = await import("./drawn.ts");
    listeners.push(drawn(output, shown.platform.clock, components, level, shown.signal));
  } else listeners.push(logged(shown, components, level));
  if (options.logFile !== null) listeners.push(filed(shown, options.logFile, components, level));
  const beating = withHeartbeat((event) => {
    for (const listener of listeners) listener.emit(event);
  }, shown.platform.clock);
  return {
    emit: beating.emit,
    close: () => {
      beating.close();
      for (const listener of listeners) listener.close();
    },
  };
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
