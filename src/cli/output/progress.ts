import { resolve } from "node:path";
import type { LogLevel } from "../../core/log-level.ts";
import type { Machine, MachineOptions } from "../../install/machine.ts";
import type { Progress, RunOf } from "../../install/progress.ts";
import type { AppendFile } from "../../platform/types.ts";
import { isNarrow } from "../../report/columns.ts";
import { eventLine } from "../../report/events-json.ts";
import { isShown, levelOf, logLines } from "../../report/progress-lines.ts";
import { plainStyle } from "../../report/style.ts";
import type { drawn } from "./drawn.ts";
import { withHeartbeat } from "./heartbeat.ts";
import type { LogOptions } from "./log-file.ts";
import { wide } from "./laid-out.ts";
import { type Output, say, writeLines, writeLog } from "./output.ts";
import type { Joined } from "./working.ts";

type Listener = Progress;

/** What is shown, and on which machine. */
interface Shown extends Pick<Machine, "platform" | "environment" | "signal"> {
  readonly options: LogOptions & Pick<MachineOptions, "logLevel">;
  readonly output: Output;
}

/** To the terminal or the log, to the log file, and to stdout with `--json`. `configured`: by the configuration. */
export async function openProgress(
  shown: Shown & { readonly joined: Joined },
  run: RunOf,
  configured: LogLevel = "info",
): Promise<Progress> {
  const isNarrowRun = run.components.every(({ id, type }) => isNarrow(id) && isNarrow(type));
  const open = await progressOpener(isNarrowRun ? shown : await measuringAll(shown));
  return shown.joined(open(run, configured));
}

async function measuringAll(shown: Shown): Promise<Shown> {
  const { output } = shown;
  return { ...shown, output: { ...output, messageStyle: await wide(output.messageStyle) } };
}

/** The same, to be opened at once when it is needed. */
export async function progressOpener(
  shown: Shown,
): Promise<(run: RunOf, configured?: LogLevel) => Progress> {
  const { options, output } = shown;
  const isDrawn = !output.json && options.logFormat === "text" && output.messages.isTerminal;
  // What only a terminal needs is loaded for one only.
  const draw = isDrawn ? (await import("./drawn.ts")).drawn : null;
  return (run, configured = "info") => openWith(shown, run, configured, draw);
}

function openWith(
  shown: Shown,
  run: RunOf,
  configured: LogLevel,
  draw: typeof drawn | null,
): Progress {
  const { options, output } = shown;
  const level = options.logLevel ?? configured;
  const listeners: Listener[] = [];
  if (output.json) listeners.push(streamed(shown, run));
  else if (options.logFormat === "json") listeners.push(loggedAsJson(shown, run, level));
  else if (draw !== null) {
    const { clock } = shown.platform;
    listeners.push(draw(output, clock, run.components, level, shown.signal));
  } else listeners.push(logged(shown, run, level));
  if (options.logFile !== null) listeners.push(filed(shown, options.logFile, run, level));
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
function streamed({ output, platform }: Shown, { deployment }: RunOf): Listener {
  return {
    emit: (event) => {
      const time = platform.clock.now().toISOString();
      writeLines(output.results, [eventLine(event, { time, deployment })]);
    },
    close: nothing,
  };
}

function loggedAsJson(
  { output, platform }: Shown,
  { deployment }: RunOf,
  level: LogLevel,
): Listener {
  return {
    emit: (event) => {
      if (!isShown(event, level)) return;
      const time = platform.clock.now().toISOString();
      writeLog(output.messages, [eventLine(event, { time, deployment })], levelOf(event));
    },
    close: nothing,
  };
}

function logged({ output }: Shown, run: RunOf, level: LogLevel): Listener {
  const render = logLines(run, output.messageStyle);
  return {
    emit: (event) => {
      if (isShown(event, level)) writeLog(output.messages, render(event), levelOf(event));
    },
    close: nothing,
  };
}

/** The log file must not stop a deployment: the first failure to write it is told, and it is given up. */
function filed(
  { output, options, platform, environment }: Shown,
  path: string,
  run: RunOf,
  level: LogLevel,
): Listener {
  let file: AppendFile | null = platform.files.openAppend(
    resolve(environment.workingDirectory, path),
  );
  const { widthOf } = output.messageStyle;
  const render = logLines(run, { ...plainStyle, widthOf });
  return {
    emit: (event) => {
      if (file === null || !isShown(event, level)) return;
      const time = platform.clock.now().toISOString();
      const lines =
        options.logFormat === "json"
          ? [eventLine(event, { time, deployment: run.deployment })]
          : render(event).map((line) => `${time} ${levelOf(event).padEnd(7)} ${line}`);
      if (lines.length > 0) file = appended(file, lines, path, output);
    },
    close: () => file?.close(),
  };
}

function appended(
  file: AppendFile,
  lines: readonly string[],
  path: string,
  output: Output,
): AppendFile | null {
  try {
    file.append(Buffer.from(`${lines.join("\n")}\n`));
    return file;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    say(output, [`warning: the log file "${path}" is given up: ${why}`], "warning");
    return null;
  }
}
