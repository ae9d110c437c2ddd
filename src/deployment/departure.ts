import { type Grounding, groundingOf } from "../planner/constraints/grounding.ts";
import type { Heard } from "../planner/model/budget.ts";
import { type Action, decide } from "./decide.ts";
import { type Deployment, owingCleanup } from "./deployment.ts";
import { begin, evolve } from "./evolve.ts";
import { ForeignRecord } from "./foreign-record.ts";
import type { JournalRecord } from "./records.ts";

/** A record that the machine would not have written behind those before it. */
export interface Departure {
  /** Counted from 1, as the lines of the journal are. */
  readonly record: number;
  /** What the machine would have done, or why the record cannot stand there. */
  readonly why: string;
}

/**
 * Goes through a journal of this build with the machine that writes it; null: each record is what the machine does, as
 * far as it decides. How calls end, and when runs begin, comes from outside. `heard`: of each record
 * that was looked at.
 */
export function departureIn(records: readonly JournalRecord[], heard?: Heard): Departure | null {
  const [first, run, ...rest] = records;
  if (first?.type !== "begin") return { record: 1, why: "it tells no plan" };
  if (run?.type !== "run") return { record: 2, why: "no run begins" };
  const grounding = groundingOf(first.system);
  let deployment = begin(first, run);
  for (const [at, record] of rest.entries()) {
    heard?.(1);
    const why = refusalOf(deployment, record, grounding);
    if (why !== null) return { record: at + 3, why };
    try {
      deployment = evolve(deployment, record);
    } catch (error) {
      if (!(error instanceof ForeignRecord)) throw error;
      return { record: at + 3, why: error.message };
    }
  }
  return null;
}

function refusalOf(
  deployment: Deployment,
  record: JournalRecord,
  grounding: Grounding,
): string | null {
  const { ended, open, gates } = deployment;
  // A run may be killed anywhere, and the next one tells of a failure whatever it finds.
  if (record.type === "run" || record.type === "told") return null;
  if (ended !== null) return "the deployment has ended";
  if (open !== null) {
    const isOfRound = record.type === "running" || record.type === "outcome";
    return isOfRound ? null : `${open.intent.round} has not ended`;
  }
  if (gates.asked !== null) {
    const isOfGate = record.type === "gate-running" || record.type === "gate-answered";
    return isOfGate ? null : `the gate ${gates.asked.gate} has not answered`;
  }
  const action = decide(deployment, grounding);
  return isOf(deployment, action, record) ? null : `${textOf(action)} comes next`;
}

function isOf(deployment: Deployment, action: Action, record: JournalRecord): boolean {
  switch (record.type) {
    case "intent":
      return (
        (action.kind === "round" || action.kind === "reboot-host") &&
        action.round === record.round &&
        action.group === record.group &&
        isSame(action.components, record.components)
      );
    case "ended":
      return (
        action.kind === "end" &&
        action.outcome === record.outcome &&
        isSame(action.inconsistent, record.inconsistent) &&
        isSame(owingCleanup(deployment), record.owed)
      );
    case "gate-asked": {
      const ask = action.kind === "wait" ? action.ask : action;
      return (
        ask.kind === "ask-gate" &&
        ask.gate.name === record.gate &&
        ask.moment === record.moment &&
        ask.group === record.group
      );
    }
    case "stopped":
      return action.kind === "stop" && action.isNew && action.before === record.before;
    case "replanned":
      return action.kind === "replan";
    default:
      return false;
  }
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, at) => name === other[at]);
}

function textOf(action: Action): string {
  switch (action.kind) {
    case "round":
    case "reboot-host":
      return `${action.round} of ${action.components.join(", ")}`;
    case "ask-gate":
      return `the gate ${action.gate.name}`;
    case "wait":
      return `the gate ${action.ask.gate.name}`;
    case "replan":
      return "a new plan";
    case "stop":
      return `a stop before ${action.before}`;
    case "end":
      return `the end "${action.outcome}"`;
    default:
      return "nothing";
  }
}
