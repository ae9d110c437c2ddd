import { endSignal } from "../../src/cli/end-signal.ts";

/** A process that waits for something that no signal ends, and is told to end. */
endSignal(true, { hasStarted: () => false, killAll: () => {} });
setInterval(() => {}, 60_000);
process.kill(process.pid, "SIGTERM");
