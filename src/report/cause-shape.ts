import * as z from "zod";
import { gateMoments } from "../core/protocol.ts";
import { roundNames } from "../deployment/rounds.ts";
import { errorShape } from "./problem-shape.ts";

/** Why a state failed; see docs/output.md. */
export const failureShape = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("exited"), code: z.int() }),
  z.object({ kind: z.literal("signalled"), signal: z.string() }),
  z.object({ kind: z.literal("timed-out"), after_ms: z.int() }),
  z.object({ kind: z.literal("not-started"), message: z.string() }),
  z.object({ kind: z.literal("interrupted") }),
  z.object({ kind: z.literal("problem"), problem: errorShape }),
]);

/** A gate has refused it, or has said not now for too long. */
export const gateCauseShape = z.object({
  kind: z.literal("gate"),
  gate: z.string(),
  moment: z.enum(gateMoments),
  reason: failureShape,
  told: z.string().nullable(),
});

/** Why a deployment failed. */
export const causeShape = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("component"),
    component: z.string(),
    state: z.enum(roundNames),
    reason: failureShape,
  }),
  gateCauseShape,
  z.object({ kind: z.literal("host-rebooted") }),
  z.object({ kind: z.literal("no-progress") }),
  z.object({ kind: z.literal("asked") }),
]);
