import { replay } from "./evolve.ts";
import { waitedBefore } from "./gate-answers.ts";
import { noStanding } from "./gates.ts";
import type { GateAnswered, JournalRecord } from "./records.ts";

/** Fewer records than this are not worth a new journal. */
const worthwhile = 400;

/**
 * A gate that says not now is asked again and again, perhaps for months, and each question is in the journal. Of a row
 * of questions that ended alike only the first and the last are kept; the last one tells how many there were, and for
 * how long the gates have been waited for. The deployment stays what it was. Null: there is little to leave out.
 */
export function shortenedWaits(records: readonly JournalRecord[]): readonly JournalRecord[] | null {
  if (records.length < worthwhile) return null;
  const kept = rowsOf(records).flatMap((row) =>
    row.turns.length < 3 ? row.turns.flatMap(({ own }) => own) : shortened(row, records),
  );
  if (records.length - kept.length < worthwhile) return null;
  return standingAfter(kept) === standingAfter(records) ? kept : null;
}

/** What is written until a gate says not now. */
interface Turn {
  readonly own: readonly JournalRecord[];
  /** The answer that ends it; null: it is none of a gate. */
  readonly answer: GateAnswered | null;
}

/** Turns that ended with the same gate at the same moment, or one of something else. */
interface Row {
  readonly turns: readonly Turn[];
  /** Of how many records it is the end. */
  readonly end: number;
}

function rowsOf(records: readonly JournalRecord[]): readonly Row[] {
  const rows: { turns: Turn[]; about: string | null; end: number }[] = [];
  let begun = 0;
  let moment = "";
  for (const [index, record] of records.entries()) {
    if (record.type === "gate-asked") moment = record.moment;
    const isNotNow = record.type === "gate-answered" && record.answer.kind === "not-now";
    if (!isNotNow && isOfTurn(record)) continue;
    const own = records.slice(begun, index + 1);
    begun = index + 1;
    const about = isNotNow ? `${moment} ${record.gate}` : null;
    const last = rows.at(-1);
    const turn = { own, answer: isNotNow ? record : null };
    if (about !== null && last?.about === about) {
      last.turns.push(turn);
      last.end = begun;
    } else rows.push({ turns: [turn], about, end: begun });
  }
  const rest = records.slice(begun);
  return [...rows, { turns: [{ own: rest, answer: null }], end: records.length }];
}

function isOfTurn({ type }: JournalRecord): boolean {
  return (
    type === "run" || type === "gate-asked" || type === "gate-running" || type === "gate-answered"
  );
}

function shortened({ turns, end }: Row, records: readonly JournalRecord[]): JournalRecord[] {
  const [first, ...more] = turns;
  const last = more.at(-1);
  const answer = last?.answer ?? null;
  if (first === undefined || last === undefined || answer === null) return [];
  const later = more.flatMap(({ own }) => own);
  const run = later.findLast(({ type }) => type === "run");
  const isInLast = run === undefined || last.own.includes(run);
  const times = more.reduce((sum, turn) => sum + (turn.answer?.times ?? 1), 0);
  // The answer itself may end the wait, of which nothing is told behind it.
  const gates = replay(records.slice(0, end - 1))?.gates ?? noStanding;
  const waitedMs = waitedBefore(gates, answer);
  return [
    ...first.own,
    ...(isInLast ? [] : [run]),
    ...last.own.slice(0, -1),
    { ...answer, times, waitedMs },
  ];
}

/** What a journal comes to, but for how many runs it took. */
function standingAfter(records: readonly JournalRecord[]): string {
  const deployment = replay(records);
  if (deployment === null) return "";
  const { runs, gates } = deployment;
  const { waiting } = gates;
  const sinceRuns = waiting === null ? null : { ...waiting, run: runs - waiting.run };
  return JSON.stringify({ ...deployment, runs: 0, gates: { ...gates, waiting: sinceRuns } });
}
