import { assertNever } from "../core/assert-never.ts";
import { type LogLevel, logLevels } from "../core/log-level.ts";
import type { StopPoint } from "../core/protocol.ts";
import type { DeploymentOutcome, Event } from "../core/events.ts";
import type { ComponentId, ComponentType } from "../core/ids.ts";
import { queries, states } from "../core/protocol.ts";
import { aligned } from "./columns.ts";
import { endedText, failureText } from "./failure.ts";
import { gateName, reasonText, refusalReason } from "./gate-text.ts";
import { amountText, durationText, memoryText } from "./measures.ts";
import { failedStopLines, outcomeLines } from "./outcome.ts";
import { printable, printableExactly, quotedName } from "./printable.ts";
import { workText } from "./work-text.ts";
import { placeText } from "./problems.ts";
import type { Style } from "./style.ts";
import { counted, listed } from "./words.ts";

/** A Component as progress names it; all of a System are known before the first line, so that lines align. */
export interface Named {
  readonly id: ComponentId;
  readonly type: ComponentType;
}

/** How urgent an event is; a log that shows a level shows those above it, too. */
export type Level = "debug" | "info" | "warning" | "error";

export function levelOf(event: Event): Level {
  switch (event.type) {
    case "download-progress":
    case "work-started":
    case "work-progress":
    case "work-ended":
      return "debug";
    case "state-started":
      return isQuery(event.state) ? "debug" : "info";
    case "state-ended":
      if (event.failure !== null) return "error";
      return isQuery(event.state) ? "debug" : "info";
    case "gate-asked":
      return "debug";
    case "gate-answered":
      return event.answer === "no" ? "error" : "info";
    case "error-path-entered":
      return "warning";
    case "stopped":
      return event.failed ? "warning" : "info";
    case "deployment-ended":
      return levelOfOutcome(event.outcome);
    default:
      return "info";
  }
}

/** Whether a log of this level shows it. */
export function isShown(event: Event, level: LogLevel): boolean {
  return logLevels.indexOf(levelOf(event)) >= logLevels.indexOf(level);
}

function levelOfOutcome(outcome: DeploymentOutcome): Level {
  return outcome === "success" ? "info" : "error";
}

function isQuery(state: string): boolean {
  return queries.some((query) => query === state);
}

const stateWidth = Math.max(...states.map((state) => state.length));

/** Makes the lines for a log or a pipe: one line a change, Components by id and type, aligned. */
export function progressLines(
  components: readonly Named[],
  style: Style,
): (event: Event) => readonly string[] {
  const cells = aligned(
    components.map(({ id, type }) => [printableExactly(id), printableExactly(type), ""]),
    style.widthOf,
  );
  const names = new Map<string, string>();
  for (const [index, { id }] of components.entries()) {
    const [paddedId = id, paddedType = ""] = cells[index] ?? [];
    names.set(id, `${style.strong(paddedId)}  ${paddedType}`);
  }
  return (event) => linesOf(event, (id) => names.get(id) ?? printableExactly(id), style);
}

/** The same for a log, in which many deployments may follow each other: each line begins with its own. */
export function logLines(
  {
    components,
    deployment,
  }: { readonly components: readonly Named[]; readonly deployment: string | null },
  style: Style,
): (event: Event) => readonly string[] {
  const render = progressLines(components, style);
  if (deployment === null) return render;
  return (event) => render(event).map((line) => `${deployment}  ${line}`);
}

function linesOf(
  event: Event,
  nameOf: (id: ComponentId) => string,
  style: Style,
): readonly string[] {
  switch (event.type) {
    case "deployment-started":
      return [
        style.strong(
          `Deployment ${event.deployment} of ${quotedName(event.manifest)} starts: ${counted(event.installs, "install")}.`,
        ),
      ];
    case "deployment-resumed":
      return [
        style.strong(
          `Deployment ${event.deployment} of ${quotedName(event.manifest)} is taken up.`,
        ),
      ];
    case "stage-started":
      return event.stages === 1 ? [] : [stageLine(event, style)];
    case "state-started":
      return [`${nameOf(event.component)}  ${event.state.padEnd(stateWidth)}  started`];
    case "state-ended":
      return endedLines(event, nameOf(event.component), style);
    case "interface-line":
      return [
        `${nameOf(event.component)}  ${event.state.padEnd(stateWidth)}  ${style.faint(`| ${printable(event.line)}`)}`,
      ];
    case "download-progress":
      return [];
    case "state-running":
      return [
        `${nameOf(event.component)}  ${event.state.padEnd(stateWidth)}  ${style.faint(`still runs (${durationText(event.elapsedMs)})`)}`,
      ];
    case "work-progress":
      return [];
    case "work-started":
      return [`${workText(event)}: started`];
    case "work-running": {
      const { howFar, elapsedMs } = event;
      const done = howFar === null ? [] : [`${amountText(howFar.done)} done`];
      const memory = howFar?.memory === undefined ? [] : [memoryText(howFar.memory)];
      const told = [...done, ...memory, `${durationText(elapsedMs)} so far`].join(", ");
      return [`${workText(event)}: ${told}`];
    }
    case "work-ended":
      return [`${workText(event)}: done (${durationText(event.elapsedMs)})`];
    case "error-path-entered":
      return [style.careful(`On the way back: ${printable(event.message)}.`)];
    case "host-reboot":
      return [
        style.strong(
          `The host reboots for ${listed(event.components.map(printableExactly))}; then call resume.`,
        ),
      ];
    case "gate-asked":
      return [`The ${gateName(event.gate, event.moment)}: asked`];
    case "gate-answered":
      return [answeredLine(event, style)];
    case "gate-line":
      return [`Gate ${quotedName(event.gate)}  ${style.faint(`| ${printable(event.line)}`)}`];
    case "waiting":
      return [waitingLine(event, style)];
    case "stopped":
      return event.failed
        ? failedStopLines(event, fromStop[event.before], style)
        : [style.strong(`Stopped before ${event.before} as asked; ${fromStop[event.before]}.`)];
    case "note":
      return [`Note: ${printable(event.message)}`];
    case "deployment-ended":
      return outcomeLines(event, style);
    default:
      return assertNever(event);
  }
}

function answeredLine(event: Extract<Event, { type: "gate-answered" }>, style: Style): string {
  const head = `The ${gateName(event.gate, event.moment)}`;
  const { answer, failure } = event;
  const reason = reasonText(event.reason);
  if (failure !== null)
    return `${head}, ${style.bad(`says no (${failureText(refusalReason(event.gate, failure))})`)}${reason}`;
  return answer === "go"
    ? `${head}, ${style.good("lets it pass")}${reason}`
    : `${head}, says ${style.careful("not now")}${reason}`;
}

function waitingLine(event: Extract<Event, { type: "waiting" }>, style: Style): string {
  const { gate, moment, askedAgainMs } = event;
  const again =
    askedAgainMs === null
      ? "resume asks it again, rollback undoes the deployment"
      : `it is asked again in ${durationText(askedAgainMs)}`;
  return style.strong(`Waiting for the ${gateName(gate, moment)}; ${again}.`);
}

/** What comes behind a stop. */
const fromStop: Readonly<Record<StopPoint, string>> = {
  ArtifactInstall: "resume will install",
  ArtifactCommit: "commit (or resume) will commit",
  ArtifactRollback: "resume (or rollback) will roll back",
  Cleanup: "resume will clean up",
};

function stageLine(event: Extract<Event, { type: "stage-started" }>, style: Style): string {
  const goal = event.systemVersion === null ? "" : `, to ${printableExactly(event.systemVersion)}`;
  return style.strong(`Stage ${event.stage + 1} of ${event.stages}${goal}.`);
}

function endedLines(
  event: Extract<Event, { type: "state-ended" }>,
  name: string,
  style: Style,
): readonly string[] {
  const head = `${name}  ${event.state.padEnd(stateWidth)}  `;
  const { failure } = event;
  const line = `${head}${endedText(failure, event.elapsedMs, style)}`;
  if (failure?.kind !== "problem") return [line];
  const { at, hint } = failure.problem;
  return [
    line,
    ...(at === undefined ? [] : [`  at: ${placeText(at)}`]),
    `  hint: ${printable(hint)}`,
  ];
}
