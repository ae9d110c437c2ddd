import * as z from "zod";
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

/** Why a deployment failed. */
export const causeShape = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("component"),
    component: z.string(),
    state: z.enum(roundNames),
    reason: failureShape,
  }),
  z.object({ kind: z.literal("host-rebooted") }),
  z.object({ kind: z.literal("no-progress") }),
  z.object({ kind: z.literal("asked") }),
]);
