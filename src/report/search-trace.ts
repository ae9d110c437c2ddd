import { assertNever } from "../core/assert-never.ts";
import type { Cost } from "../planner/model/plan.ts";
import type { TracedVersion, TraceEvent } from "../planner/model/trace.ts";
import { counted } from "./words.ts";

/** What the planner did, a line for each event. */
export function traceLines(trace: readonly TraceEvent[]): readonly string[] {
  return trace.map(lineOf);
}

function lineOf(event: TraceEvent): string {
  switch (event.kind) {
    case "question": {
      const { components, symmetryClasses, groundConstraints, installs } = event;
      return `Search: ${counted(components, "Component")}, ${symmetryClasses} symmetry ${symmetryClasses === 1 ? "class" : "classes"}, ${counted(groundConstraints, "ground constraint")}; at least ${counted(installs, "install")}.`;
    }
    case "stage": {
      const from = stateText(event.from);
      if (event.groups === null) return `  Stage from ${from}: no order groups.`;
      const groups = event.groups.map((group) => `[${versionsText(group)}]`);
      return `  Stage from ${from}: ${groups.join(", then ")}.`;
    }
    case "search":
      return `Search over end states: ${objectives[event.objective]}.`;
    case "opened":
      return `  Opened ${stateText(event.at)}: cost so far ${costText(event.spent)}, bound ${costText(event.bound)}.`;
    default:
      return assertNever(event);
  }
}

const objectives = {
  short: "fewest installs, then stages",
  best: "the whole cost",
  any: "any plan",
  preferred: "the preferred rests, of all that cost as much",
} as const;

function stateText(moved: readonly TracedVersion[]): string {
  return moved.length === 0 ? "the start" : versionsText(moved);
}

function versionsText(versions: readonly TracedVersion[]): string {
  return versions.map(({ component, version }) => `${component} ${version}`).join(", ");
}

/** In the order in which costs are compared. */
function costText({ installs, stages, exposure, groups }: Cost): string {
  const exposed = `${exposure} exposed`;
  return `(${counted(installs, "install")}, ${counted(stages, "stage")}, ${exposed}, ${counted(groups, "group")})`;
}
