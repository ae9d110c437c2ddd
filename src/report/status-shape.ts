import * as z from "zod";
import { deploymentOutcomes } from "../core/events.ts";
import { gateMoments, stopPoints } from "../core/protocol.ts";
import { roundNames } from "../deployment/rounds.ts";
import { causeShape } from "./cause-shape.ts";

const owedShape = z.object({
  component: z.string(),
  component_type: z.string(),
  deployment: z.string(),
});

const waitingShape = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("process"), pid: z.int() }),
  z.object({ kind: z.literal("stop"), before: z.enum(stopPoints) }),
  z.object({
    kind: z.literal("gate"),
    gate: z.string(),
    moment: z.enum(gateMoments),
    reason: z.string().nullable(),
  }),
  z.object({ kind: z.literal("host-reboot") }),
  z.object({ kind: z.literal("resume"), interrupted: z.enum(roundNames).nullable() }),
]);

const prospectShape = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("put-away") }),
  z.object({ kind: z.literal("clean-up") }),
  z.object({ kind: z.literal("give-up") }),
  z.object({ kind: z.literal("forward"), to: z.string().nullable() }),
  z.object({ kind: z.literal("look"), components: z.array(z.string()) }),
  z.object({
    kind: z.literal("back"),
    to: z.string().nullable(),
    because: causeShape.nullable(),
  }),
  z.object({ kind: z.literal("out"), because: causeShape.nullable() }),
]);

const memberShape = z.object({
  component: z.string(),
  component_type: z.string(),
  from: z.string(),
  to: z.string(),
  version: z.string(),
  group: z.int().nullable(),
  last_state: z.enum(roundNames).nullable(),
  progress: z.enum(["under way", "started", "ok", "failed", "interrupted", "again"]).nullable(),
  since: z.iso.datetime().nullable(),
  bytes: z.int().nullable(),
  total_bytes: z.int().nullable(),
  waits_for: z.array(z.string()),
  inconsistent: z.boolean(),
  owes_cleanup: z.boolean(),
});

/** What `status --json` answers. Keys may be added, never changed. */
export const statusShape = z.union([
  z.object({
    type: z.literal("status"),
    deployment: z.null(),
    cleanup_owed: z.array(owedShape),
  }),
  z.object({
    type: z.literal("status"),
    deployment: z.string(),
    manifest: z.string(),
    begun: z.iso.datetime(),
    way: z.enum(["forward", "back", "out"]),
    stage: z.int(),
    stages: z.int(),
    system_version: z.string().nullable(),
    group: z.int().nullable(),
    groups: z.int().nullable(),
    waits_for: waitingShape,
    resume: prospectShape,
    rollback: prospectShape,
    failure: causeShape.nullable(),
    outcome: z.enum(deploymentOutcomes).nullable(),
    components: z.array(memberShape),
    cleanup_owed: z.array(owedShape),
  }),
]);
