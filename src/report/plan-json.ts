import { exitCode, type ExitCode } from "../core/exit-code.ts";
import type { Rule } from "../manifest/system.ts";
import type { Answer, Cost, GroupPlace, NoPlan, Plan, Step } from "../planner/model/plan.ts";
import { assertNever } from "../core/assert-never.ts";
import type { Nogood } from "../planner/model/conflict.ts";
import { nogoodText } from "./nogood-text.ts";
import { type NogoodPlaces, orderPlace } from "./explanation.ts";
import { repairJson } from "./explanation-json.ts";
import type { ArtifactSource, PlannedSystem } from "./planned.ts";
import { omittedWays, wayOutJson } from "./plan-ways-out.ts";
import { type ErrorJson, placeJson, problemJson } from "./problems.ts";

/** The fixed shape that tools read: keys may be added, never changed. */
export type AnswerJson = PlanJson | NoPlanJson | UndecidedJson;

interface PlanJson {
  readonly type: "plan";
  readonly manifest: string;
  readonly from: {
    readonly system_version: string | null;
    readonly components: Readonly<Record<string, string>>;
  };
  readonly to: { readonly system_version: string | null };
  readonly stages: readonly {
    readonly system_version: string | null;
    readonly groups: readonly (readonly StepJson[])[];
  }[];
  readonly cost: Cost;
  readonly optimal: boolean;
  readonly written_order: PlannedSystem["writtenOrder"];
  readonly point_of_no_return: GroupPlace | null;
  readonly bound: Cost;
  readonly contingencies?: readonly ReturnType<typeof wayOutJson>[];
  /** For so many installs none was looked for. */
  readonly contingencies_omitted?: number;
  /** Left out: there are none. */
  readonly gates?: readonly Readonly<Record<string, unknown>>[];
  readonly notes: readonly ErrorJson[];
}

interface StepJson {
  readonly component: string;
  readonly component_type: string;
  readonly from: string;
  readonly to: string;
  readonly artifact: string | null;
  readonly source: ArtifactSource | null;
  readonly bytes: number | null;
  /** Where a release has several, which one it is. */
  readonly manifest_sha256?: string;
  readonly allowed_by: readonly { readonly file: string; readonly line: number }[];
}

interface NoPlanJson {
  readonly type: "no-plan";
  readonly manifest: string;
  readonly core: readonly Rule[];
  readonly irreducible: boolean;
  readonly repair: readonly Readonly<Record<string, unknown>>[];
  readonly all_repairs_tried: boolean;
  readonly reason: string;
  /** Where it is said what may be installed, if no Artifact leads to what is wanted. */
  readonly at?: ErrorJson["at"];
  readonly exit: ExitCode;
  readonly notes: readonly ErrorJson[];
}

interface UndecidedJson {
  readonly type: "undecided";
  readonly manifest: string;
  readonly nodes: number;
  readonly exit: ExitCode;
  readonly notes: readonly ErrorJson[];
}

export function answerJson(planned: PlannedSystem, answer: Answer): AnswerJson {
  const { manifest } = planned;
  const notes = planned.notes.map((note) => problemJson(note, "warning"));
  switch (answer.kind) {
    case "plan":
      return planJson(planned, answer.plan, notes);
    case "no-plan":
      return noPlanJson(planned, answer, notes);
    case "undecided":
      return { type: "undecided", manifest, nodes: answer.nodes, exit: exitCode.noPlan, notes };
    default:
      return assertNever(answer);
  }
}

function noPlanJson(
  planned: PlannedSystem,
  answer: NoPlan,
  notes: readonly ErrorJson[],
): NoPlanJson {
  const { manifest, placesOf, whyNot } = planned;
  const { core, isIrreducible } = whyNot ?? answer;
  const at = answer.stuck === null ? null : (placesOf(answer.stuck)?.artifact ?? null);
  return {
    type: "no-plan",
    manifest,
    core: core.flatMap((nogood) => ruleOf(planned, nogood)),
    irreducible: isIrreducible,
    repair: whyNot?.repairs.map((repair) => repairJson(planned, repair)) ?? [],
    all_repairs_tried: whyNot?.areRepairsComplete ?? false,
    reason: answer.reason,
    ...(at !== null && { at: placeJson(at) }),
    exit: exitCode.noPlan,
    notes,
  };
}

/** A nogood by its place: a row as written, or in brackets what no row says. */
function ruleOf(places: NogoodPlaces, nogood: Nogood): readonly Rule[] {
  const place = nogood.kind === "order" ? orderPlace(places, nogood.type) : nogood.rule;
  if (place?.line === undefined) return [];
  const isWritten = nogood.kind === "row" || nogood.kind === "edge" || nogood.kind === "depends";
  const row = isWritten ? nogood.rule.row : `(${nogoodText(places.system, nogood)})`;
  return [{ file: place.file, line: place.line, row }];
}

function planJson(planned: PlannedSystem, plan: Plan, notes: readonly ErrorJson[]): PlanJson {
  return {
    type: "plan",
    manifest: planned.manifest,
    from: {
      system_version: planned.from.systemVersion,
      components: Object.fromEntries(
        planned.from.components.map(({ id, version }) => [id, version]),
      ),
    },
    to: { system_version: planned.toVersion },
    stages: plan.stages.map((stage) => ({
      system_version: stage.systemVersion,
      groups: stage.groups.map((steps) => steps.map((step) => stepJson(planned, step))),
    })),
    cost: costJson(plan.cost),
    optimal: plan.optimal,
    written_order: planned.writtenOrder,
    point_of_no_return: plan.pointOfNoReturn,
    bound: costJson(plan.bound),
    ...(planned.waysOut !== undefined && {
      contingencies: planned.waysOut.map(wayOutJson),
      contingencies_omitted: omittedWays(planned.waysOut, plan),
    }),
    ...(planned.gates !== undefined && {
      gates: planned.gates.map(({ name, at, deferAtMostMs }) => ({
        gate: name,
        at,
        defer_at_most_ms: deferAtMostMs,
      })),
    }),
    notes,
  };
}

function stepJson(planned: PlannedSystem, step: Step): StepJson {
  const artifact = planned.artifactOf(step);
  return {
    component: step.component,
    component_type: step.componentType,
    from: step.from,
    to: step.to,
    artifact: artifact?.name ?? null,
    source: artifact?.source ?? null,
    bytes: artifact?.bytes ?? null,
    ...(artifact?.identity === undefined ? {} : { manifest_sha256: artifact.identity }),
    allowed_by: step.allowedBy.map(({ file, line }) => ({ file, line })),
  };
}

function costJson({ installs, stages, exposure, groups }: Cost): Cost {
  return { installs, stages, exposure, groups };
}
