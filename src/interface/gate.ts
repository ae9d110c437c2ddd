import type { FailureReason } from "../core/events.ts";
import type { GateMoment } from "../core/protocol.ts";
import { type CallPlatform, type ProgramSpec, startProgram } from "./call.ts";

/** One question to a gate. */
export interface GateSpec extends Omit<ProgramSpec, "args" | "input" | "answersOnStdout"> {
  readonly moment: GateMoment;
  /** What it is told on stdin, as JSON. */
  readonly about: Readonly<Record<string, unknown>>;
  /** It has written a line that looks like a time to ask again, and is none. */
  readonly onOddRetry: (line: string) => void;
}

/** What a gate has answered. `reason`: its one line on stdout; null: it wrote none. */
export type GateReply = { readonly reason: string | null } & (
  | { readonly kind: "go" }
  /** `retryAfterMs`: when it wants to be asked again; null: it does not say. */
  | { readonly kind: "not-now"; readonly retryAfterMs: number | null }
  | { readonly kind: "no"; readonly failure: FailureReason }
);

/** Not now: EX_TEMPFAIL of sysexits.h. */
const notNow = 75;

/** Characters of a reason; docs/gates.md publishes it. */
const longestReason = 300;

/**
 * Asks a gate: 0 is go, 75 is not now, anything else no. Whatever it has left running is ended: it has nothing to do
 * beside the question. Never throws for anything that it does.
 */
export async function askGate(platform: CallPlatform, spec: GateSpec): Promise<GateReply> {
  const { moment, workDir, about } = spec;
  const call = startProgram(platform, {
    ...spec,
    args: [moment, workDir],
    input: new TextEncoder().encode(`${JSON.stringify(about)}\n`),
    answersOnStdout: true,
  });
  const { failure, answer } = await call.ended;
  await call.endLeftOvers();
  const [first = "", second = ""] = new TextDecoder().decode(answer).split(/\r?\n/, 2);
  const reason = first.trim() === "" ? null : first.trim().slice(0, longestReason);
  if (failure === null) return { kind: "go", reason };
  if (failure.kind !== "exited" || failure.code !== notNow) return { kind: "no", failure, reason };
  const askAgainMs = retryAfterMs(second);
  if (askAgainMs === null && looksLikeRetry.test(second)) spec.onOddRetry(second.trim());
  return { kind: "not-now", retryAfterMs: askAgainMs, reason };
}

const looksLikeRetry = /^\s*retry/i;

function retryAfterMs(line: string): number | null {
  const [, seconds] = /^retry-after=([0-9]{1,6})$/.exec(line.trim()) ?? [];
  return seconds === undefined ? null : Math.max(1, Number(seconds)) * 1000;
}
