import type { Event } from "../core/events.ts";
import type { ComponentId } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import type { Query, State } from "../core/protocol.ts";
import { callIdVariable, runIdVariable } from "../interface/call.ts";
import type { Clock, MarkedProcess, Processes } from "../platform/types.ts";
import { endAll } from "./survivors.ts";

/**
 * What states that ended well have left running. It may still write to its Component, and so must be gone before the
 * next state of that Component is called, and after its Cleanup.
 */
export interface LeftOvers {
  /** A fresh id for a call; all that the call starts carries it. */
  readonly mark: (component: ComponentId, state: State | Query) => string;
  /**
   * Ends whatever these Components have left running in this run, and waits for it; each is told. Nothing of theirs may
   * be at work. A problem for each Component of which somebody cannot be ended.
   */
  readonly end: (
    runId: string,
    components: readonly ComponentId[],
  ) => Promise<ReadonlyMap<ComponentId, Problem>>;
}

interface Call {
  readonly component: ComponentId;
  readonly state: State | Query;
}

/** What is told of a process that was ended; `whose`: the state that had started it. */
export function endedNote(whose: string, process: string): string {
  return `what ${whose} had left running was ended: ${process}`;
}

export interface LeftOverPorts {
  readonly processes: Processes;
  readonly clock: Clock;
  /** From SIGTERM to SIGKILL, in milliseconds. */
  readonly graceMs: number;
  readonly emit: (event: Event) => void;
  /** This process is told to end: nobody is waited for any longer than needed. */
  readonly signal: AbortSignal;
}

/** Who starts children faster than they can be ended is given up on after so many rounds. */
const mostRounds = 5;

export function leftOvers(ports: LeftOverPorts): LeftOvers {
  const { processes, clock, graceMs, emit, signal } = ports;
  const calls = new Map<string, Call>();

  /** Null: it carries no mark of a call; then it may be anybody's, and is ended with the first. */
  const callOf = ({ variables }: MarkedProcess): Call | null =>
    calls.get(variables.get(callIdVariable) ?? "") ?? null;

  function left(runId: string, components: readonly ComponentId[]): readonly MarkedProcess[] {
    return processes.findMarked([runIdVariable, callIdVariable]).filter((one) => {
      const call = callOf(one);
      if (call !== null) return components.includes(call.component);
      return one.variables.get(runIdVariable) === runId;
    });
  }

  return {
    mark(component, state) {
      const id = clock.randomId();
      calls.set(id, { component, state });
      return id;
    },
    async end(runId, components) {
      const stuck = new Map<ComponentId, Problem>();
      for (let round = 0; round < mostRounds; round += 1) {
        const found = left(runId, components);
        if (found.length === 0) return new Map();
        stuck.clear();
        const isLast = round > 0 && signal.aborted;
        const ended = await endAll(found, processes, isLast ? 0 : graceMs, (text, who) => {
          const call = callOf(who);
          const whose = call === null ? "a call" : `${call.state} of ${call.component}`;
          emit({ type: "note", message: endedNote(whose, text) });
        });
        for (const { who, problem } of ended) {
          const call = callOf(who);
          for (const id of call === null ? components : [call.component]) stuck.set(id, problem);
        }
        if (isLast) break;
      }
      return stuck;
    },
  };
}
