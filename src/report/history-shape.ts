import * as z from "zod";
import { deploymentOutcomes } from "../core/events.ts";
import { gateMoments } from "../core/protocol.ts";
import { roundNames } from "../deployment/rounds.ts";
import { causeShape, failureShape } from "./cause-shape.ts";
import { warningShape } from "./problem-shape.ts";

const pastShape = z.object({
  type: z.literal("past-deployment"),
  deployment: z.string(),
  manifest: z.string(),
  begun: z.iso.datetime(),
  ended: z.iso.datetime().nullable(),
  runs: z.int(),
  outcome: z.enum(deploymentOutcomes).nullable(),
  system_version: z.string().nullable(),
  as_wanted: z.boolean().nullable(),
  inconsistent: z.array(z.string()),
  uncommitted: z.array(z.string()),
  beside: z.array(z.string()),
  way_out_undecided_at: z.int().nullable(),
  cleanup_owed: z.array(z.string()),
  cause: causeShape.nullable(),
  components: z.array(
    z.object({
      component: z.string(),
      component_type: z.string(),
      from: z.string(),
      to: z.string(),
      version: z.string(),
      elapsed_ms: z.int(),
    }),
  ),
  took_ms: z.int().nullable(),
});

const inFullShape = pastShape.extend({
  gates: z.array(
    z.object({
      gate: z.string(),
      moment: z.enum(gateMoments),
      at: z.iso.datetime(),
      answer: z.enum(["go", "not-now", "no"]),
      reason: z.string().nullable(),
      times: z.int(),
    }),
  ),
  timeline: z.array(
    z.object({
      component: z.string(),
      state: z.enum(roundNames),
      run: z.int(),
      at: z.iso.datetime().nullable(),
      elapsed_ms: z.int(),
      failure: failureShape.nullable(),
    }),
  ),
});

/** What `history --json` answers, and with an id. Keys may be added, never changed. */
export const historyShape = z.union([
  z.object({
    type: z.literal("history"),
    deployments: z.array(pastShape),
    notes: z.array(warningShape),
  }),
  inFullShape,
  z.object({ type: z.literal("past-deployment"), deployment: z.null() }),
]);
