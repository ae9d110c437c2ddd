import type { Problem } from "../core/problem.ts";
import type { PlannedFact } from "../manifest/system.ts";
import type { Deployment, Member } from "./deployment.ts";
import type { FoundFact } from "./records.ts";

/** The first fact that is not as it was planned with; null: there is none. */
export function changedFact(
  { begin: { system } }: Deployment,
  { id }: Member,
  found: readonly FoundFact[],
): Problem | null {
  const planned = system.components.find((component) => component.id === id)?.facts ?? [];
  for (const fact of planned) {
    const values = found.find(({ key }) => key === fact.key)?.values ?? [];
    const isAsPlanned =
      fact.value === null ? values.length === 0 : values.length === 1 && values[0] === fact.value;
    if (!isAsPlanned) return factChanged(id, fact, values);
  }
  return null;
}

function factChanged(id: string, { key, value }: PlannedFact, found: readonly string[]): Problem {
  const planned = value ?? "?";
  const got = found.length === 0 ? "?" : found.join(" and ");
  return {
    code: "fact-not-as-planned",
    message: `"${key}" of "${id}" is "${got}" now, but the plan was made with "${planned}".`,
    expected: planned,
    got,
    hint: "Somebody has exchanged or changed the Component. Install again: the plan is then made from what is there.",
  };
}
