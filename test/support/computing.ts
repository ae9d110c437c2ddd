import { endSignal } from "../../src/cli/end-signal.ts";

/**
 * A process that gets a signal while it is at work, so that the event loop has not told of it yet, and then computes.
 * Argument: the signal, or `none`.
 */
const [name = "none"] = process.argv.slice(2);
const { alone } = endSignal(true, { hasStarted: () => false, killAll: () => {} });
if (name !== "none") process.kill(process.pid, name);
process.stdout.write(await alone(() => "computed"));
process.exit(0);
