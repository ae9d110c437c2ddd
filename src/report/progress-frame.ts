import { padded, shortened } from "./columns.ts";
import { durationText } from "./measures.ts";
import { speedTails, type Told, toldOf } from "./progress-row.ts";
import { currentGroup, type Row, type View, type WorkRow } from "./progress-view.ts";
import type { Canvas, Sheet, Style } from "./style.ts";
import { listed } from "./words.ts";
import { workText } from "./work-text.ts";
import { printableExactly, quotedName } from "./printable.ts";

/** Where a frame is drawn: no line of it is wider, and there are no more of them. */
export interface FrameCanvas extends Canvas {
  readonly height: number;
}

type FrameSheet = FrameCanvas & Sheet;

/**
 * What a terminal shows now: a line a Component, one for each other piece of work, and one for the whole. What does not
 * fit is left out by whole words; a name that does not fit is cut and marked.
 */
export function viewLines(
  view: View,
  nowMs: number,
  canvas: FrameCanvas,
  style: Style,
): readonly string[] {
  const sheet = { ...canvas, widthOf: style.widthOf };
  const works = view.works.map((work) => workLine(work, nowMs, sheet));
  const whole = wholeLine(view, nowMs, sheet, style);
  const below = [...works, ...whole].slice(0, Math.max(1, canvas.height));
  const room = Math.max(0, canvas.height - below.length);
  return [...componentLines(view, nowMs, { ...sheet, height: room }, style), ...below];
}

function componentLines(
  { rows, stage }: View,
  nowMs: number,
  sheet: FrameSheet,
  style: Style,
): readonly string[] {
  if (sheet.height === 0) return [];
  const concerned = stage === null ? rows.filter(isBegun) : rows.filter(isConcerned);
  const busy = rows.filter(isBusy).map(({ named }) => named.id);
  const shown = fitting(concerned, sheet.height);
  const told = shown.map((row) => toldOf(row, busy, nowMs, sheet.isUnicode ? "→" : "->"));
  const layout = layoutFor(told, sheet);
  const lines = told.map((one) => rowLine(one, layout, sheet, style));
  const hidden = concerned.filter((row) => !shown.includes(row));
  return hidden.length === 0 ? lines : [...lines, hiddenLine(hidden, sheet, style)];
}

function isBegun({ doing, asked }: Row): boolean {
  return doing.kind !== "waiting" || asked !== null;
}

/** In this stage something is made with it, or was. */
function isConcerned(row: Row): boolean {
  return row.move !== null || isBegun(row);
}

function isBusy({ doing, asked }: Row): boolean {
  return doing.kind === "running" || asked !== null;
}

/** Where there is no room for all: those at work, then those that failed, then the others. */
function fitting(rows: readonly Row[], height: number): readonly Row[] {
  if (rows.length <= height) return rows;
  const urgency = (row: Row): number => {
    if (isBusy(row)) return 0;
    return row.doing.kind === "failed" ? 1 : 2;
  };
  const chosen = rows.toSorted((one, other) => urgency(one) - urgency(other)).slice(0, height - 1);
  return rows.filter((row) => chosen.includes(row));
}

function hiddenLine(rows: readonly Row[], sheet: Sheet, style: Style): string {
  const kinds = [
    ["at work", rows.filter(isBusy).length],
    ["failed", rows.filter(({ doing }) => doing.kind === "failed").length],
    ["done", rows.filter((row) => row.doing.kind === "ended" && !isBusy(row)).length],
    ["waiting", rows.filter((row) => row.doing.kind === "waiting" && !isBusy(row)).length],
  ] as const;
  const counts = kinds.flatMap(([name, count]) => (count === 0 ? [] : [`${count} ${name}`]));
  const all = [`and ${rows.length} more: ${counts.join(", ")}`, `and ${rows.length} more`];
  return style.faint(firstFitting([...all, `+${rows.length}`], sheet.width, sheet));
}

/** How much of a row is shown; all rows alike, so that they stand in columns. */
interface Layout {
  readonly parts: readonly ("type" | "move")[];
  readonly state: "state" | "short";
  readonly idWidth: number;
  readonly widths: Readonly<Record<"type" | "move" | "state", number>>;
}

/** The richest first, with the columns that must be left behind it. */
const layouts = [
  { parts: ["type", "move"], state: "state", least: 46 },
  { parts: ["move"], state: "state", least: 24 },
  { parts: ["move"], state: "short", least: 14 },
  { parts: [], state: "short", least: 6 },
] as const satisfies readonly (Pick<Layout, "parts" | "state"> & { readonly least: number })[];

/** The columns of the states keep their width, so that nothing jumps. */
const stateWidths = { state: "ArtifactVerifyReboot".length, short: "download".length } as const;

const gap = "  ";

function layoutFor(told: readonly Told[], sheet: Sheet): Layout {
  const { width, widthOf } = sheet;
  const widest = (part: "id" | "type" | "move" | "state" | "short") =>
    Math.max(0, ...told.map((one) => widthOf(one[part])));
  const idWidth = widest("id");
  for (const { parts, state, least } of layouts) {
    const stateWidth = Math.max(stateWidths[state], widest(state));
    const widths = { type: widest("type"), move: widest("move"), state: stateWidth };
    const taken = [idWidth, ...parts.map((part) => widths[part]), stateWidth];
    const all = taken.reduce((sum, one) => sum + one + gap.length, 0);
    if (all + least <= width) return { parts, state, idWidth, widths };
  }
  const stateWidth = Math.max(stateWidths.short, widest("short"));
  const room = Math.max(3, width - stateWidth - gap.length);
  return {
    parts: [],
    state: "short",
    idWidth: Math.min(idWidth, room),
    widths: { type: 0, move: 0, state: stateWidth },
  };
}

function rowLine(told: Told, layout: Layout, sheet: Sheet, style: Style): string {
  const { width, widthOf } = sheet;
  const id = padded(shortened(told.id, layout.idWidth, widthOf), layout.idWidth, widthOf);
  const cells = [
    ...layout.parts.map((part) => padded(told[part], layout.widths[part], widthOf)),
    padded(told[layout.state], layout.widths.state, widthOf),
  ];
  const fixed = cells.map((cell) => gap + cell).join("");
  const room = width - layout.idWidth - widthOf(fixed) - gap.length;
  const tail = firstFitting(told.tails, room, sheet);
  const rest = `${fixed}${gap}${tail}`.trimEnd();
  if (layout.idWidth + widthOf(rest) > width) return shortened(`${id}${rest}`, width, widthOf);
  return `${style.strong(id)}${weightOf(told, style)(rest)}`;
}

function weightOf({ weight }: Told, style: Style): (text: string) => string {
  if (weight === "bad") return style.bad;
  return weight === "faint" ? style.faint : (text) => text;
}

/** The first that fits whole, else nothing: no word is broken. */
function firstFitting(texts: readonly string[], room: number, { widthOf }: Sheet): string {
  const whole = texts.find((text) => widthOf(text) <= room);
  return whole ?? "";
}

function workLine({ work, name, speed }: WorkRow, nowMs: number, sheet: Sheet): string {
  const { width, widthOf } = sheet;
  const tails = speedTails(speed, nowMs);
  const head = workText({ work, name });
  const verb = head.slice(0, head.length - printableExactly(name).length - 1);
  // The name first gives way to the shortest tail, then the richest tail that is left room for is shown.
  const shortest = tails.at(-1) ?? "";
  const room = width - widthOf(verb) - 1 - gap.length - widthOf(shortest);
  if (room < 6) return firstFitting([`${verb}${gap}${shortest}`, verb, shortest], width, sheet);
  const shownName = shortened(printableExactly(name), room, widthOf);
  const begin = `${verb} ${shownName}`;
  return `${begin}${gap}${firstFitting(tails, width - widthOf(begin) - gap.length, sheet)}`.trimEnd();
}

/** Stage and group of how many, elapsed, estimate. */
function wholeLine(view: View, nowMs: number, sheet: Sheet, style: Style): readonly string[] {
  const { startedMs } = view;
  if (startedMs === null) return [];
  const elapsedMs = nowMs - startedMs;
  const elapsed = durationText(elapsedMs);
  const gate = gateText(view, nowMs);
  const stage = gate.length > 0 ? gate : stageText(view);
  const group = groupText(view);
  const estimate = estimateText(view, elapsedMs);
  const texts = [
    [...stage, ...group, elapsed, ...estimate],
    [...stage, ...group, elapsed],
    [...group, elapsed],
    [elapsed],
  ].map((parts) => capitalized(parts.join(", ")));
  return [style.strong(firstFitting(texts, sheet.width, sheet))];
}

function gateText({ gate }: View, nowMs: number): readonly string[] {
  if (gate === null) return [];
  const { name, againAtMs } = gate;
  const waits = `waits for the gate ${quotedName(name)}`;
  if (againAtMs === null) return [waits];
  return [waits, `asked again in ${durationText(Math.max(0, againAtMs - nowMs))}`];
}

function stageText({ stage, way, rebootFor }: View): readonly string[] {
  if (rebootFor !== null)
    return [`the host reboots for ${listed(rebootFor.map(printableExactly))}`];
  if (stage === null) return [];
  const number = stage.stages === 1 ? "" : `stage ${stage.stage + 1} of ${stage.stages}`;
  if (way === "back") return [number === "" ? "on the way back" : `on the way back in ${number}`];
  const to = stage.systemVersion === null ? "" : `to ${printableExactly(stage.systemVersion)}`;
  const both = [number, to].filter((text) => text !== "").join(" ");
  return both === "" ? [] : [both];
}

function groupText(view: View): readonly string[] {
  const { stage, way } = view;
  const group = currentGroup(view);
  if (stage === null || way === "back" || group === null) return [];
  return [`group ${group + 1} of ${stage.groups.length}`];
}

function estimateText({ expectedMs }: View, elapsedMs: number): readonly string[] {
  if (expectedMs === null) return [];
  const leftMs = expectedMs - elapsedMs;
  return leftMs > 0
    ? [`about ${durationText(leftMs)} left`]
    : [`longer than the ${durationText(expectedMs)} expected`];
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
