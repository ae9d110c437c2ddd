import * as z from "zod";
import { deploymentOutcomes, type Event, works } from "../core/events.ts";
import { gateMoments, queries, states, stopPoints } from "../core/protocol.ts";
import { failureShape, gateCauseShape } from "./cause-shape.ts";
import { noPlanShape, planShape, undecidedShape } from "./plan-shape.ts";
import { errorShape, warningShape } from "./problem-shape.ts";

/** What every event has beside its own. */
const stamp = {
  time: z.iso.datetime(),
  level: z.enum(["debug", "info", "warning", "error"]),
  deployment: z.string().nullable(),
};
const call = {
  state: z.enum([...states, ...queries]),
  component: z.string(),
};

const causeShape = z.union([
  z.object({
    kind: z.literal("component"),
    ...call,
    reason: failureShape,
    log: z.array(z.string()),
  }),
  gateCauseShape,
  z.object({ kind: z.enum(["host-rebooted", "no-progress", "asked"]) }),
]);
const nextShape = z.object({ text: z.string(), command: z.string() });

const ofGate = { gate: z.string(), moment: z.enum(gateMoments) };

const work = { work: z.enum(works), name: z.string() };
const amount = z.object({
  count: z.int(),
  unit: z.enum([
    "bytes",
    "Components",
    "records",
    "search nodes",
    "situations",
    "starting states",
    "statements",
  ]),
});

/** In bytes. */
const memory = z.object({ taken: z.int(), most: z.int() });

/** The lines that tell events; every kind of event has one. */
const eventShapes = {
  "deployment-started": z.object({
    type: z.literal("deployment-started"),
    ...stamp,
    deployment: z.string(),
    manifest: z.string(),
    installs: z.int(),
    expected_ms: z.int().nullable(),
  }),
  "deployment-resumed": z.object({
    type: z.literal("deployment-resumed"),
    ...stamp,
    deployment: z.string(),
    manifest: z.string(),
  }),
  "stage-started": z.object({
    type: z.literal("stage-started"),
    ...stamp,
    stage: z.int(),
    stages: z.int(),
    system_version: z.string().nullable(),
    groups: z.array(z.array(z.object({ component: z.string(), from: z.string(), to: z.string() }))),
  }),
  "state-started": z.object({
    type: z.literal("state-started"),
    ...stamp,
    ...call,
    component_type: z.string(),
  }),
  "state-ended": z.object({
    type: z.literal("state-ended"),
    ...stamp,
    ...call,
    component_type: z.string(),
    failure: failureShape.nullable(),
    elapsed_ms: z.int(),
  }),
  "interface-line": z.object({
    type: z.literal("interface-line"),
    ...stamp,
    ...call,
    stream: z.enum(["stdout", "stderr"]),
    line: z.string(),
  }),
  "download-progress": z.object({
    type: z.literal("download-progress"),
    ...stamp,
    component: z.string(),
    bytes: z.int(),
    total_bytes: z.int(),
  }),
  "state-running": z.object({
    type: z.literal("state-running"),
    ...stamp,
    ...call,
    component_type: z.string(),
    elapsed_ms: z.int(),
  }),
  "work-started": z.object({
    type: z.literal("work-started"),
    ...stamp,
    ...work,
    total: amount.nullable(),
  }),
  "work-progress": z.object({
    type: z.literal("work-progress"),
    ...stamp,
    ...work,
    done: amount,
    memory: memory.optional(),
  }),
  "work-running": z.object({
    type: z.literal("work-running"),
    ...stamp,
    ...work,
    elapsed_ms: z.int(),
    done: amount.nullable(),
    memory: memory.optional(),
  }),
  "work-ended": z.object({
    type: z.literal("work-ended"),
    ...stamp,
    ...work,
    elapsed_ms: z.int(),
  }),
  "error-path-entered": z.object({
    type: z.literal("error-path-entered"),
    ...stamp,
    message: z.string(),
  }),
  "host-reboot": z.object({
    type: z.literal("host-reboot"),
    ...stamp,
    components: z.array(z.string()),
  }),
  stopped: z.object({
    type: z.literal("stopped"),
    ...stamp,
    deployment: z.string(),
    before: z.enum(stopPoints),
    failed: z.boolean(),
    cause: causeShape.nullable(),
    next: nextShape.nullable(),
  }),
  "gate-asked": z.object({
    type: z.literal("gate-asked"),
    ...stamp,
    ...ofGate,
    group: z.int().nullable(),
  }),
  "gate-answered": z.object({
    type: z.literal("gate-answered"),
    ...stamp,
    ...ofGate,
    group: z.int().nullable(),
    answer: z.enum(["go", "not-now", "no"]),
    reason: z.string().nullable(),
    failure: failureShape.nullable(),
    elapsed_ms: z.int(),
  }),
  "gate-line": z.object({
    type: z.literal("gate-line"),
    ...stamp,
    ...ofGate,
    stream: z.enum(["stdout", "stderr"]),
    line: z.string(),
  }),
  waiting: z.object({
    type: z.literal("waiting"),
    ...stamp,
    ...ofGate,
    deployment: z.string(),
    reason: z.string().nullable(),
    asked_again_ms: z.int().nullable(),
  }),
  note: z.object({ type: z.literal("note"), ...stamp, message: z.string() }),
  "deployment-ended": z.object({
    type: z.literal("deployment-ended"),
    ...stamp,
    deployment: z.string(),
    outcome: z.enum(deploymentOutcomes),
    system_version: z.string().nullable(),
    components: z.record(z.string(), z.string()),
    as_wanted: z.boolean(),
    inconsistent: z.array(z.string()),
    uncommitted: z.array(z.string()),
    beside: z.array(z.string()),
    way_out_undecided_at: z.int().nullable(),
    hint: z.string().nullable(),
    cleanup_owed: z.array(z.string()),
    cause: causeShape.nullable(),
    rolled_back: z.array(z.string()),
    next: nextShape.nullable(),
  }),
} as const satisfies { readonly [type in Event["type"]]: z.ZodType };

const versionShape = z.object({
  type: z.literal("version"),
  format: z.literal(1),
  program: z.string(),
});

/** One line of what a command that runs prints with `--json`. Keys may be added, never changed. */
export const streamLineShape = z.union([
  versionShape,
  planShape,
  noPlanShape,
  undecidedShape,
  ...Object.values(eventShapes),
  errorShape,
  warningShape,
]);
