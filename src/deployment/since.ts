import type { ComponentId } from "../core/ids.ts";
import type { JournalRecord } from "./records.ts";

/**
 * When each Component began the state that it is in, or ended its last one: RFC 3339, by the clock of the day. An
 * intent has no time of its own; it follows at once on what was recorded before.
 */
export function sinceOf(records: readonly JournalRecord[]): ReadonlyMap<ComponentId, string> {
  const since = new Map<ComponentId, string>();
  let last = "";
  for (const record of records) {
    if ("at" in record) last = record.at;
    if (record.type === "outcome") since.set(record.component, last);
    if (record.type !== "intent") continue;
    for (const component of record.components) since.set(component, last);
  }
  return since;
}
