import type { Amount, Event } from "../core/events.ts";
import { defaultNodeLimit } from "../core/node-limit.ts";
import { paced } from "../core/paced.ts";
import { contingencyPlan } from "../deployment/contingency-plan.ts";
import type { Deployment } from "../deployment/deployment.ts";
import type { Replanned } from "../deployment/records.ts";
import type { ExecutorPorts } from "./ports.ts";

/** What it is told with. */
interface Telling extends Pick<ExecutorPorts, "emit"> {
  readonly clock: Pick<ExecutorPorts["clock"], "monotonicMs">;
}

/** The way out from where the System is now; where that takes longer than a moment, it is told how far it is. */
export function replanned(deployment: Deployment, { emit, clock }: Telling): Replanned {
  const { manifest, nodeLimit = defaultNodeLimit } = deployment.begin;
  const of = { work: "foreseeing", name: manifest } as const;
  const nodes = (count: number): Amount => ({ count, unit: "search nodes" });
  const startedMs = clock.monotonicMs();
  let isTold = false;
  const tell = (event: Event) => {
    isTold = true;
    emit(event);
  };
  const heard = paced(
    () => clock.monotonicMs(),
    (count) => {
      if (!isTold) tell({ type: "work-started", ...of, total: nodes(nodeLimit) });
      tell({ type: "work-progress", ...of, done: nodes(count) });
    },
  );
  try {
    return contingencyPlan(deployment, undefined, heard);
  } finally {
    const elapsedMs = clock.monotonicMs() - startedMs;
    if (isTold) emit({ type: "work-ended", ...of, elapsedMs });
  }
}
