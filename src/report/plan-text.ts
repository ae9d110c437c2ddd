import type { Rule } from "../manifest/system.ts";
import type { Cost, Plan, Stage, Step } from "../planner/model/plan.ts";
import { aligned } from "./columns.ts";
import { gridLines } from "./grid-text.ts";
import { gridOf } from "./grid.ts";
import type { PlannedSystem } from "./planned.ts";
import { wayOutLines } from "./plan-ways-out.ts";
import { sourceLines } from "./plan-sources.ts";
import { printable, printableExactly } from "./printable.ts";
import type { Canvas, Style } from "./style.ts";
import { counted, listed, quoted } from "./words.ts";

/** What would be done and why: as a grid, then one line a fact. */
export function planLines(
  planned: PlannedSystem,
  plan: Plan,
  style: Style,
  canvas: Canvas,
): readonly string[] {
  if (plan.stages.length === 0) return nothingLines(planned, style);
  return [
    style.strong(headLine(planned, plan)),
    "",
    ...gridLines(gridOf(planned, plan), canvas, style),
    ...plan.stages.flatMap((stage, index) => stageLines(plan, stage, index, style)),
    "",
    ...planFacts(planned, plan, style),
  ];
}

/** What is proved of a plan, and what happens where it fails. */
export function planFacts(planned: PlannedSystem, plan: Plan, style: Style): readonly string[] {
  return [
    ...sourceLines(planned, plan),
    proofLine(planned, plan),
    returnLine(plan),
    ...gateLines(planned),
    ...wayOutLines(planned.waysOut ?? [], plan, style),
  ];
}

/** Who may stop it on the way. */
function gateLines({ gates = [] }: PlannedSystem): readonly string[] {
  if (gates.length === 0) return [];
  const each = gates.map(({ name, at }) => `${printableExactly(name)} at ${listed(at)}`);
  return [`Gates: ${each.join("; ")}.`];
}

/** The plan in a sentence. */
export function planHead(planned: PlannedSystem, plan: Plan): string {
  return plan.stages.length === 0 ? nothingLine(planned) : headLine(planned, plan);
}

/** The plan in a line, for the head of a run: who is updated after whom. */
export function planSummary(planned: PlannedSystem, plan: Plan, style: Style): readonly string[] {
  if (plan.stages.length === 0) return nothingLines(planned, style);
  const groups = plan.stages.flatMap((stage) => stage.groups);
  const order = groups.map((steps) => listed(steps.map((step) => step.component)));
  return [
    style.strong(headLine(planned, plan)),
    `Order: ${order.join(", then ")}.`,
    ...(plan.pointOfNoReturn === null ? [] : [style.careful(returnLine(plan))]),
  ];
}

function nothingLines(planned: PlannedSystem, style: Style): readonly string[] {
  return [style.strong(nothingLine(planned)), ...componentLines(planned, style)];
}

function nothingLine({ manifest, from }: PlannedSystem): string {
  const on = from.systemVersion === null ? "" : `; the System is on ${from.systemVersion}`;
  return `Nothing to do for ${quoted(manifest)}: every Component has what it wants${on}.`;
}

/** The Components as they are now. */
function componentLines(planned: PlannedSystem, style: Style): readonly string[] {
  const rows = planned.from.components.map(({ id, type, version }) => [id, type, version]);
  return aligned(rows, style.widthOf).map(
    (cells) => `  ${style.strong(cells[0] ?? "")}  ${cells.slice(1).join("  ")}`,
  );
}

function headLine({ manifest, from, toVersion }: PlannedSystem, { cost }: Plan): string {
  const start = from.systemVersion ?? "a state that is no end state";
  const way = toVersion === null ? "" : ` from ${start} to ${toVersion}`;
  return `Plan for ${quoted(manifest)}${way}: ${costText(cost)}.`;
}

function costText(cost: Cost): string {
  const groups = counted(cost.groups, "order group");
  const stages = cost.stages === 1 ? "" : ` and ${counted(cost.stages, "stage")}`;
  return `${counted(cost.installs, "install")} in ${groups}${stages}`;
}

function stageLines(plan: Plan, stage: Stage, index: number, style: Style): readonly string[] {
  const head = stageHead(plan, stage, index);
  const widths = aligned(
    stage.groups.flat().map((step) => [step.component, step.componentType, step.from, ""]),
    style.widthOf,
  );
  let offset = 0;
  const groups = stage.groups.flatMap((steps, group) => {
    const cells = widths.slice(offset, offset + steps.length);
    offset += steps.length;
    const together = steps.length > 1 ? " (at the same time)" : "";
    return [
      `  Group ${group + 1}${together}${returnMark(plan, index, group, style)}`,
      ...steps.map((step, at) => stepLine(step, cells[at] ?? [], style)),
      ...ruleLines(distinct(steps.flatMap((step) => step.allowedBy)), "      allowed by ", style),
    ];
  });
  return ["", style.strong(head), ...groups];
}

function stageHead(plan: Plan, stage: Stage, index: number): string {
  const count = plan.stages.length === 1 ? "" : `Stage ${index + 1} of ${plan.stages.length}, `;
  const end = stage.systemVersion === null ? "in this order" : `ends in ${stage.systemVersion}`;
  const head = `${count}${end}`;
  return `${head.charAt(0).toUpperCase()}${head.slice(1)}:`;
}

function returnMark(plan: Plan, stage: number, group: number, style: Style): string {
  const point = plan.pointOfNoReturn;
  if (point === null || point.stage !== stage || point.group !== group) return "";
  return style.careful("  <- point of no return");
}

function stepLine(step: Step, cells: readonly string[], style: Style): string {
  const [component = "", type = "", from = ""] = cells;
  return `    ${style.strong(component)}  ${type}  ${from} -> ${style.good(step.to)}`;
}

/** Rules by file and line, aligned; the label stands before the first one only. */
export function ruleLines(rules: readonly Rule[], label: string, style: Style): readonly string[] {
  const rows = rules.map((rule) => [
    `${printable(rule.file)}:${rule.line}`,
    printable(rule.row.trim()).replaceAll(/ {2,}/g, " "),
  ]);
  const blank = " ".repeat(label.length);
  return aligned(rows, style.widthOf).map((cells, index) => {
    const [place = "", row = ""] = cells;
    return `${index === 0 ? label : blank}${place}  ${style.faint(row)}`.trimEnd();
  });
}

function distinct(rules: readonly Rule[]): readonly Rule[] {
  const seen = new Map<string, Rule>();
  for (const rule of rules) {
    const key = JSON.stringify([rule.file, rule.line, rule.row]);
    if (!seen.has(key)) seen.set(key, rule);
  }
  return [...seen.values()];
}

function proofLine({ writtenOrder }: PlannedSystem, plan: Plan): string {
  const { cost, bound } = plan;
  if (plan.stages.every(({ systemVersion }) => systemVersion === null)) {
    return "By hand: the Manifest has no tables, so its order is taken as it is.";
  }
  if (plan.optimal) return provedLines[writtenOrder];
  const gap = [
    counted(cost.installs, "install"),
    counted(cost.stages, "stage"),
    `exposure ${cost.exposure}`,
    counted(cost.groups, "order group"),
  ];
  const least = [bound.installs, bound.stages, bound.exposure, bound.groups];
  const [best, any] =
    writtenOrder === "none"
      ? ["the best", "no plan"]
      : ["the best that keeps the written order", "no plan that keeps it"];
  return `Not proved to be ${best}: it costs ${listed(gap)}; ${any} can cost less than ${listed(least.map(String))}.`;
}

const provedLines: Readonly<Record<PlannedSystem["writtenOrder"], string>> = {
  none: "Best: it is proved that no acceptable plan costs less.",
  some: "Best beside the order written for some types: it is proved that no plan that keeps it costs less; without it one might.",
  all: "As written: it is proved that no plan that keeps the order of the Manifest costs less; without it one might.",
};

function returnLine(plan: Plan): string {
  const point = plan.pointOfNoReturn;
  if (point === null) {
    return "Way back: every step can be undone until its stage is committed.";
  }
  const steps = plan.stages[point.stage]?.groups[point.group] ?? [];
  const where =
    plan.stages.length === 1
      ? `group ${point.group + 1}`
      : `group ${point.group + 1} of stage ${point.stage + 1}`;
  const who = listed(steps.map((step) => step.component));
  return `Point of no return: ${where} (${who}). A failure before it is rolled back; a failure behind it cannot be undone, and the System goes to the nearest acceptable end state instead.`;
}
