import { assertNever } from "../core/assert-never.ts";
import type { Ending, Event } from "../core/events.ts";
import type { ComponentId } from "../core/ids.ts";
import { aligned } from "./columns.ts";
import { endBlock } from "./end-block.ts";
import { printableExactly, quotedName } from "./printable.ts";
import type { Style } from "./style.ts";
import { listed } from "./words.ts";

/** The sentence in which a deployment ends. */
export function outcomeSentence(end: Ending): string {
  const { outcome, systemVersion, isWanted } = end;
  const on = systemVersion === null ? "" : ` on ${quotedName(systemVersion)}`;
  switch (outcome) {
    case "success":
      return `Done: the System is${on === "" ? " as the Manifest wants it" : on}.`;
    case "failed-unchanged":
      return `Failed: nothing was changed${on === "" ? "" : `, the System is still${on}`}.`;
    case "failed-rolled-back":
      return `Failed and rolled back: the System is as it was before${on === "" ? "" : `,${on}`}.`;
    case "failed-elsewhere":
      if (isWanted) return `Failed, yet the System is${on}, as the Manifest wants it.`;
      return `Failed: the System rests${on} in an acceptable state, but not in the old one.`;
    case "inconsistent":
      return `Failed, INCONSISTENT: ${faultText(end)}.${besideText(end)}${undecidedText(end)}`;
    default:
      return assertNever(outcome);
  }
}

function faultText({ inconsistent, uncommitted }: Ending): string {
  const others = inconsistent.filter((component) => !uncommitted.includes(component));
  const parts = [
    ...(others.length > 0
      ? [`${named(others)} ${are(others)} in an unknown or unacceptable state`]
      : []),
    ...(uncommitted.length > 0
      ? [`${named(uncommitted)} ${are(uncommitted)} installed and could not be committed`]
      : []),
  ];
  return parts.join("; ");
}

function besideText({ inconsistent, beside }: Ending): string {
  if (beside.length === 0) return "";
  const them = inconsistent.length === 1 ? "it" : "them";
  return ` Beside ${them}: ${named(beside)}, no longer as before.`;
}

function undecidedText({ wayOutUndecidedAt: nodes }: Ending): string {
  if (nodes === null) return "";
  return ` Whether there is a way out was not decided within ${nodes} search nodes.`;
}

function named(components: readonly ComponentId[]): string {
  return listed(components.map(printableExactly));
}

function are(components: readonly ComponentId[]): string {
  return components.length === 1 ? "is" : "are";
}

/** What is to be done about it; null: nothing that is not told by the failure. */
export function outcomeHint(end: Ending): string | null {
  const hints = [bootHint(end), limitHint(end)].filter((hint) => hint !== null);
  return hints.length === 0 ? null : hints.join(" ");
}

function limitHint({ wayOutUndecidedAt: nodes }: Ending): string | null {
  if (nodes === null) return null;
  return `Set "PlannerNodeLimit" to more than ${nodes} in the configuration and install again: the plan is then made from where the System is.`;
}

function bootHint({ uncommitted }: Ending): string | null {
  if (uncommitted.length === 0) return null;
  const [it, has, tells] =
    uncommitted.length === 1 ? ["it", "has", "tells"] : ["they", "have", "tell"];
  return `Boot ${named(uncommitted)} once more, then look at show-provides: what ${it} ${tells} then ${it} ${has} kept. Where that is not the new version, install again.`;
}

/** The end of a deployment: the sentence, and what every Component has now. */
export function outcomeLines(
  event: Extract<Event, { type: "deployment-ended" }>,
  style: Style,
): readonly string[] {
  const hint = outcomeHint(event);
  const weight = event.outcome === "success" ? style.good : style.bad;
  const owed = event.owed.map((id) =>
    style.careful(
      `${printableExactly(id)} still owes a Cleanup: its work dir is kept, and it is called again before the next update.`,
    ),
  );
  return [
    weight(outcomeSentence(event)),
    ...(hint === null ? [] : [`  hint: ${hint}`]),
    ...owed,
    ...versionLines(event.components, style),
    ...endBlock(event, style),
  ];
}

/** A failed deployment that stops on its way: `then` is what comes behind the stop. */
export function failedStopLines(
  event: Extract<Event, { type: "stopped" }>,
  then: string,
  style: Style,
): readonly string[] {
  return [
    style.bad(`Failed, and stopped before ${event.before} as asked; ${then}.`),
    ...endBlock(event, style),
  ];
}

function versionLines(
  components: readonly { readonly component: ComponentId; readonly version: string }[],
  style: Style,
): readonly string[] {
  const rows = components.map(({ component, version }) =>
    [component, version].map(printableExactly),
  );
  return aligned(rows, style.widthOf).map(
    ([id = "", version = ""]) => `  ${style.strong(id)}  ${version}`,
  );
}
