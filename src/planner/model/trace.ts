import type { ComponentId, Version } from "../../core/ids.ts";
import type { System, SystemState } from "../../manifest/system.ts";
import type { Move } from "./moves.ts";
import type { Cost } from "./plan.ts";

/** A Component and where it is. */
export interface TracedVersion {
  readonly component: ComponentId;
  readonly version: Version;
}

/** What the search for a plan did, in its order. */
export type TraceEvent =
  /** What is searched. */
  | {
      readonly kind: "question";
      readonly components: number;
      readonly symmetryClasses: number;
      readonly groundConstraints: number;
      readonly installs: number;
    }
  /** Order groups were looked for between two states. Null: there are none, or they were not found. */
  | {
      readonly kind: "stage";
      readonly from: readonly TracedVersion[];
      readonly groups: readonly (readonly TracedVersion[])[] | null;
    }
  /** A search over end states begins: for installs and stages, the whole cost, any plan at all, or preferred rests. */
  | { readonly kind: "search"; readonly objective: "short" | "best" | "any" | "preferred" }
  /** An end state from which further stages are looked for; any plan through it costs at least `bound`. */
  | {
      readonly kind: "opened";
      readonly at: readonly TracedVersion[];
      readonly spent: Cost;
      readonly bound: Cost;
    };

/** No more events are kept. */
const mostEvents = 1_000;

/** Collects events where somebody asks for them; of a System, whose names they have. */
export interface Tracer {
  readonly events: TraceEvent[];
}

export function record(tracer: Tracer | null, event: () => TraceEvent): void {
  if (tracer !== null && tracer.events.length < mostEvents) tracer.events.push(event());
}

/** Those that are elsewhere than they began. */
export function movedIn(
  { components, types }: System,
  state: SystemState,
): readonly TracedVersion[] {
  return components.flatMap(({ id, type, start }, index) => {
    const now = state[index] ?? start;
    const version = types[type]?.versions[now];
    return now === start || version === undefined ? [] : [{ component: id, version }];
  });
}

export function movesTo(
  { components, types }: System,
  moves: readonly Move[],
): readonly TracedVersion[] {
  return moves.flatMap(({ component, to }) => {
    const { id, type = -1 } = components[component] ?? {};
    const version = types[type]?.versions[to];
    return id === undefined || version === undefined ? [] : [{ component: id, version }];
  });
}
