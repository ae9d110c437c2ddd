import { replay } from "../../src/deployment/evolve.ts";
import type { RoundName } from "../../src/deployment/rounds.ts";
import type { JournalRecord } from "../../src/deployment/records.ts";
import type { Driven } from "./drive.ts";

/** Killed right behind the last outcome of the round, before anything else is written. */
export function killedBehind({ records }: Driven, round: RoundName, id: string): Driven {
  let open: RoundName | null = null;
  const ends = records.map((record) => {
    if (record.type === "intent") open = record.round;
    return record.type === "outcome" && open === round && record.component === id;
  });
  return killedAfter(records.slice(0, ends.lastIndexOf(true) + 1));
}

/** Killed when these records were written and nothing else. */
export function killedAfter(records: readonly JournalRecord[]): Driven {
  const deployment = replay(records);
  if (deployment === null) throw new Error("killed before there was anything");
  return { deployment, records, end: "cut" };
}
