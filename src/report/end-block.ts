import { assertNever } from "../core/assert-never.ts";
import type { Cause, Event } from "../core/events.ts";
import type { ComponentId } from "../core/ids.ts";
import { failureText } from "./failure.ts";
import { refusalText } from "./gate-text.ts";
import { printable, printableExactly } from "./printable.ts";
import type { Style } from "./style.ts";
import { listed, shellWord } from "./words.ts";

type Ended = Extract<Event, { type: "deployment-ended" }>;
type Stopped = Extract<Event, { type: "stopped" }>;

/** What to do now. */
export interface NextStep {
  readonly text: string;
  /** As it is typed; in capitals what only the user knows. */
  readonly command: string;
}

/** Why it failed, what was done about it, what to do now, and where to read more. */
export function endBlock(event: Ended | Stopped, style: Style): readonly string[] {
  const { cause } = event;
  const next = nextStep(event);
  const done = doneText(event);
  return [
    ...(cause === null ? [] : [`  why:  ${style.bad(causeText(cause))}`]),
    ...(cause?.kind === "component"
      ? cause.log.map((line) => style.faint(`        | ${printable(line)}`))
      : []),
    ...(done === null ? [] : [`  done: ${done}`]),
    ...(next === null ? [] : [`  next: ${next.text}: ${style.strong(next.command)}`]),
    `  more: ${style.strong(moreOf(event))}`,
  ].slice(0, cause === null && next === null ? 0 : undefined);
}

/** One that is still in progress is no history yet. */
function moreOf(event: Ended | Stopped): string {
  return event.type === "stopped"
    ? "orchestrator status"
    : `orchestrator history ${event.deployment}`;
}

function causeText(cause: Cause): string {
  switch (cause.kind) {
    case "component":
      return `${cause.state} of ${printableExactly(cause.component)} failed: ${failureText(cause.reason).replace(/\.+$/, "")}`;
    case "gate":
      return refusalText(cause.gate, cause.moment, cause.reason, cause.told);
    case "host-rebooted":
      return "the host rebooted although nobody had asked for it";
    case "no-progress":
      return "it was resumed too often without getting anything done";
    case "asked":
      return "it was rolled back as asked";
    default:
      return assertNever(cause);
  }
}

function doneText(event: Ended | Stopped): string | null {
  if (event.type === "stopped") return `stopped before ${event.before} as asked`;
  const { rolledBack, outcome } = event;
  if (rolledBack.length > 0) return `${rolled(rolledBack)} rolled back`;
  return outcome === "failed-unchanged"
    ? "nothing was installed, so there was nothing to undo"
    : null;
}

function rolled(ids: readonly ComponentId[]): string {
  const names = listed(ids.map(printableExactly));
  return `${names} ${ids.length === 1 ? "was" : "were"}`;
}

/** Null: there is nothing to do. */
export function nextStep(event: Ended | Stopped): NextStep | null {
  if (event.type === "stopped") return stoppedStep(event);
  const isAsked = event.cause?.kind === "asked";
  const file = event.file === undefined ? "FILE" : shellWord(printableExactly(event.file));
  const install = `orchestrator install ${file}`;
  switch (event.outcome) {
    case "success":
      return null;
    case "failed-unchanged":
      return isAsked ? null : { text: "mend the cause, then install again", command: install };
    case "failed-rolled-back":
      return isAsked
        ? null
        : {
            text: "the System runs as before; mend the cause, then install again",
            command: install,
          };
    case "failed-elsewhere":
      return event.isWanted
        ? {
            text: "nothing is left to install; look at what the Components run",
            command: "orchestrator show-provides",
          }
        : {
            text: "look at the way from here, then install again",
            command: `orchestrator plan ${file}`,
          };
    case "inconsistent":
      return {
        text: `bring ${listed(event.inconsistent.map(printableExactly))} into order by hand; this tells what runs`,
        command: "orchestrator show-provides",
      };
    default:
      return assertNever(event.outcome);
  }
}

function stoppedStep({ before, failed }: Stopped): NextStep | null {
  if (!failed) return null;
  return before === "Cleanup"
    ? { text: "clean up", command: "orchestrator resume" }
    : { text: "undo what was installed", command: "orchestrator resume" };
}
