import * as z from "zod";
import { exitCode } from "../core/exit-code.ts";
import type { Problem } from "../core/problem.ts";
import type { Answer } from "../planner/model/plan.ts";
import { answerJson } from "./plan-json.ts";
import type { PlannedSystem } from "./planned.ts";
import { problemJson } from "./problems.ts";

/** What becomes of a device, as far as devices are counted together. */
const outcomeShape = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("plan"),
    from: z.string().nullable(),
    /** The System version in which each stage ends; none: there is nothing to do. */
    through: z.array(z.string().nullable()),
  }),
  z.strictObject({
    kind: z.literal("no-plan"),
    reason: z.string(),
    /** The rules that together forbid it. */
    core: z.array(z.strictObject({ file: z.string(), line: z.int(), row: z.string() })),
  }),
  z.strictObject({ kind: z.literal("undecided") }),
  z.strictObject({
    kind: z.literal("unfit"),
    problems: z.array(z.strictObject({ code: z.string(), message: z.string() })),
  }),
]);
export type Outcome = z.infer<typeof outcomeShape>;

const number = z.int().nonnegative();

const groupShape = z.strictObject({
  outcome: outcomeShape,
  devices: number,
  /** The id that comes first of them. */
  example: z.string(),
});
export type FleetGroup = z.infer<typeof groupShape>;

const brokenLineShape = z.strictObject({
  input: z.string(),
  line: z.int(),
  column: z.int().exactOptional(),
  code: z.string(),
  message: z.string(),
});
export type BrokenLine = z.infer<typeof brokenLineShape>;

/** What `plan --fleet --summary --json` prints. Of summaries of parts the sum is that of the whole. */
export const fleetSummaryShape = z.strictObject({
  type: z.literal("fleet-summary"),
  format: z.literal(1),
  manifest: z.string(),
  manifest_sha256: z.string(),
  /** Without blank ones. */
  lines: number,
  devices: number,
  /** Of the devices that the Manifest fits. Null: a state that is no end state. */
  system_versions: z.array(
    z.strictObject({ system_version: z.string().nullable(), devices: number }),
  ),
  answers: z.strictObject({
    plan: number,
    "nothing-to-do": number,
    "no-plan": number,
    undecided: number,
    unfit: number,
  }),
  /** The largest first. */
  groups: z.array(groupShape),
  /** Devices of groups for which there was no room: then the largest groups may be others. */
  devices_not_in_groups: number,
  broken: z.strictObject({
    lines: number,
    codes: z.record(z.string(), number),
    first: z.array(brokenLineShape),
  }),
  /** Lines whose id was compared with those before it of the same run. */
  ids_compared: number,
  exit: z.union([
    z.literal(exitCode.done),
    z.literal(exitCode.invalid),
    z.literal(exitCode.noPlan),
  ]),
});
export type FleetSummary = z.infer<typeof fleetSummaryShape>;

export const fleetLimits = {
  /** Groups of a summary; docs/fleet.md publishes it. */
  groups: 10_000,
  /** Broken lines that are told one by one, and groups in the text. */
  told: 10,
} as const;

type OutcomeKind = keyof FleetSummary["answers"];

function kindOfOutcome(outcome: Outcome): OutcomeKind {
  return outcome.kind === "plan" && outcome.through.length === 0 ? "nothing-to-do" : outcome.kind;
}

/** Of a device that the Manifest fits. */
export function outcomeOf(planned: PlannedSystem, answer: Answer): Outcome {
  switch (answer.kind) {
    case "plan":
      return {
        kind: "plan",
        from: planned.from.systemVersion,
        through: answer.plan.stages.map(({ systemVersion }) => systemVersion),
      };
    case "no-plan": {
      const told = answerJson(planned, answer);
      const core = told.type === "no-plan" ? told.core : [];
      return {
        kind: "no-plan",
        reason: answer.reason,
        core: core.map(({ file, line, row }) => ({ file, line, row })),
      };
    }
    default:
      return { kind: "undecided" };
  }
}

/** Of a device that the Manifest does not fit. */
export function unfitOutcome(problems: readonly Problem[]): Outcome {
  return { kind: "unfit", problems: problems.map(({ code, message }) => ({ code, message })) };
}

/** A broken line, in the words of its first problem. */
export function brokenLine(input: string, line: number, [first]: readonly Problem[]): BrokenLine {
  if (first === undefined) throw new Error("a broken line without a problem");
  const { code, message, at } = problemJson(first);
  return { input, line, ...(at?.column !== undefined && { column: at.column }), code, message };
}

/** Of which Manifest a summary is. */
export interface OfManifest {
  readonly name: string;
  readonly sha256: string;
}

/** Counts devices and adds up summaries: in whatever order, but for which broken lines are the first. */
export interface FleetTotal {
  /** Counts devices of one outcome. `systemVersion`: null for no end state, undefined where it is not known. */
  counter(outcome: Outcome, systemVersion: string | null | undefined): (id: string) => void;
  broken(line: BrokenLine): void;
  /** A line whose id was compared with those before. */
  compared(): void;
  merge(summary: FleetSummary): void;
  summary(manifest: OfManifest): FleetSummary;
}

interface Tally {
  readonly outcome: Outcome;
  devices: number;
  example: string;
}

export function fleetTotal(mostGroups: number = fleetLimits.groups): FleetTotal {
  const systemVersions = new Map<string | null, { devices: number }>();
  const answers = { plan: 0, "nothing-to-do": 0, "no-plan": 0, undecided: 0, unfit: 0 };
  const groups = new Map<string, Tally>();
  const brokenCodes = new Map<string, number>();
  const first: BrokenLine[] = [];
  let lines = 0;
  let brokenLines = 0;
  let notInGroups = 0;
  let idsCompared = 0;

  function groupOf(outcome: Outcome, example: string): Tally | null {
    const key = JSON.stringify(outcome);
    const known = groups.get(key);
    if (known !== undefined) return known;
    if (groups.size >= mostGroups) return null;
    const group = { outcome, devices: 0, example };
    groups.set(key, group);
    return group;
  }

  function versionOf(systemVersion: string | null): { devices: number } {
    const known = systemVersions.get(systemVersion) ?? { devices: 0 };
    systemVersions.set(systemVersion, known);
    return known;
  }

  function tell(line: BrokenLine): void {
    if (first.length < fleetLimits.told) first.push(line);
  }

  return {
    counter(outcome, systemVersion) {
      const kind = kindOfOutcome(outcome);
      let group: Tally | null | undefined;
      return (id) => {
        if (group === undefined) group = groupOf(outcome, id);
        lines += 1;
        answers[kind] += 1;
        if (systemVersion !== undefined) versionOf(systemVersion).devices += 1;
        if (group === null) notInGroups += 1;
        else addTo(group, 1, id);
      };
    },
    broken(line) {
      lines += 1;
      brokenLines += 1;
      brokenCodes.set(line.code, (brokenCodes.get(line.code) ?? 0) + 1);
      tell(line);
    },
    compared() {
      idsCompared += 1;
    },
    merge(summary) {
      lines += summary.lines;
      for (const kind of outcomeKinds) answers[kind] += summary.answers[kind];
      for (const { system_version: version, devices } of summary.system_versions)
        versionOf(version).devices += devices;
      notInGroups += summary.devices_not_in_groups;
      for (const { outcome, devices, example } of summary.groups) {
        const group = groupOf(outcome, example);
        if (group === null) notInGroups += devices;
        else addTo(group, devices, example);
      }
      brokenLines += summary.broken.lines;
      for (const [code, count] of Object.entries(summary.broken.codes))
        brokenCodes.set(code, (brokenCodes.get(code) ?? 0) + count);
      for (const line of summary.broken.first) tell(line);
      idsCompared += summary.ids_compared;
    },
    summary({ name, sha256 }) {
      const devices = lines - brokenLines;
      const isSure = answers.plan + answers["nothing-to-do"] === devices;
      return {
        type: "fleet-summary",
        format: 1,
        manifest: name,
        manifest_sha256: sha256,
        lines,
        devices,
        system_versions: [...systemVersions]
          .map(([version, counted]) => ({ system_version: version, devices: counted.devices }))
          .sort((a, b) => b.devices - a.devices || byText(a.system_version, b.system_version)),
        answers: { ...answers },
        groups: [...groups]
          .sort(([one, a], [other, b]) => b.devices - a.devices || byText(one, other))
          .map(([, { outcome, devices: counted, example }]) => ({
            outcome,
            devices: counted,
            example,
          })),
        devices_not_in_groups: notInGroups,
        broken: {
          lines: brokenLines,
          codes: Object.fromEntries([...brokenCodes].sort(([a], [b]) => byText(a, b))),
          first: [...first],
        },
        ids_compared: idsCompared,
        exit: brokenLines > 0 ? exitCode.invalid : isSure ? exitCode.done : exitCode.noPlan,
      };
    },
  };
}

const outcomeKinds = ["plan", "nothing-to-do", "no-plan", "undecided", "unfit"] as const;

function addTo(group: Tally, devices: number, example: string): void {
  group.devices += devices;
  if (example < group.example) group.example = example;
}

/** By their code units, so that it is the same everywhere; none first. */
function byText(a: string | null, b: string | null): number {
  if (a === b) return 0;
  return a === null || (b !== null && a < b) ? -1 : 1;
}
