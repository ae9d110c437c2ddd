import { assertNever } from "../core/assert-never.ts";
import type { DeploymentOutcome, Event } from "../core/events.ts";
import type { ComponentId, SystemVersion } from "../core/ids.ts";
import { aligned } from "./columns.ts";
import type { Style } from "./style.ts";
import { listed, quoted } from "./words.ts";

/** The sentence in which a deployment ends. `systemVersion`: of the end state it rests in, where there is one. `atFault`: who is inconsistent. */
export function outcomeSentence(
  outcome: DeploymentOutcome,
  systemVersion: SystemVersion | null,
  atFault: readonly ComponentId[],
): string {
  const on = systemVersion === null ? "" : ` on ${quoted(systemVersion)}`;
  switch (outcome) {
    case "success":
      return `Done: the System is${on === "" ? " as the Manifest wants it" : on}.`;
    case "failed-unchanged":
      return `Failed: nothing was changed${on === "" ? "" : `, the System is still${on}`}.`;
    case "failed-rolled-back":
      return `Failed and rolled back: the System is as it was before${on === "" ? "" : `,${on}`}.`;
    case "failed-elsewhere":
      return `Failed: the System rests${on} in an acceptable state, but not in the old one.`;
    case "inconsistent":
      return `Failed, INCONSISTENT: ${listed(atFault)} ${atFault.length === 1 ? "is" : "are"} in an unknown or unacceptable state.`;
    default:
      return assertNever(outcome);
  }
}

/** The end of a deployment: the sentence, and what every Component has now. */
export function outcomeLines(
  event: Extract<Event, { type: "deployment-ended" }>,
  style: Style,
): readonly string[] {
  const sentence = outcomeSentence(event.outcome, event.systemVersion, event.inconsistent);
  const weight = event.outcome === "success" ? style.good : style.bad;
  const owed = event.owed.map((id) =>
    style.careful(
      `${id} still owes a Cleanup: its work dir is kept, and it is called again before the next update.`,
    ),
  );
  return [weight(sentence), ...owed, ...versionLines(event.components, style)];
}

function versionLines(
  components: readonly { readonly component: ComponentId; readonly version: string }[],
  style: Style,
): readonly string[] {
  const rows = components.map(({ component, version }) => [component, version]);
  return aligned(rows).map(([id = "", version = ""]) => `  ${style.strong(id)}  ${version}`);
}
