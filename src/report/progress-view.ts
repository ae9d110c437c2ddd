import type { Amount, Event, HowFar, Memory, Move, Work } from "../core/events.ts";
import type { ComponentId } from "../core/ids.ts";
import { queries } from "../core/protocol.ts";
import { failureText } from "./failure.ts";
import type { Named } from "./progress-lines.ts";

/** What a terminal shows of one Component. Times are milliseconds of a clock that never jumps. */
export type Doing =
  | { readonly kind: "waiting" }
  | { readonly kind: "running"; readonly state: string; readonly since: Speed }
  | { readonly kind: "ended"; readonly state: string }
  | { readonly kind: "failed"; readonly state: string; readonly reason: string };

/** How far something is, and how fast it got on of late. */
export interface Speed {
  readonly startedMs: number;
  /** Null: nothing is counted, or not yet. */
  readonly done: Amount | null;
  readonly total: Amount | null;
  /** Two earlier counts, so that one is always some seconds old. */
  readonly marks: readonly [Mark, Mark];
  readonly memory: Memory | null;
}

interface Mark {
  readonly atMs: number;
  readonly count: number;
}

/** A query under way: it is no work, and is shown only where it takes long. */
export interface Asked {
  readonly query: string;
  readonly startedMs: number;
}

export interface Row {
  readonly named: Named;
  /** Null: this stage leaves it alone. */
  readonly move: (Move & { readonly group: number }) | null;
  readonly doing: Doing;
  readonly asked: Asked | null;
}

export interface WorkRow {
  readonly work: Work;
  readonly name: string;
  readonly speed: Speed;
}

/** What is under way, as one looks at it on a terminal. */
export interface View {
  readonly rows: readonly Row[];
  /** Null: no stage has begun. */
  readonly stage: Pick<StageStarted, "stage" | "stages" | "systemVersion" | "groups"> | null;
  readonly way: "forward" | "back";
  /** When the deployment was begun or taken up; null: none is. */
  readonly startedMs: number | null;
  readonly expectedMs: number | null;
  /** Whose reboot of the host is waited for; null: nobody's. */
  readonly rebootFor: readonly ComponentId[] | null;
  /** The gate that is asked, or waited for until it is asked again; null: none is. */
  readonly gate: { readonly name: string; readonly againAtMs: number | null } | null;
  readonly works: readonly WorkRow[];
}

type StageStarted = Extract<Event, { type: "stage-started" }>;

export function emptyView(components: readonly Named[]): View {
  return {
    rows: components.map((named) => ({
      named,
      move: null,
      doing: { kind: "waiting" },
      asked: null,
    })),
    stage: null,
    way: "forward",
    startedMs: null,
    expectedMs: null,
    rebootFor: null,
    gate: null,
    works: [],
  };
}

/** The view after an event that came at `nowMs`. */
export function viewAfter(view: View, event: Event, nowMs: number): View {
  switch (event.type) {
    case "deployment-started":
      return { ...view, startedMs: nowMs, expectedMs: event.expectedMs };
    case "deployment-resumed":
      return { ...view, startedMs: nowMs };
    case "stage-started":
      return { ...view, stage: event, rows: view.rows.map((row) => inStage(row, event)) };
    case "error-path-entered":
      return { ...view, way: "back", expectedMs: null };
    case "host-reboot":
      return { ...view, rebootFor: event.components };
    case "gate-asked":
      return { ...view, gate: { name: event.gate, againAtMs: null } };
    case "gate-answered":
      return { ...view, gate: null };
    case "waiting": {
      const { gate, askedAgainMs } = event;
      const againAtMs = askedAgainMs === null ? null : nowMs + askedAgainMs;
      return { ...view, gate: { name: gate, againAtMs } };
    }
    case "state-started":
    case "state-ended":
      return changed(view, event.component, (row) => afterState(row, event, nowMs));
    case "download-progress":
      return changed(view, event.component, (row) => ({
        ...row,
        doing: downloading(row.doing, event, nowMs),
      }));
    case "work-started":
    case "work-progress":
    case "work-ended":
      return { ...view, works: worksAfter(view.works, event, nowMs) };
    default:
      return view;
  }
}

function inStage(row: Row, { groups }: StageStarted): Row {
  const group = groups.findIndex((moves) => moves.some((move) => isOf(move, row)));
  const move = groups[group]?.find((one) => isOf(one, row));
  return {
    ...row,
    doing: { kind: "waiting" },
    move: move === undefined ? null : { ...move, group },
  };
}

function isOf({ component }: Move, { named }: Row): boolean {
  return component === named.id;
}

function changed(view: View, id: ComponentId, change: (row: Row) => Row): View {
  return { ...view, rows: view.rows.map((row) => (row.named.id === id ? change(row) : row)) };
}

function afterState(
  row: Row,
  event: Extract<Event, { type: "state-started" | "state-ended" }>,
  nowMs: number,
): Row {
  const { state } = event;
  if (event.type === "state-ended" && event.failure !== null) {
    const reason = failureText(event.failure);
    return { ...row, asked: null, doing: { kind: "failed", state, reason } };
  }
  if (queries.some((query) => query === state)) {
    const asked = event.type === "state-started" ? { query: state, startedMs: nowMs } : null;
    return { ...row, asked };
  }
  const doing: Doing =
    event.type === "state-started"
      ? { kind: "running", state, since: startedAt(nowMs, null) }
      : { kind: "ended", state };
  return { ...row, doing };
}

function downloading(
  doing: Doing,
  { bytes, totalBytes }: Extract<Event, { type: "download-progress" }>,
  nowMs: number,
): Doing {
  if (doing.kind !== "running") return doing;
  const since = counted(doing.since, { done: { count: bytes, unit: "bytes" } }, nowMs);
  return { ...doing, since: { ...since, total: { count: totalBytes, unit: "bytes" } } };
}

function worksAfter(
  works: readonly WorkRow[],
  event: Extract<Event, { type: "work-started" | "work-progress" | "work-ended" }>,
  nowMs: number,
): readonly WorkRow[] {
  const { work, name } = event;
  const isIt = (row: WorkRow) => row.work === work && row.name === name;
  switch (event.type) {
    case "work-started":
      return [
        ...works.filter((row) => !isIt(row)),
        { work, name, speed: startedAt(nowMs, event.total) },
      ];
    case "work-progress":
      return works.map((row) =>
        isIt(row) ? { ...row, speed: counted(row.speed, event, nowMs) } : row,
      );
    case "work-ended":
      return works.filter((row) => !isIt(row));
  }
}

function startedAt(nowMs: number, total: Amount | null): Speed {
  const mark = { atMs: nowMs, count: 0 };
  return { startedMs: nowMs, done: null, total, marks: [mark, mark], memory: null };
}

/** So long a mark is the newer one. Milliseconds. */
const markMs = 3000;

function counted(speed: Speed, { done, memory }: HowFar, nowMs: number): Speed {
  const [, newer] = speed.marks;
  const isDue = nowMs - newer.atMs >= markMs;
  const marks = isDue ? ([newer, { atMs: nowMs, count: done.count }] as const) : speed.marks;
  return { ...speed, done, marks, memory: memory ?? null };
}

/** Counts a second over the last seconds; null: too little is known. */
export function rateOf({ startedMs, done, marks: [older] }: Speed, nowMs: number): number | null {
  if (done === null || nowMs - startedMs < 1000) return null;
  const seconds = (nowMs - older.atMs) / 1000;
  return seconds <= 0 ? null : Math.max(0, done.count - older.count) / seconds;
}

/** The group that is at work: the last one of which something has begun. Null: none. */
export function currentGroup({ rows }: View): number | null {
  const begun = rows.flatMap(({ move, doing, asked }) => {
    const isBegun = doing.kind !== "waiting" || asked !== null;
    return move !== null && isBegun ? [move.group] : [];
  });
  return begun.length === 0 ? null : Math.max(...begun);
}
