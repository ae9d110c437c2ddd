import type { Deployment } from "../../src/deployment/deployment.ts";
import type { Begin, JournalRecord } from "../../src/deployment/records.ts";
import { type Machine, realMachine } from "../../src/simulate/situation.ts";

/** The records so far, the last one first. */
interface Past {
  readonly record: JournalRecord;
  readonly before: Past | null;
}

/**
 * The machine as it is, and at each end the journal that led there is shown; of equal situations the one that came
 * first.
 */
export function recorded(
  first: Begin,
  show: (records: readonly JournalRecord[]) => void,
  machine: Machine = realMachine,
): Machine {
  const pasts = new WeakMap<Deployment, Past>();
  const pastOf = (deployment: Deployment): Past =>
    pasts.get(deployment) ?? {
      record: deployment.run,
      before: { record: first, before: null },
    };
  return {
    decide: machine.decide,
    evolve: (deployment, record) => {
      const after = machine.evolve(deployment, record);
      const past = { record, before: pastOf(deployment) };
      pasts.set(after, past);
      if (record.type === "ended") show(listed(past));
      return after;
    },
  };
}

function listed(past: Past): readonly JournalRecord[] {
  const records: JournalRecord[] = [];
  for (let at: Past | null = past; at !== null; at = at.before) records.push(at.record);
  return records.toReversed();
}
