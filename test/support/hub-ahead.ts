import { syntheticBegin } from "../../src/deployment/synthetic-begin.ts";
import type { Begin } from "../../src/deployment/records.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import { systemOf } from "./planner-systems.ts";

const others = ["a", "b", "c", "d"];

/** A digit is a version, a star any. */
function row(digits: string, said: string): string {
  const cells = ["hub", ...others].map((type, at) =>
    digits[at] === "*" ? "*" : `${type}-v${digits[at] ?? ""}`,
  );
  return `${cells.join(" ")} ${said}`;
}

const system = systemOf({
  types: {
    hub: { versions: ["hub-v1", "hub-v2", "hub-v3"] },
    ...Object.fromEntries(others.map((type) => [type, { versions: [`${type}-v1`, `${type}-v2`] }])),
  },
  components: [
    { id: "HUB", type: "hub", hops: { "hub-v1": ["hub-v2"], "hub-v2": ["hub-v3"] } },
    ...others.map((type) => ({ id: type.toUpperCase(), type })),
  ],
  endTables: [
    {
      columns: ["hub", ...others],
      rows: [
        row("11111", "YES v.1"),
        row("2****", "YES v.2"),
        row("32222", "YES v.3"),
        row("21***", "NO"),
        row("2*1**", "NO"),
        row("2**1*", "NO"),
      ],
    },
  ],
  transitionTables: others.map((type) => ({
    columns: ["hub", type],
    rows: [`hub-v2|hub-v3 ${type}-v1 YES`],
  })),
});

/**
 * A hub that goes ahead of the others, in two stages. Where it cannot go back in the first one, the way out is found
 * among several end states, and the wanted state is out of reach.
 */
export const hubAhead: Begin = begun();

function begun(): Begin {
  const answer = findPlan(system);
  if (answer.kind !== "plan") throw new Error(`there is a ${answer.kind}`);
  return syntheticBegin(system, answer.plan);
}
