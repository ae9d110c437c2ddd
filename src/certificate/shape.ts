import * as z from "zod";
import { gateMoments } from "../core/protocol.ts";

/**
 * The certificate of a plan: all that it takes to check without any search that the plan passes acceptable states only.
 * Numbers count from 0, lines from 1. docs/certificate.md tells an auditor what each part says.
 */

export const certificateFormat = "mender-orchestrator-certificate";

/** The version of this shape. */
export const certificateVersion = 1;

const Index = z.int().nonnegative();

/** Versions of a type, ascending. */
const Versions = z.array(Index).readonly();
export type Versions = z.infer<typeof Versions>;

/** Null: every version. */
const Cell = Versions.nullable();
export type Cell = z.infer<typeof Cell>;

const Input = z.strictObject({
  kind: z.enum(["manifest", "device-constraints", "topology", "state", "artifact-header"]),
  file: z.string(),
  size: Index,
  sha256: z.string(),
});

/** Where a row or rule stands: as it is told, and the whole line; null where the line is in none of the inputs. */
const Place = z.strictObject({
  file: z.string(),
  line: z.int().positive(),
  row: z.string(),
  text: z.string().nullable(),
});

const Row = z.strictObject({
  verdict: z.enum(["yes", "no", "n/a"]),
  cells: z.array(Cell).readonly(),
  /** Of an end state; left out where the row names none. */
  system_version: z.string().exactOptional(),
  /** Index into `places`. */
  at: Index,
});

const Table = z
  .strictObject({
    name: z.string(),
    default: z.enum(["allow", "deny"]),
    /** `component`: the only one in the column; null: every one of the type that has no column of its own. */
    columns: z.array(z.strictObject({ type: Index, component: Index.nullable() })).readonly(),
    rows: z.array(Row).readonly(),
  })
  .refine(({ columns, rows }) => rows.every(({ cells }) => cells.length === columns.length), {
    error: "a row has not a cell for each column",
  });
export type Table = z.infer<typeof Table>;

const System = z.strictObject({
  types: z
    .array(
      z.strictObject({
        name: z.string(),
        versions: z.array(z.string()).readonly(),
        wanted: Index,
        max_parallel: z.int().positive().nullable(),
      }),
    )
    .readonly(),
  components: z
    .array(
      z.strictObject({
        id: z.string(),
        type: Index,
        start: Index,
        rollback: z.boolean(),
        /** What Artifacts at hand install, from and to. */
        hops: z.array(z.tuple([Index, Index])).readonly(),
      }),
    )
    .readonly(),
  end_states: z.array(Table).readonly(),
  transition_states: z.array(Table).readonly(),
  /** Only end states may be passed through. */
  end_states_only: z.boolean(),
  /** At most so many of these Components move in one group. */
  limits: z
    .array(
      z.strictObject({
        components: z.array(Index).readonly(),
        at_most: z.int().positive(),
        /** Index into `places`. */
        at: Index,
      }),
    )
    .readonly(),
});
export type System = z.infer<typeof System>;

const Step = z.strictObject({
  component: Index,
  from: Index,
  to: Index,
  artifact: z.string().nullable(),
  /** What lets it be installed there: keys and the values that they may have; null: it is known by name only. */
  depends: z.record(z.string(), z.array(z.string()).readonly()).nullable(),
});

/** For each NO row of a table, in the order of its rows, a column in which nothing matches it. */
const Apart = z.array(z.int().min(-1)).readonly();

/** What shows that an end table accepts states: the YES row that all of them lie in, and `apart`. */
const Held = z.strictObject({ row: Index, apart: Apart });
export type Held = z.infer<typeof Held>;

/**
 * A part of an end state: any choice of one version for each Component of each kind is an acceptable one. The
 * Components of a kind are those of a type that no column names; one that some column names is a kind of its own.
 */
const EndBox = z.strictObject({
  /** For each kind, in the order in which the Components show them first. */
  versions: z.array(Versions).readonly(),
  /** For each end table. */
  held: z.array(Held).readonly(),
});

const about = {
  /** Index into the transition tables. */
  table: Index,
  /** For each column the kind of Component that stands in it, and what it may have. */
  kinds: z.array(Index).readonly(),
  versions: z.array(Versions).readonly(),
};

/** A statement: the table accepts every choice of these versions. */
const Box = z.discriminatedUnion("by", [
  z.strictObject({ ...about, by: z.literal("row"), row: Index, apart: Apart }),
  z.strictObject({ ...about, by: z.literal("default"), apart: Apart }),
  z.strictObject({ ...about, by: z.literal("end-state"), end_state: Index, apart: Apart }),
  /** Statements before this one that together say it: they differ in this column. */
  z.strictObject({ ...about, by: z.literal("parts"), column: Index, parts: z.array(Index) }),
]);
export type Box = z.infer<typeof Box>;

/**
 * What shows that an end table accepts all states of a group: for all of them at once, or the same for both versions
 * of a Component that moves, the lower one first.
 */
export type Cover = Held | { readonly component: number; readonly parts: readonly Cover[] };
const Cover: z.ZodType<Cover> = z.lazy(() =>
  z.union([Held, z.strictObject({ component: Index, parts: z.array(Cover) })]),
);

/** All states while a group is on its way, there and back: its Components free, each in its two versions. */
const Interval = z.strictObject({
  /** Statements, by index: at least one Component of the group stands in each. */
  accepted_by: z.array(Index).readonly(),
  /** Where only end states may be passed: for each end table. */
  end_states: z.array(Cover).exactOptional(),
});
export type Interval = z.infer<typeof Interval>;

/** One stage, group by group, and what shows that each end table accepts its end. */
const Walk = z.strictObject({
  intervals: z.array(Interval).readonly(),
  end: z.array(Held).readonly(),
});
export type Walk = z.infer<typeof Walk>;

/** The way from where the System is left when a Component that was installed cannot go back. */
const WayOut = z.strictObject({
  stage: Index,
  component: Index,
  cause: z.enum(["no-rollback", "rollback-failed"]),
  /** Null: there is none, or it was not decided; stated, not proved. */
  way: z
    .strictObject({
      groups: z
        .array(
          z
            .array(
              z.strictObject({
                component: Index,
                from: Index,
                to: Index,
                means: z.enum(["install", "rollback"]),
              }),
            )
            .readonly(),
        )
        .readonly(),
      walk: Walk,
    })
    .nullable(),
  decided: z.boolean(),
});
export type WayOut = z.infer<typeof WayOut>;

/** A gate as the Topology declares it. */
const Gate = z.strictObject({
  name: z.string(),
  /** The moments at which it is asked. */
  at: z.array(z.enum(gateMoments)).min(1).readonly(),
  timeout_seconds: Index,
  /** Null: what is usual at the moment. */
  defer_at_most_seconds: Index.nullable(),
});

/** Where the plan comes to gates, and what the System may be in while one of them lets it wait. */
const GatePlace = z.strictObject({
  moment: z.enum(gateMoments),
  stage: Index,
  /** The group that is not begun before, or that the host reboots for; null where it is the deployment or stage. */
  group: Index.nullable(),
  /** Indices of the declared ones, in the order in which they are asked. */
  gates: z.array(Index).readonly(),
  waits_in: z.discriminatedUnion("is", [
    /** What was found: nothing is changed yet. */
    z.strictObject({ is: z.literal("start") }),
    /** The end of this stage. */
    z.strictObject({ is: z.literal("end"), stage: Index }),
    /** One of the states of this group's interval. */
    z.strictObject({ is: z.literal("interval"), stage: Index, group: Index }),
  ]),
});
export type GatePlace = z.infer<typeof GatePlace>;

/** All gates of the Topology, and all places at which the plan comes to any, in its order. */
const Gates = z.strictObject({
  declared: z.array(Gate).readonly(),
  places: z.array(GatePlace).readonly(),
});
export type Gates = z.infer<typeof Gates>;

const Amount = z.strictObject({
  value: Index,
  /** Why no plan costs less: what can be counted again, or that the planner's search has found it so. */
  because: z.enum(["least", "distance", "stages", "chain", "capacity", "by search", "not proved"]),
  /**
   * Of `chain` and `capacity`: Components of one type that must all have moved before any of the next ones does,
   * whatever the plan.
   */
  links: z.array(z.array(Index).readonly()).readonly().exactOptional(),
});

export const Certificate = z
  .strictObject({
    format: z.literal(certificateFormat),
    version: z.literal(certificateVersion),
    manifest: z.string(),
    inputs: z.array(Input).readonly(),
    places: z.array(Place).readonly(),
    system: System,
    plan: z.array(z.array(z.array(Step).readonly()).readonly()).readonly(),
    end_states: z.array(EndBox).readonly(),
    statements: z.array(Box).readonly(),
    stages: z.array(Walk).readonly(),
    ways_out: z.array(WayOut).readonly(),
    /** For so many steps no way out was looked for. */
    ways_out_omitted: Index,
    /** Left out: it was planned from a state, without a Topology, so nothing is claimed of gates. */
    gates: Gates.exactOptional(),
    /** Combinations that a table does not accept and that stand where a way begins, so that nothing has made them. */
    exemptions: z.array(z.strictObject({ table: Index, kinds: Versions, versions: Versions })),
    cost: z.strictObject({ installs: Amount, stages: Amount, exposure: Amount, groups: Amount }),
    /** False: it was not proved that no plan costs less. */
    optimal: z.boolean(),
  })
  .refine(
    ({ system, places }) =>
      [...system.end_states, ...system.transition_states].every(({ rows }) =>
        rows.every(({ at }) => at < places.length),
      ),
    { error: "a row stands in no place" },
  );
export type Certificate = z.infer<typeof Certificate>;
