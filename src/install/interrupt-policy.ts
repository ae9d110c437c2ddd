import type { InterruptPolicy } from "../deployment/synthetic-begin.ts";
import type { Survey, Surveyed } from "./survey.ts";

/** What the Topology says of a Component that was interrupted; where nobody was asked, it is rolled back. */
export function interruptPolicy(survey: Survey<Surveyed> | null): InterruptPolicy {
  return (component) =>
    survey?.components.find(({ id }) => id === component)?.entry.onInterrupt ?? "rollback";
}
