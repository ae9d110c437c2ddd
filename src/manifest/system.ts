import * as z from "zod";
import { ComponentId, ComponentType, SystemVersion, Version } from "../core/ids.ts";

/**
 * The System as the planner sees it: every cell is resolved to a set of versions, every name to an
 * index. Plain data, so that a deployment keeps it in its journal and plans again from it.
 */

/** An index into the versions of a type. */
const VersionIndex = z.int().nonnegative();

/** The versions a cell stands for, ascending; null is every one, known or not. */
const VersionSet = z.array(VersionIndex).readonly().nullable();
export type VersionSet = z.infer<typeof VersionSet>;

/** A rule of the tables as people find it. `line` counts from 1; `row` is the row as written. */
export const Rule = z
  .strictObject({ file: z.string(), line: z.int().positive(), row: z.string() })
  .readonly();
export type Rule = z.infer<typeof Rule>;

const Column = z
  .strictObject({
    /** Index into `types`. */
    type: z.int().nonnegative(),
    /** Index into `components` where the column names one (`type@id`). */
    component: z.int().nonnegative().nullable(),
  })
  .readonly();
export type Column = z.infer<typeof Column>;

const Verdict = z.enum(["yes", "no", "n/a"]);
export type Verdict = z.infer<typeof Verdict>;

const Row = z
  .strictObject({ cells: z.array(VersionSet).readonly(), verdict: Verdict, rule: Rule })
  .readonly();
export type Row = z.infer<typeof Row>;

/** It says what a rule says, which forbids and has no YES. */
const isRule = z.literal(true).exactOptional();

const TransitionTable = z
  .strictObject({
    name: z.string(),
    columns: z.array(Column).readonly(),
    /** What holds for a combination that no row matches. */
    allowByDefault: z.boolean(),
    rows: z.array(Row).readonly(),
    isRule,
  })
  .readonly();
export type TransitionTable = z.infer<typeof TransitionTable>;

const EndRow = z
  .strictObject({
    /** Null on rows that name none, which only NO and n/a rows may. */
    systemVersion: SystemVersion.nullable(),
    cells: z.array(VersionSet).readonly(),
    verdict: Verdict,
    rule: Rule,
  })
  .readonly();
export type EndRow = z.infer<typeof EndRow>;

/** End states. A type has at most one column without an id; types without a column are free. */
const EndTable = z
  .strictObject({
    name: z.string(),
    columns: z.array(Column).readonly(),
    rows: z.array(EndRow).readonly(),
    isRule,
  })
  .readonly();
export type EndTable = z.infer<typeof EndTable>;

const SystemType = z
  .strictObject({
    name: ComponentType,
    /**
     * Every version that a table names, an Artifact gives, or a Component reports; `?` among them where it can occur.
     */
    versions: z.array(Version).readonly(),
    /** The wanted version. */
    target: VersionIndex,
    /** How many Components of the type may be in one order group; null: any number. */
    maxParallel: z.int().positive().nullable(),
    /** The hand-written order group, 1 to 100. */
    order: z.int().min(1).max(100).nullable(),
    /**
     * The rank of each version: of plans that cost the same, the one whose rests have the least sum of ranks is wanted.
     * Left out: all are alike.
     */
    preference: z.array(z.int().nonnegative()).readonly().exactOptional(),
  })
  .readonly();
export type SystemType = z.infer<typeof SystemType>;

/**
 * Where what can be installed on a Component depends on the way it came: all that it can be on the way. Each hop leads
 * to another version, and to one place at most of each.
 */
const Ways = z
  .strictObject({
    /** Index into `places`. */
    start: z.int().nonnegative(),
    places: z
      .array(
        z
          .strictObject({ version: VersionIndex, hops: z.array(z.int().nonnegative()).readonly() })
          .readonly(),
      )
      .readonly(),
  })
  .readonly();
export type Ways = z.infer<typeof Ways>;

const PlannedFact = z.strictObject({ key: z.string(), value: z.string().nullable() }).readonly();
export type PlannedFact = z.infer<typeof PlannedFact>;

const SystemComponent = z
  .strictObject({
    id: ComponentId,
    /** Index into `types`. */
    type: z.int().nonnegative(),
    /** The version it has now. */
    start: VersionIndex,
    /** False: undoing an install of it is out of reach. Undeclared counts as true. */
    supportsRollback: z.boolean(),
    /** True: an install of it reboots the host. */
    rebootsHost: z.boolean(),
    /**
     * For each version, the versions that an available Artifact installs from it, ascending, itself left out; whatever
     * the way it came.
     */
    hops: z.array(z.array(VersionIndex).readonly()).readonly(),
    /** Left out: `hops` says it all. */
    ways: Ways.optional(),
    /**
     * The facts that a rule or an edge asks of its type, as they were planned with; null: nobody tells it. Left out:
     * none is asked.
     */
    facts: z.array(PlannedFact).readonly().exactOptional(),
  })
  .readonly();
export type SystemComponent = z.infer<typeof SystemComponent>;

/** At most so many of these Components in one order group. */
const Limit = z
  .strictObject({
    /** Indices into `components`, ascending. */
    components: z.array(z.int().nonnegative()).readonly(),
    most: z.int().positive(),
    rule: Rule,
  })
  .readonly();
export type Limit = z.infer<typeof Limit>;

export const System = z
  .strictObject({
    types: z.array(SystemType).readonly(),
    /** In the order of the Topology. */
    components: z.array(SystemComponent).readonly(),
    /** The Manifest's and the device's own; each must accept. The first names the System version. */
    endTables: z.array(EndTable).readonly(),
    /** Each must accept. */
    transitionTables: z.array(TransitionTable).readonly(),
    /**
     * Only end states may be passed through, and no transition table loosens that. Left out: true where there is no
     * such table.
     */
    endStatesOnly: z.boolean().optional(),
    /** Beside `maxParallel` of the types. Left out: none. */
    limits: z.array(Limit).readonly().exactOptional(),
  })
  .readonly();
/** Without end tables there are no constraints, and the hand-written order alone is the plan. */
export type System = z.infer<typeof System>;

/** One version index for every Component, in the System's order. */
export type SystemState = readonly number[];
