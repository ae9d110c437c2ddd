import { shownVersion } from "../core/ids.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { ending } from "../deployment/verdict.ts";
import { aligned, type WidthOf } from "./columns.ts";
import { durationText } from "./measures.ts";
import { outcomeHint, outcomeSentence } from "./outcome.ts";
import { failureSentence } from "./status.ts";
import { causeJson } from "./cause.ts";
import { gateCells, type GateRecord } from "./gate-record.ts";
import { failureJson } from "./failure.ts";
import { printableExactly } from "./printable.ts";
import { causeText } from "./prospect.ts";
import { type Span, spanText } from "./timeline.ts";
import type { Style } from "./style.ts";
import { quoted } from "./words.ts";

/** A deployment that has ended, and what each of its states took. */
export interface Past {
  readonly deployment: Deployment;
  /** RFC 3339; null where its end was not recorded. */
  readonly endedAt: string | null;
  /** Milliseconds that its last run took, whatever the clock was set to meanwhile; null where that was not recorded. */
  readonly lastRunMs: number | null;
  /** Milliseconds that the Interface of each Component was at work, by its id. */
  readonly elapsedMs: ReadonlyMap<string, number>;
  /** What was done, in its order. */
  readonly spans: readonly Span[];
  /** What gates have answered. */
  readonly gates: readonly GateRecord[];
}

/** One line a deployment, the last one first. */
export function historyLines(past: readonly Past[], style: Style): readonly string[] {
  if (past.length === 0) return [noHistory];
  const rows = past.map((one) => {
    const { deployment, begun, manifest, outcome, took, cause, owed } = inShort(one);
    return [deployment, begun, manifest, outcome, took, cause, owed];
  });
  return alignedExactly(rows, style.widthOf).map(([id = "", ...cells]) =>
    `${style.strong(id)}  ${cells.join("  ")}`.trimEnd(),
  );
}

export const noHistory = "No deployment has ended yet.";

/** One deployment as a row of a list, all of it text; empty where there is nothing to say. */
export function inShort(one: Past) {
  const { begin, ended, failure, owed } = one.deployment;
  return {
    deployment: begin.deployment,
    begun: begin.at,
    manifest: begin.manifest,
    outcome: ended?.outcome ?? "not ended",
    took: tookText(one),
    cause: failure === null ? "" : `because: ${causeText(failure)}`,
    owed: owed.length === 0 ? "" : `Cleanup owed: ${owed.join(", ")}`,
  };
}

/** One deployment in full: cause, and per Component from, to, where it is, and the time its Interface took. */
export function pastLines(past: Past, style: Style): readonly string[] {
  const { deployment, spans, gates } = past;
  const { failure } = deployment;
  const hint = pastHint(past);
  const rows = journeys(past).map(({ id, type, from, to, version, elapsedMs }) => [
    id,
    type,
    `${from} -> ${to}`,
    `is ${version}`,
    durationText(elapsedMs),
  ]);
  const done = spans.map((span) => [
    span.at ?? "",
    span.component,
    span.state,
    ...(deployment.runs === 1 ? [] : [`run ${span.run}`]),
    spanText(span),
  ]);
  return [
    style.strong(printableExactly(pastTitle(past))),
    begunSentence(past),
    ...(failure === null ? [] : [style.bad(printableExactly(failureSentence(failure)))]),
    printableExactly(endSentence(past)),
    ...(hint === null ? [] : [`hint: ${printableExactly(hint)}`]),
    ...deployment.owed.map((id) =>
      style.careful(printableExactly(`${id} still owed a Cleanup at its end.`)),
    ),
    ...alignedExactly(rows, style.widthOf).map(
      ([id = "", ...cells]) => `  ${style.strong(id)}  ${cells.join("  ")}`,
    ),
    ...(done.length === 0 ? [] : ["What was done:"]),
    ...alignedExactly(done, style.widthOf).map((cells) => `  ${cells.join("  ")}`),
    ...(gates.length === 0 ? [] : ["What gates answered:"]),
    ...alignedExactly(gates.map(gateCells), style.widthOf).map((cells) => `  ${cells.join("  ")}`),
  ];
}

/** Columns of names and texts of others. */
function alignedExactly(
  rows: readonly (readonly string[])[],
  widthOf: WidthOf,
): readonly (readonly string[])[] {
  return aligned(
    rows.map((row) => row.map(printableExactly)),
    widthOf,
  );
}

export function pastTitle({ deployment: { begin } }: Past): string {
  return `Deployment ${begin.deployment} of ${quoted(begin.manifest)}`;
}

export function begunSentence({ deployment: { begin, runs }, endedAt }: Past): string {
  return `Begun ${begin.at}${endedAt === null ? "" : `, ended ${endedAt}`}, in ${runs === 1 ? "one run" : `${runs} runs`}.`;
}

/** What was to be done about its end; null: nothing that is not told by the failure. */
export function pastHint({ deployment }: Past): string | null {
  const end = ending(deployment);
  return end === null ? null : outcomeHint(end);
}

export function endSentence({ deployment }: Past): string {
  const end = ending(deployment);
  return end === null ? "It has no end." : outcomeSentence(end);
}

interface Journey {
  readonly id: string;
  readonly type: string;
  readonly from: string;
  readonly to: string;
  readonly version: string;
  readonly elapsedMs: number;
}

/** From where a Component started to what the plan wanted of it. */
export function journeys({ deployment, elapsedMs }: Past): readonly Journey[] {
  const { begin, members } = deployment;
  const steps = begin.plan.stages.flatMap((stage) => stage.groups.flat());
  return members.map((member) => {
    const { id } = member;
    const version = shownVersion(member.version);
    const own = steps.filter((step) => step.component === id);
    const type = begin.components.find((component) => component.id === id)?.componentType ?? "";
    return {
      id,
      type,
      from: own[0]?.from ?? version,
      to: own.at(-1)?.to ?? version,
      version,
      elapsedMs: elapsedMs.get(id) ?? 0,
    };
  });
}

export function historyJson(past: readonly Past[]): Readonly<Record<string, unknown>> {
  return { type: "history", deployments: past.map(pastJson) };
}

/** One in full. */
export function pastInFullJson(past: Past): Readonly<Record<string, unknown>> {
  const timeline = past.spans.map(({ component, state, run, at, fromMs, toMs, failure }) => ({
    component,
    state,
    run,
    at,
    elapsed_ms: Math.round(toMs - fromMs),
    failure: failure === null ? null : failureJson(failure),
  }));
  const gates = past.gates.map(({ failed: _, ...gate }) => gate);
  return { ...pastJson(past), timeline, gates };
}

export function pastJson(past: Past): Readonly<Record<string, unknown>> {
  const { deployment, endedAt } = past;
  const took = tookOf(past);
  const { begin, failure, runs } = deployment;
  const end = ending(deployment);
  return {
    type: "past-deployment",
    deployment: begin.deployment,
    manifest: begin.manifest,
    begun: begin.at,
    ended: endedAt,
    runs,
    outcome: end?.outcome ?? null,
    system_version: end?.systemVersion ?? null,
    as_wanted: end?.isWanted ?? null,
    inconsistent: end?.inconsistent ?? [],
    uncommitted: end?.uncommitted ?? [],
    beside: end?.beside ?? [],
    way_out_undecided_at: end?.wayOutUndecidedAt ?? null,
    cleanup_owed: deployment.owed,
    cause: failure === null ? null : causeJson(failure),
    components: journeys(past).map(({ id, type, from, to, version, elapsedMs }) => ({
      component: id,
      component_type: type,
      from,
      to,
      version,
      elapsed_ms: Math.round(elapsedMs),
    })),
    took_ms: took === null || took.isLeast ? null : Math.round(took.ms),
  };
}

interface Took {
  readonly ms: number;
  /** The clock was changed meanwhile: it took this long, or longer. */
  readonly isLeast: boolean;
}

/**
 * From its begin to its end; null where it has none. One run is measured by a clock that never jumps. Over several, the
 * host may have been off in between, so that is the clock of the day, as far as it can be right.
 */
function tookOf({ deployment, endedAt, elapsedMs, lastRunMs }: Past): Took | null {
  if (endedAt === null) return null;
  const { begin, runs } = deployment;
  if (runs === 1 && lastRunMs !== null) return { ms: lastRunMs, isLeast: false };
  const begunMs = Date.parse(begin.at);
  const betweenMs = Date.parse(endedAt) - begunMs;
  // The Interfaces were at work that long, each by itself.
  const leastMs = Math.max(lastRunMs ?? 0, ...elapsedMs.values());
  if (begunMs < earliestMs || betweenMs < leastMs) return { ms: leastMs, isLeast: true };
  return { ms: betweenMs, isLeast: false };
}

/** No release of this program is older: a clock that tells less was not set yet. */
const earliestMs = Date.parse("2024-01-01T00:00:00Z");

function tookText(past: Past): string {
  const took = tookOf(past);
  if (took === null) return "";
  if (!took.isLeast) return `took ${durationText(took.ms)}`;
  return `took ${durationText(took.ms)} or more, the clock was changed meanwhile`;
}
