import { assertNever } from "../core/assert-never.ts";
import type { SystemVersion } from "../core/ids.ts";
import type { Failure } from "../deployment/deployment.ts";
import type { Prospect } from "../deployment/prospect.ts";
import { failureText } from "./failure.ts";
import { refusalText } from "./gate-text.ts";
import { causeJson } from "./cause.ts";
import { listed } from "./words.ts";

/** What a call of `resume` would do, to be put behind "resume will". */
export function prospectText(prospect: Prospect): string {
  switch (prospect.kind) {
    case "put-away":
      return "put it away";
    case "clean-up":
      return "finish it: only its clean-up is left";
    case "forward":
      return `go on${target(prospect.to, "")}`;
    case "look":
      return `ask ${listed(prospect.components)} for the version, and go on or roll back by that`;
    case "back":
      return `roll back${target(prospect.to, " to the old state")}${reason(prospect.because)}`;
    case "out":
      return `lead the System to an acceptable state, which may be another one than the old${reason(prospect.because)}`;
    case "give-up":
      return "end it where it stands: too many runs got nothing done";
    default:
      return assertNever(prospect);
  }
}

/** Where `rollback` would do something else than `resume`. */
export function canStillBeRolledBack({ kind }: Prospect): boolean {
  return kind === "forward" || kind === "look";
}

export function prospectJson(prospect: Prospect): Readonly<Record<string, unknown>> {
  const { kind } = prospect;
  switch (kind) {
    case "put-away":
    case "clean-up":
    case "give-up":
      return { kind };
    case "forward":
      return { kind, to: prospect.to };
    case "look":
      return { kind, components: prospect.components };
    case "back":
      return { kind, to: prospect.to, because: becauseJson(prospect.because) };
    case "out":
      return { kind, because: becauseJson(prospect.because) };
    default:
      return assertNever(prospect);
  }
}

function target(to: SystemVersion | null, otherwise: string): string {
  return to === null ? otherwise : ` to ${to}`;
}

function reason(because: Failure | null): string {
  return because === null ? "" : ` (${causeText(because)})`;
}

function becauseJson(because: Failure | null): Readonly<Record<string, unknown>> | null {
  return because === null ? null : causeJson(because);
}

/** Why it failed, in a clause of its own. */
export function causeText(failure: Failure): string {
  switch (failure.kind) {
    case "component": {
      const which = `${failure.round} of ${failure.component}`;
      if (failure.reason.kind === "interrupted") return `${which} was interrupted`;
      return `${which}: ${failureText(failure.reason).replace(/\.+$/, "")}`;
    }
    case "gate":
      return refusalText(failure.gate, failure.moment, failure.reason, failure.told);
    case "host-rebooted":
      return "the host rebooted although nobody had asked for it";
    case "no-progress":
      return "it was resumed too often without getting anything done";
    case "asked":
      return "as asked";
    default:
      return assertNever(failure);
  }
}
