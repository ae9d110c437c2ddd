import { exitCode } from "../core/exit-code.ts";
import type { Alone } from "./output/working.ts";
import type { Processes } from "../platform/types.ts";

/**
 * Told to end, the process is gone within this time, whatever still runs. Milliseconds. Where Interfaces were called,
 * those are ended first.
 */
const endWithinMs = { alone: 1_500, withInterfaces: 9_500 } as const;

/** A second SIGINT that comes sooner is the first one by another way: whoever started us may pass it on as well. */
const sameSignalMs = 200;

/**
 * Listens for the signals that tell this process to end. SIGHUP is one only where a terminal can hang up: whoever runs
 * it with nohup, or in a session without one, wants it to go on. Node has taken back that it was ignored, so it is
 * caught. Whoever presses Ctrl-C again waits no longer: the Interfaces are killed, as in a power cut.
 */
export function endSignal(
  hasTerminal: boolean,
  { hasStarted, killAll }: Pick<Processes, "hasStarted" | "killAll">,
): {
  readonly signal: AbortSignal;
  readonly alone: Alone;
} {
  const endSignals: readonly NodeJS.Signals[] = hasTerminal
    ? ["SIGTERM", "SIGINT", "SIGHUP"]
    : ["SIGTERM", "SIGINT"];
  if (!hasTerminal) process.on("SIGHUP", () => {});
  const controller = new AbortController();
  let received: NodeJS.Signals | null = null;
  let receivedAtMs = Infinity;
  const end = (name: NodeJS.Signals): void => {
    if (name === "SIGINT" && performance.now() - receivedAtMs > sameSignalMs) {
      killAll();
      process.exit(exitCode.unexpected);
    }
    received ??= name;
    receivedAtMs = Math.min(receivedAtMs, performance.now());
    controller.abort();
    const withinMs = hasStarted() ? endWithinMs.withInterfaces : endWithinMs.alone;
    setTimeout(() => process.exit(exitCode.unexpected), withinMs).unref();
  };
  const listen = (): void => {
    for (const name of endSignals) process.on(name, end);
  };
  listen();
  return {
    signal: controller.signal,
    alone: async (work) => {
      await dispatched();
      // Without a listener the kernel ends the process, which needs no turn of the event loop.
      for (const name of endSignals) process.off(name, end);
      if (received !== null) process.kill(process.pid, received);
      try {
        return work();
      } finally {
        listen();
      }
    },
  };
}

/**
 * A signal that came while something else was at work waits for the event loop, and would be lost with its listener.
 * The first turn may be the rest of one that has looked for signals already.
 */
async function dispatched(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise((settle) => setImmediate(settle));
}
