import { nodeProcesses } from "../../src/platform/processes.ts";

/** A process that tries to end itself and its parent, and tells on stdout what came of it. */
const processes = nodeProcesses();
for (const pid of [process.pid, process.ppid]) {
  const who = processes.identify(pid);
  const isEnded = who !== null && (await processes.end(who, 50));
  process.stdout.write(`${isEnded ? "ended" : "left alone"}\n`);
}
