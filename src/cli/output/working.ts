import type { Event, HowFar } from "../../core/events.ts";
import { paced, showAfterMs } from "../../core/paced.ts";
import type { Compute } from "../../install/machine.ts";
import type { Progress } from "../../install/progress.ts";
import type { Working, WorkToShow } from "../../install/working.ts";
import type { Heard } from "../../planner/model/budget.ts";
import type { Clock } from "../../platform/types.ts";

/**
 * What shows a computation takes as long to load as most computations do: it is loaded for one that takes longer, which
 * is then begun anew. Milliseconds.
 */
const loadAfterMs = 100;

/** Does work of the processor alone, during which a signal ends the process at once. */
export type Alone = <T>(work: () => T) => Promise<T>;

type Begun = Extract<Event, { type: "work-started" }>;
type Told = Extract<Event, { type: "work-progress" }>;

/** A piece of work under way. */
interface UnderWay {
  readonly begun: Begun;
  readonly startedMs: number;
  last: Told | null;
}

/** Lets a run that is being shown show pieces of work as well, until it is closed: two would draw over each other. */
export type Joined = (run: Progress) => Progress;

/**
 * Shows pieces of work where they take a moment; what is opened for that is opened only then. `load` brings what it
 * takes to do so at once, also while something is computed. `alone` is how that is done.
 */
export function showingWork(
  load: () => Promise<() => Progress>,
  clock: Pick<Clock, "monotonicMs">,
  alone: Alone,
): { readonly working: Working; readonly compute: Compute; readonly joined: Joined } {
  const running = new Set<UnderWay>();
  let open: (() => Progress) | null = null;
  let shown: Progress | null = null;
  let timer: NodeJS.Timeout | null = null;
  let run: Progress | null = null;

  const opened = (how: () => Progress): Progress => {
    if (shown !== null) return shown;
    shown = run === null ? how() : { ...run, close: () => {} };
    for (const { begun, last } of running) {
      shown.emit(begun);
      if (last !== null) shown.emit(last);
    }
    return shown;
  };
  const openLater = async (): Promise<void> => {
    open ??= await load();
    // It may be over meanwhile.
    if (running.size > 0) opened(open);
  };
  const begin = ({ work, name, total }: Pick<WorkToShow, "work" | "name" | "total">): UnderWay => {
    const begun = { type: "work-started", work, name, total } as const;
    const one = { begun, startedMs: clock.monotonicMs(), last: null };
    running.add(one);
    shown?.emit(begun);
    return one;
  };
  const tell = (one: UnderWay, howFar: HowFar): void => {
    const { work, name } = one.begun;
    one.last = { type: "work-progress", work, name, ...howFar };
    shown?.emit(one.last);
  };
  const end = (one: UnderWay): void => {
    const { work, name } = one.begun;
    running.delete(one);
    const elapsedMs = clock.monotonicMs() - one.startedMs;
    shown?.emit({ type: "work-ended", work, name, elapsedMs });
    if (running.size > 0) return;
    if (timer !== null) clearTimeout(timer);
    timer = null;
    shown?.close();
    shown = null;
  };
  return {
    joined: (progress) => {
      run = progress;
      return {
        emit: progress.emit,
        close: () => {
          run = null;
          progress.close();
        },
      };
    },
    working: async (what, use) => {
      const one = begin(what);
      if (timer === null) {
        timer = setTimeout(() => void openLater(), showAfterMs);
        timer.unref();
      }
      const { total, unit = total?.unit ?? "bytes" } = what;
      try {
        return await use((count, memory) => {
          // What has grown since it was measured is not more than all of it.
          const most = total?.count ?? count;
          tell(one, { done: { count: Math.min(count, most), unit }, memory });
        });
      } finally {
        end(one);
      }
    },
    compute: async ({ work, name, most, unit = "search nodes" }, use) => {
      if (open === null) {
        const soon = await alone(() => unlessLong(use, clock));
        if (soon !== null) return soon.value;
      }
      const how = (open ??= await load());
      return await alone(() => {
        const total = most === null ? null : { count: most, unit };
        const one = begin({ work, name, total });
        const heard = paced(
          () => clock.monotonicMs(),
          (count) => {
            opened(how);
            tell(one, { done: { count, unit } });
          },
        );
        try {
          return use(heard);
        } finally {
          end(one);
        }
      });
    },
  };
}

class Long extends Error {}

/** Null: it has taken longer than a moment, and was given up. */
function unlessLong<T>(
  use: (heard: Heard) => T,
  clock: Pick<Clock, "monotonicMs">,
): { readonly value: T } | null {
  const endMs = clock.monotonicMs() + loadAfterMs;
  const heard = (): void => {
    if (clock.monotonicMs() > endMs) throw new Long();
  };
  try {
    return { value: use(heard) };
  } catch (error) {
    if (error instanceof Long) return null;
    throw error;
  }
}
