import { assertNever } from "../core/assert-never.ts";
import type { Cause, Event, HowFar } from "../core/events.ts";
import type { Problem } from "../core/problem.ts";
import { gateCauseJson } from "./cause.ts";
import { failureJson } from "./failure.ts";
import { refusalReason } from "./gate-text.ts";
import { nextStep } from "./end-block.ts";
import { outcomeHint } from "./outcome.ts";
import { jsonText } from "./json-text.ts";
import { type Level, levelOf } from "./progress-lines.ts";
import { problemJson, type Severity } from "./problems.ts";

/** The version of the stream of events; raised when a key changes its meaning. */
const eventFormat = 1;

/** The first line of every stream. */
export function versionLine(program: string): string {
  return jsonText({ type: "version", format: eventFormat, program });
}

/** When and of which deployment something is told. */
export interface Stamp {
  /** RFC 3339 in UTC. */
  readonly time: string;
  /** Null: it belongs to none. */
  readonly deployment: string | null;
}

/** One event as one line. */
export function eventLine(event: Event, { time, deployment }: Stamp): string {
  return jsonText({
    type: event.type,
    time,
    level: levelOf(event),
    deployment,
    ...fields(event),
  });
}

/** A line of text in a log of JSON. */
export function textLine(line: string, level: Level, { time, deployment }: Stamp): string {
  return jsonText({ type: "note", time, level, deployment, message: line });
}

/** A problem in a log of JSON. */
export function problemLine(
  problem: Problem,
  severity: Severity,
  { time, deployment }: Stamp,
): string {
  const { type, ...rest } = problemJson(problem, severity);
  return jsonText({ type, time, level: severity, deployment, ...rest });
}

function fields(event: Event): Readonly<Record<string, unknown>> {
  switch (event.type) {
    case "deployment-started":
      return {
        deployment: event.deployment,
        manifest: event.manifest,
        installs: event.installs,
        expected_ms: event.expectedMs === null ? null : Math.round(event.expectedMs),
      };
    case "deployment-resumed":
      return { deployment: event.deployment, manifest: event.manifest };
    case "stage-started":
      return {
        stage: event.stage,
        stages: event.stages,
        system_version: event.systemVersion,
        groups: event.groups,
      };
    case "state-started":
      return {
        state: event.state,
        component: event.component,
        component_type: event.componentType,
      };
    case "state-ended":
      return {
        state: event.state,
        component: event.component,
        component_type: event.componentType,
        failure: event.failure === null ? null : failureJson(event.failure),
        elapsed_ms: Math.round(event.elapsedMs),
      };
    case "interface-line":
      return {
        state: event.state,
        component: event.component,
        stream: event.stream,
        line: event.line,
      };
    case "download-progress":
      return { component: event.component, bytes: event.bytes, total_bytes: event.totalBytes };
    case "state-running":
      return {
        state: event.state,
        component: event.component,
        component_type: event.componentType,
        elapsed_ms: Math.round(event.elapsedMs),
      };
    case "work-started":
      return { work: event.work, name: event.name, total: event.total };
    case "work-progress":
      return { work: event.work, name: event.name, ...howFarOf(event) };
    case "work-running":
      return {
        work: event.work,
        name: event.name,
        elapsed_ms: Math.round(event.elapsedMs),
        ...(event.howFar === null ? { done: null } : howFarOf(event.howFar)),
      };
    case "work-ended":
      return { work: event.work, name: event.name, elapsed_ms: Math.round(event.elapsedMs) };
    case "error-path-entered":
    case "note":
      return { message: event.message };
    case "host-reboot":
      return { components: event.components };
    case "gate-asked":
      return { gate: event.gate, moment: event.moment, group: event.group };
    case "gate-answered":
      return {
        gate: event.gate,
        moment: event.moment,
        group: event.group,
        answer: event.answer,
        reason: event.reason,
        failure:
          event.failure === null ? null : failureJson(refusalReason(event.gate, event.failure)),
        elapsed_ms: Math.round(event.elapsedMs),
      };
    case "gate-line":
      return { gate: event.gate, moment: event.moment, stream: event.stream, line: event.line };
    case "waiting":
      return {
        deployment: event.deployment,
        gate: event.gate,
        moment: event.moment,
        reason: event.reason,
        asked_again_ms: event.askedAgainMs,
      };
    case "stopped":
      return {
        deployment: event.deployment,
        before: event.before,
        failed: event.failed,
        cause: causeJson(event.cause),
        next: nextStep(event),
      };
    case "deployment-ended":
      return {
        deployment: event.deployment,
        outcome: event.outcome,
        system_version: event.systemVersion,
        components: Object.fromEntries(
          event.components.map(({ component, version }) => [component, version]),
        ),
        as_wanted: event.isWanted,
        inconsistent: event.inconsistent,
        uncommitted: event.uncommitted,
        beside: event.beside,
        way_out_undecided_at: event.wayOutUndecidedAt,
        hint: outcomeHint(event),
        cleanup_owed: event.owed,
        cause: causeJson(event.cause),
        rolled_back: event.rolledBack,
        next: nextStep(event),
      };
    default:
      return assertNever(event);
  }
}

function causeJson(cause: Cause | null): Readonly<Record<string, unknown>> | null {
  if (cause?.kind === "gate") return gateCauseJson(cause);
  if (cause?.kind !== "component") return cause;
  const { kind, component, state, reason, log } = cause;
  return { kind, component, state, reason: failureJson(reason), log };
}

function howFarOf({ done, memory }: HowFar): HowFar {
  return { done, ...(memory !== undefined && { memory }) };
}
