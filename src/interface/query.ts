import { basename } from "node:path";
import type { Provides } from "../artifact/matching.ts";
import { assertNever } from "../core/assert-never.ts";
import type { FailureReason } from "../core/events.ts";
import type { ComponentId } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import type { Answer, Query, WordQuery } from "../core/protocol.ts";
import type { Result } from "../core/result.ts";
import {
  type Inventory,
  type Printed,
  readIdentity,
  readInventory,
  readProvides,
  readWord,
} from "./answers.ts";
import { callInterface, type CallPlatform, type CallSpec } from "./call.ts";

/** A call of which the asked query is known. */
export type QuerySpec = Omit<CallSpec, "call">;

/**
 * What a query gave. `failure` is what the state that needed the answer failed of; `problems` say the
 * same, and all of it, where there is no state yet.
 */
export type Asked<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly problems: readonly Problem[];
      readonly failure: FailureReason;
    };

/** Asks one of the queries that are answered with one word. */
export function askWord<Q extends WordQuery>(
  platform: CallPlatform,
  spec: QuerySpec,
  query: Q,
): Promise<Asked<Answer<Q>>> {
  return ask(platform, spec, query, (printed) => readWord(query, printed));
}

/** Asks which Component the Interface, with its arguments, is for. */
export function askIdentity(platform: CallPlatform, spec: QuerySpec): Promise<Asked<ComponentId>> {
  return ask(platform, spec, "Identity", readIdentity);
}

/** Asks what is installed. `interfaceName` as the Topology has it: the key of the version is named by it. */
export function askProvides(
  platform: CallPlatform,
  spec: QuerySpec,
  interfaceName: string,
): Promise<Asked<Provides>> {
  return ask(platform, spec, "Provides", (printed) => readProvides(interfaceName, printed));
}

/** Asks what there is to know about the Component. */
export function askInventory(platform: CallPlatform, spec: QuerySpec): Promise<Asked<Inventory>> {
  return ask(platform, spec, "Inventory", readInventory);
}

async function ask<T>(
  platform: CallPlatform,
  spec: QuerySpec,
  query: Query,
  read: (printed: Printed) => Result<T>,
): Promise<Asked<T>> {
  const by = basename(spec.executable);
  const { failure, answer } = await callInterface(platform, { ...spec, call: query });
  if (failure !== null) return { ok: false, failure, problems: [callProblem(by, query, failure)] };
  const result = read({ by, bytes: answer });
  if (result.ok) return result;
  const { problems } = result;
  const [problem] = problems;
  if (problem === undefined) throw new Error("a failure without a problem");
  return { ok: false, failure: { kind: "problem", problem }, problems };
}

/** A call that failed, as a problem: for where it is not a state of a deployment that fails with it. */
export function callProblem(by: string, call: string, failure: FailureReason): Problem {
  if (failure.kind === "problem") return failure.problem;
  return {
    code: "interface-failed",
    message: `The Interface "${by}" failed in ${call}: ${told(failure)}.`,
    expected: "exit status 0",
    hint: "Its own messages say why; call it by hand to see them all.",
  };
}

function told(failure: Exclude<FailureReason, { kind: "problem" }>): string {
  switch (failure.kind) {
    case "exited":
      return `exit status ${failure.code}`;
    case "signalled":
      return `ended by ${failure.signal}`;
    case "timed-out":
      return `it took longer than ${failure.afterMs / 1000} s`;
    case "not-started":
      return `it could not be started (${failure.message})`;
    case "interrupted":
      return "it was ended because this program was told to end";
    default:
      return assertNever(failure);
  }
}
