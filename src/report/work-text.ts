import type { Event, Work } from "../core/events.ts";
import { printableExactly } from "./printable.ts";

const doing: Readonly<Record<Work, string>> = {
  asking: "Asking for",
  unpacking: "Unpacking",
  copying: "Copying",
  verifying: "Verifying",
  fetching: "Fetching",
  reading: "Reading",
  writing: "Writing",
  planning: "Planning",
  foreseeing: "Planning the ways out of",
  explaining: "Explaining",
  checking: "Checking",
  simulating: "Simulating",
};

/** `Verifying gateway-v2.mender`. */
export function workText({ work, name }: Pick<WorkEvent, "work" | "name">): string {
  return `${doing[work]} ${printableExactly(name)}`;
}

type WorkEvent = Extract<Event, { type: "work-started" }>;
