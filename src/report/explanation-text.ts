import { assertNever } from "../core/assert-never.ts";
import type { Nogood } from "../planner/model/conflict.ts";
import type { NearestEnd } from "../planner/conflict/nearest-end-state.ts";
import type { OrderReason } from "../planner/conflict/order-reasons.ts";
import type { Repair } from "../planner/conflict/repair.ts";
import type { Explanation, Unexplained, WhyNot } from "../planner/explain.ts";
import type { RestReason } from "../planner/rest-reasons.ts";
import type { SystemState } from "../manifest/system.ts";
import { answerSummary, stuckLines } from "./answer-text.ts";
import { nogoodLines, nogoodText, coreLines, placeText } from "./nogood-text.ts";
import {
  causeNogoods,
  componentName,
  isOfRule,
  preferredIn,
  type NogoodPlaces,
  type ExplanationReport,
  stateVersions,
  typeName,
  versionName,
} from "./explanation.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";
import { listed, quoted } from "./words.ts";

/** Why there is no plan, or why the plan has its order. */
export function explanationLines(report: ExplanationReport, style: Style): readonly string[] {
  const { explanation, planned, answer } = report;
  switch (explanation.kind) {
    case "unexplained":
      return [
        ...answerSummary(planned, answer, style),
        ...unexplainedLines(planned, explanation.because),
      ];
    case "plan":
      return orderLines(report, explanation, style);
    case "no-plan":
      return whyNotLines(report, explanation, style);
    default:
      return assertNever(explanation);
  }
}

function unexplainedLines(
  { system: { components } }: NogoodPlaces,
  because: Unexplained,
): readonly string[] {
  switch (because) {
    case "undecided":
      return [];
    case "too-wide":
      return ["No more is told: a table is too wide to be taken apart."];
    case "ways": {
      const ids = components.flatMap(({ id, ways }) => (ways === undefined ? [] : [id]));
      return [
        `What can be installed on ${listed(ids)} depends on what was there before: how far one gets, and what would open a way, was not decided.`,
      ];
    }
    default:
      return assertNever(because);
  }
}

function whyNotLines(report: ExplanationReport, why: WhyNot, style: Style): readonly string[] {
  const { planned, answer } = report;
  const reason = answer.kind === "no-plan" ? ` ${printable(answer.reason)}` : "";
  return [
    style.bad(`There is no acceptable plan for ${quoted(planned.manifest)}.${reason}`),
    ...coreLines(planned, why, style),
    ...(answer.kind === "no-plan" ? stuckLines(planned, answer, why, style) : []),
    ...progressLines(planned, why),
    ...repairLines(planned, why, style),
  ];
}

function farthestLines(
  planned: NogoodPlaces,
  { state, updated, isProved, isAtStandstill }: NonNullable<WhyNot["farthest"]>,
): readonly string[] {
  if (isAtStandstill) return ["No Component can be updated at all."];
  if (updated.length === 0)
    return isProved ? ["No updates that are allowed lead nearer to what is wanted."] : [];
  const names = updated.map((component) => componentName(planned.system, component));
  const far = isProved ? "as far as this" : "at least as far as this";
  return [`One gets ${far}, by updating ${names.join(", then ")}: ${stateText(planned, state)}.`];
}

function progressLines(planned: NogoodPlaces, why: WhyNot): readonly string[] {
  const { farthest, nearest } = why;
  const lines: string[] = [];
  if (farthest !== null) lines.push(...farthestLines(planned, farthest));
  switch (nearest) {
    case "none":
      lines.push("No other end state can be reached.");
      break;
    case "undecided":
      lines.push("Whether another end state can be reached was not found out within the limit.");
      break;
    default:
      lines.push(nearestText(planned, nearest));
  }
  return lines;
}

function nearestText(planned: NogoodPlaces, { name, state, isProved }: NearestEnd): string {
  const end = `${name}: ${stateText(planned, state)}`;
  return isProved
    ? `The nearest end state that can be reached is ${end}.`
    : `An end state that can be reached is ${end}. Whether a nearer one can be was not found out within the limit.`;
}

function stateText({ system }: NogoodPlaces, state: SystemState): string {
  const versions = stateVersions(system, state);
  return system.components.map(({ id }, index) => `${id} ${versions[index] ?? "?"}`).join(", ");
}

function repairLines(planned: NogoodPlaces, why: WhyNot, style: Style): readonly string[] {
  const untried = why.areRepairsComplete ? [] : ["Not every single change could be tried."];
  if (why.repairs.length === 0) {
    return why.areRepairsComplete
      ? ["No single change of a row, an edge, an end state, an order or an Artifact opens a way."]
      : untried;
  }
  return [
    why.repairs.length === 1 ? "This would open a way:" : "Any one of these would open a way:",
    ...why.repairs.map((repair) => `  ${style.good(repairText(planned, repair))}`),
    ...untried,
  ];
}

export function repairText(planned: NogoodPlaces, repair: Repair): string {
  const { system } = planned;
  switch (repair.kind) {
    case "say-yes":
      return `${isOfRule(system, repair.nogood) ? "drop the rule in" : "say YES in"} ${placeText(planned, repair.nogood)}, ${nogoodText(system, repair.nogood)}`;
    case "add-row": {
      const cells = repair.nogood.columns.map(({ type }, index) =>
        versionName(system, type, repair.nogood.versions[index]),
      );
      return `add to ${quoted(repair.nogood.table)} the row | ${[...cells, "YES"].join(" | ")} |${near(planned, repair.nogood)}`;
    }
    case "add-end-state":
      return endStateText(planned, repair.state);
    case "drop-order":
      return `leave out the hand-written order of ${quoted(typeName(system, repair.type))}`;
    case "open-installs":
      return openInstallsText(planned, repair.nogood);
    case "add-artifact": {
      const { type, from, to } = repair;
      const starts = from.map((version) => versionName(system, type, version));
      return `add an Artifact for ${quoted(typeName(system, type))} that brings ${listed(starts)} to ${versionName(system, type, to)}`;
    }
    default:
      return assertNever(repair);
  }
}

function openInstallsText(
  planned: NogoodPlaces,
  nogood: Extract<Repair, { kind: "open-installs" }>["nogood"],
): string {
  const { system } = planned;
  if (nogood.kind === "edge-default")
    return `say default: allow in ${placeText(planned, nogood)}, for the edges of ${quoted(typeName(system, nogood.type))}, or add the rows that it takes`;
  const what = nogood.kind === "edge" ? "edge" : "depends";
  return `leave out the ${what} in ${placeText(planned, nogood)}, ${nogoodText(system, nogood)}`;
}

/** Where Components of one type have several versions it takes a row that allows them all. */
function endStateText(planned: NogoodPlaces, state: SystemState): string {
  const { types, components } = planned.system;
  const mixed = types.flatMap(({ name, versions }, type) => {
    const own = state.filter((_, component) => components[component]?.type === type);
    const names = [...new Set(own)].map((version) => versions[version] ?? "?");
    return names.length > 1 ? [`${listed(names)} of ${quoted(name)}`] : [];
  });
  const row = mixed.length === 0 ? "" : `, in a row that allows ${listed(mixed)}`;
  return `add the end state ${stateText(planned, state)}${row}`;
}

function near(planned: NogoodPlaces, nogood: Nogood): string {
  const place = placeText(planned, nogood);
  return place === "" ? "" : ` (beside ${place})`;
}

function orderLines(
  report: ExplanationReport,
  { reasons, rests, isProved }: Extract<Explanation, { kind: "plan" }>,
  style: Style,
): readonly string[] {
  const { planned, answer } = report;
  if (answer.kind !== "plan" || answer.plan.stages.length === 0) {
    return answerSummary(planned, answer, style);
  }
  const hasStages = answer.plan.stages.length > 1;
  const head = `The order of the plan for ${quoted(planned.manifest)}:`;
  const nothingWaits = "  Every stage is one order group: nothing waits for anything.";
  return [
    style.strong(head),
    ...(reasons.length === 0 ? [nothingWaits] : []),
    ...reasons.flatMap((reason) => {
      const stage = hasStages ? `Stage ${reason.stage + 1}: ` : "";
      const who = listed(reason.components.map((one) => componentName(planned.system, one)));
      return [
        `  ${stage}${style.strong(who)} ${causeText(planned, reason)}`,
        ...causeRules(planned, reason, style),
      ];
    }),
    ...restLines(planned, rests, style),
    ...(isProved ? [] : [unproved]),
  ];
}

/** What the types prefer has decided. */
function restLines(
  planned: NogoodPlaces,
  rests: readonly RestReason[],
  style: Style,
): readonly string[] {
  const { system } = planned;
  return rests.map(({ stage, type, components, version, instead }) => {
    const who = style.strong(listed(components.map((one) => componentName(system, one))));
    const [own, other] = [version, instead].map((one) => versionName(system, type, one));
    return `  Stage ${stage + 1}: ${who} rests in ${own}. Another plan that costs the same rests in ${other}: ${preferredTexts[preferredIn(planned, type)]}.`;
  });
}

const preferredTexts = {
  newest: "of equal ones the newest is preferred",
  listed: "of equal ones the first listed is preferred",
} as const;

const unproved =
  "Not proved: it was not found out within the limit whether some states are part of an end state, so another order may be allowed.";

function causeText({ system }: NogoodPlaces, { after, cause }: OrderReason): string {
  const others = listed(after.map((one) => componentName(system, one)));
  switch (cause.kind) {
    case "nogoods":
      return `after ${others}: the other order is forbidden by`;
    case "max-parallel":
      return "later: not more of its type at the same time";
    case "limit":
      return "later: not more of these at the same time, says";
    case "no-rollback":
      return "as late as it may: it cannot roll back";
    case "free":
      return "later, though no rule forbids the other order";
    default:
      return assertNever(cause);
  }
}

function causeRules(
  planned: NogoodPlaces,
  { cause }: OrderReason,
  style: Style,
): readonly string[] {
  return nogoodLines(planned, causeNogoods(cause), "    ", style);
}
