import { shownVersion } from "../core/ids.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { ending } from "../deployment/verdict.ts";
import { aligned } from "./columns.ts";
import { durationText } from "./measures.ts";
import { outcomeHint, outcomeSentence } from "./outcome.ts";
import { failureSentence } from "./status.ts";
import { causeJson } from "./cause.ts";
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
}

/** One line a deployment, the last one first. */
export function historyLines(past: readonly Past[], style: Style): readonly string[] {
  if (past.length === 0) return ["No deployment has ended yet."];
  const rows = past.map((one) => [
    one.deployment.begin.deployment,
    one.deployment.begin.at,
    one.deployment.begin.manifest,
    one.deployment.ended?.outcome ?? "not ended",
    tookText(one),
    one.deployment.owed.length === 0 ? "" : `Cleanup owed: ${one.deployment.owed.join(", ")}`,
  ]);
  return aligned(rows).map(([id = "", ...cells]) =>
    `${style.strong(id)}  ${cells.join("  ")}`.trimEnd(),
  );
}

/** One deployment in full: cause, and per Component from, to, where it is, and the time its Interface took. */
export function pastLines(
  { deployment, endedAt, elapsedMs }: Past,
  style: Style,
): readonly string[] {
  const { begin, failure, runs } = deployment;
  const end = ending(deployment);
  const hint = end === null ? null : outcomeHint(end);
  const rows = journeys(deployment).map(({ id, type, from, to, version }) => [
    id,
    type,
    `${from} -> ${to}`,
    `is ${version}`,
    durationText(elapsedMs.get(id) ?? 0),
  ]);
  return [
    style.strong(`Deployment ${begin.deployment} of ${quoted(begin.manifest)}`),
    `Begun ${begin.at}${endedAt === null ? "" : `, ended ${endedAt}`}, in ${runs === 1 ? "one run" : `${runs} runs`}.`,
    ...(failure === null ? [] : [style.bad(failureSentence(failure))]),
    end === null ? "It has no end." : outcomeSentence(end),
    ...(hint === null ? [] : [`hint: ${hint}`]),
    ...deployment.owed.map((id) => style.careful(`${id} still owed a Cleanup at its end.`)),
    ...aligned(rows).map(([id = "", ...cells]) => `  ${style.strong(id)}  ${cells.join("  ")}`),
  ];
}

interface Journey {
  readonly id: string;
  readonly type: string;
  readonly from: string;
  readonly to: string;
  readonly version: string;
}

/** From where a Component started to what the plan wanted of it. */
function journeys({ begin, members }: Deployment): readonly Journey[] {
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
    };
  });
}

export function historyJson(past: readonly Past[]): Readonly<Record<string, unknown>> {
  return { type: "history", deployments: past.map(pastJson) };
}

export function pastJson({
  deployment,
  endedAt,
  elapsedMs,
  lastRunMs,
}: Past): Readonly<Record<string, unknown>> {
  const took = tookOf({ deployment, endedAt, elapsedMs, lastRunMs });
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
    components: journeys(deployment).map(({ id, type, from, to, version }) => ({
      component: id,
      component_type: type,
      from,
      to,
      version,
      elapsed_ms: Math.round(elapsedMs.get(id) ?? 0),
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
