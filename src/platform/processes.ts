import { getSystemErrorMap } from "node:util";
import { type Child, startChild } from "./child-process.ts";
import { endProcess, signalGroup } from "./process-end.ts";
import {
  findMarked,
  findVariables,
  readCommandLine,
  readLineage,
  readProcess,
} from "./process-table.ts";
import type {
  ProcessEnd,
  Processes,
  ProcessIdentity,
  ProcessSpec,
  RunningProcess,
} from "./types.ts";
import { watchedChild } from "./watched-child.ts";

/** Processes of this machine, which must have /proc. */
export function nodeProcesses(): Processes {
  let isStarted = false;
  /** The groups of those that are at work. */
  const groups = new Set<number>();
  return {
    async start(spec) {
      isStarted = true;
      const started = await start(spec);
      if (started.pid !== 0) {
        groups.add(started.pid);
        void started.ended.finally(() => groups.delete(started.pid));
      }
      return started;
    },
    hasStarted: () => isStarted,
    killAll: () => {
      for (const group of groups) signalGroup(group, "SIGKILL");
    },
    identify(pid) {
      const entry = readProcess(pid);
      return entry === null || entry.isDead ? null : identityOf(entry);
    },
    lineage: () => readLineage().map(identityOf),
    findByEnvironment: (name, value) => findMarked(name, value).map(identityOf),
    findMarked: findVariables,
    commandLine: readCommandLine,
    end: endProcess,
  };
}

function identityOf({ pid, startTime }: ProcessIdentity): ProcessIdentity {
  return { pid, startTime };
}

async function start(spec: ProcessSpec): Promise<RunningProcess> {
  const { input } = spec;
  const child = await startChild({ ...spec, extendEnv: false, isFed: input !== undefined });
  if (!(child instanceof Error)) {
    feed(child, input);
    return watchedChild(spec, child);
  }
  return { pid: 0, startTime: "0", ended: Promise.resolve(notStarted(child)), terminate: () => {} };
}

/** It need not read it. */
function feed({ stdin }: Child, input: Uint8Array | undefined): void {
  stdin?.on("error", () => {});
  stdin?.end(input);
}

function notStarted(error: unknown): ProcessEnd {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "ENOENT") {
    const message = "it, the interpreter in its first line, or its working directory is missing";
    return { kind: "not-started", message };
  }
  if (code === "ERR_INVALID_ARG_VALUE") {
    return { kind: "not-started", message: "an argument holds a NUL character" };
  }
  const known = typeof code === "string" ? systemErrors.get(code) : undefined;
  return { kind: "not-started", message: known ?? String(error) };
}

/** What the system says, by its code: `EACCES`, `E2BIG` and so on. */
const systemErrors: ReadonlyMap<string, string> = new Map(getSystemErrorMap().values());
