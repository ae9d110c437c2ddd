import type { Amount } from "../../core/events.ts";
import { counted } from "../../report/words.ts";
import type { Coverage } from "../../simulate/checker/check.ts";
import type { Context } from "./context.ts";

export interface SimulationProgress {
  readonly tell: (coverage: Coverage) => void;
  readonly close: () => void;
}

/** On a terminal: how many situations were met, how many a second, and with how many faults; elsewhere nothing. */
export async function progressOf(
  { output, platform: { clock }, signal }: Context,
  manifest: string,
): Promise<SimulationProgress> {
  if (!output.messages.isTerminal) return { tell: () => {}, close: () => {} };
  const { drawn } = await import("../output/drawn.ts");
  const { emit, close } = drawn(output, clock, [], "info", signal);
  let name: string | null = null;
  let sinceMs = 0;
  const end = (): void => {
    if (name === null) return;
    const elapsedMs = clock.monotonicMs() - sinceMs;
    emit({ type: "work-ended", work: "simulating", name, elapsedMs });
  };
  return {
    tell: ({ situations, faults }) => {
      const coming = `${manifest} with at most ${counted(faults, "fault")}`;
      if (coming !== name) {
        end();
        name = coming;
        sinceMs = clock.monotonicMs();
        emit({ type: "work-started", work: "simulating", name, total: null });
      }
      const done = { count: situations, unit: "situations" } as const satisfies Amount;
      emit({ type: "work-progress", work: "simulating", name, done });
    },
    close: () => {
      end();
      close();
    },
  };
}
