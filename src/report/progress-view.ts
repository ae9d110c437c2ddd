import type { Event } from "../core/events.ts";
import type { ComponentId } from "../core/ids.ts";
import { aligned, padded, shortened } from "./columns.ts";
import { failureText } from "./failure.ts";
import { bytesText, durationText } from "./measures.ts";
import type { Named } from "./progress-lines.ts";
import type { Style } from "./style.ts";
import { listed } from "./words.ts";

/** What a terminal shows of one Component. Times are milliseconds of a clock that never jumps. */
type Doing =
  | { readonly kind: "waiting" }
  | {
      readonly kind: "running";
      readonly state: string;
      readonly sinceMs: number;
      readonly bytes: { readonly done: number; readonly total: number } | null;
    }
  | { readonly kind: "ended"; readonly state: string; readonly elapsedMs: number }
  | { readonly kind: "failed"; readonly state: string; readonly reason: string };

/** The progress of a deployment on a terminal: a line a Component, redrawn in place. */
export interface View {
  readonly components: readonly { readonly named: Named; readonly doing: Doing }[];
}

export function emptyView(components: readonly Named[]): View {
  return { components: components.map((named) => ({ named, doing: { kind: "waiting" } })) };
}

/** The view after an event that came at `nowMs`. */
export function viewAfter(view: View, event: Event, nowMs: number): View {
  switch (event.type) {
    case "state-started":
      return changed(view, event.component, () => ({
        kind: "running",
        state: event.state,
        sinceMs: nowMs,
        bytes: null,
      }));
    case "download-progress":
      return changed(view, event.component, (doing) =>
        doing.kind === "running"
          ? { ...doing, bytes: { done: event.bytes, total: event.totalBytes } }
          : doing,
      );
    case "state-ended":
      return changed(view, event.component, () =>
        event.failure === null
          ? { kind: "ended", state: event.state, elapsedMs: event.elapsedMs }
          : { kind: "failed", state: event.state, reason: failureText(event.failure) },
      );
    default:
      return view;
  }
}

function changed(view: View, id: ComponentId, change: (doing: Doing) => Doing): View {
  return {
    components: view.components.map((row) =>
      row.named.id === id ? { ...row, doing: change(row.doing) } : row,
    ),
  };
}

/** The column of the states keeps its width, so that nothing jumps. */
const stateWidth = "ArtifactVerifyReboot".length;

/** The lines to be drawn now, none wider than `width` characters and at most `height` of them. */
export function viewLines(
  view: View,
  nowMs: number,
  { width, height }: { readonly width: number; readonly height: number },
  style: Style,
): readonly string[] {
  const busy = view.components
    .filter((row) => row.doing.kind === "running")
    .map((row) => row.named.id);
  const shown = fitting(view.components, Math.max(1, height));
  const cells = aligned(
    shown.map(({ named, doing }) => {
      const [state = "", ...rest] = told(doing, busy, nowMs);
      return [named.id, named.type, padded(state, stateWidth), ...rest];
    }),
  );
  const lines = shown.map(({ named, doing }, index) => {
    const line = shortened((cells[index] ?? []).join("  ").trimEnd(), width);
    if (line.length <= named.id.length) return line;
    const rest = line.slice(named.id.length);
    return `${style.strong(named.id)}${weight(doing, style)(rest)}`;
  });
  const hidden = view.components.length - shown.length;
  return hidden === 0 ? lines : [...lines, `and ${hidden} more`];
}

type Row = View["components"][number];

/** Where there is no room for all: those at work, then those that failed, then the others. */
function fitting(rows: readonly Row[], height: number): readonly Row[] {
  if (rows.length <= height) return rows;
  const urgency = ({ doing }: Row): number =>
    doing.kind === "running" ? 0 : Number(doing.kind !== "failed") + 1;
  const chosen = rows.toSorted((one, other) => urgency(one) - urgency(other)).slice(0, height - 1);
  return rows.filter((row) => chosen.includes(row));
}

function weight(doing: Doing, style: Style): (text: string) => string {
  if (doing.kind === "failed") return style.bad;
  if (doing.kind === "running") return (text) => text;
  return style.faint;
}

/** State; bytes or elapsed; what it waits for. */
function told(doing: Doing, busy: readonly ComponentId[], nowMs: number): readonly string[] {
  const waits = busy.length === 0 ? "" : `waits for ${listed(busy)}`;
  switch (doing.kind) {
    case "waiting":
      return ["-", "", waits];
    case "running":
      return [doing.state, runningText(doing, nowMs), ""];
    case "ended":
      return [doing.state, `done, ${durationText(doing.elapsedMs)}`, waits];
    case "failed":
      return [doing.state, "failed", doing.reason];
  }
}

function runningText(doing: Extract<Doing, { kind: "running" }>, nowMs: number): string {
  if (doing.bytes === null) return durationText(nowMs - doing.sinceMs);
  const { done, total } = doing.bytes;
  const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
  return `${bytesText(done)} of ${bytesText(total)}, ${percent} %`;
}
