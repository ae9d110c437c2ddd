import * as z from "zod";
import { gateMoments } from "../core/protocol.ts";
import { Cost, GroupPlace } from "../planner/model/plan.ts";
import { placeShape, warningShape } from "./problem-shape.ts";

/**
 * What `plan --json` answers: one of these; where it is refused, an error instead (docs/output.md). Keys may be added,
 * never changed.
 */
export const planShape = z.object({
  type: z.literal("plan"),
  manifest: z.string(),
  from: z.object({
    system_version: z.string().nullable(),
    components: z.record(z.string(), z.string()),
  }),
  to: z.object({ system_version: z.string().nullable() }),
  stages: z.array(
    z.object({
      system_version: z.string().nullable(),
      groups: z.array(
        z.array(
          z.object({
            component: z.string(),
            component_type: z.string(),
            from: z.string(),
            to: z.string(),
            artifact: z.string().nullable(),
            source: z.enum(["bundle", "file", "cache", "mender-server"]).nullable(),
            bytes: z.int().nullable(),
            manifest_sha256: z.string().exactOptional(),
            allowed_by: z.array(z.object({ file: z.string(), line: z.int() })),
          }),
        ),
      ),
    }),
  ),
  cost: Cost,
  optimal: z.boolean(),
  written_order: z.enum(["none", "some", "all"]),
  point_of_no_return: GroupPlace.nullable(),
  bound: Cost,
  contingencies: z
    .array(
      z.object({
        stage: z.int(),
        component: z.string(),
        cause: z.enum(["no-rollback", "rollback-failed"]),
        groups: z
          .array(
            z.array(
              z.object({
                component: z.string(),
                from: z.string(),
                to: z.string(),
                means: z.enum(["install", "rollback"]),
              }),
            ),
          )
          .nullable(),
        decided: z.boolean(),
        system_version: z.string().nullable(),
      }),
    )
    .exactOptional(),
  contingencies_omitted: z.int().exactOptional(),
  gates: z
    .array(
      z.object({
        gate: z.string(),
        at: z.array(z.enum(gateMoments)),
        defer_at_most_ms: z.number().nullable(),
      }),
    )
    .exactOptional(),
  notes: z.array(warningShape),
});

const ruleShape = z.object({ file: z.string(), line: z.int(), row: z.string() });

export const noPlanShape = z.object({
  type: z.literal("no-plan"),
  manifest: z.string(),
  core: z.array(ruleShape),
  irreducible: z.boolean(),
  repair: z.array(
    z.looseObject({
      kind: z.enum([
        "say-yes",
        "drop-rule",
        "add-row",
        "add-end-state",
        "drop-order",
        "add-artifact",
        "drop-edge",
        "allow-edges",
        "drop-depends",
      ]),
      text: z.string(),
    }),
  ),
  all_repairs_tried: z.boolean(),
  reason: z.string(),
  at: placeShape.exactOptional(),
  exit: z.int(),
  notes: z.array(warningShape),
});

export const undecidedShape = z.object({
  type: z.literal("undecided"),
  manifest: z.string(),
  nodes: z.int(),
  exit: z.int(),
  notes: z.array(warningShape),
});

export const answerShape = z.discriminatedUnion("type", [planShape, noPlanShape, undecidedShape]);
