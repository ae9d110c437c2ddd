import { assertNever } from "../core/assert-never.ts";
import type { Conflict } from "../planner/model/conflict.ts";
import type { Answer, NoPlan } from "../planner/model/plan.ts";
import { coreLines } from "./nogood-text.ts";
import { planLines, planSummary, ruleLines } from "./plan-text.ts";
import type { PlannedSystem } from "./planned.ts";
import { printable } from "./printable.ts";
import { problemsText } from "./problems.ts";
import type { Canvas, Style } from "./style.ts";
import { quoted } from "./words.ts";

/** The planner's answer for people, whatever it is, with the notes below it. */
export function answerLines(
  planned: PlannedSystem,
  answer: Answer,
  style: Style,
  canvas: Canvas,
): readonly string[] {
  const notes = problemsText(planned.notes, style, "warning");
  const text = [
    ...(answer.kind === "plan"
      ? planLines(planned, answer.plan, style, canvas)
      : noneLines(planned, answer, style)),
  ];
  return notes.length === 0 ? text : [...text, "", ...notes];
}

/** The same for the head of a run: a plan in short, anything else in full. */
export function answerSummary(
  planned: PlannedSystem,
  answer: Answer,
  style: Style,
): readonly string[] {
  const notes = problemsText(planned.notes, style, "warning");
  if (answer.kind === "plan") return [...planSummary(planned, answer.plan, style), ...notes];
  const text = noneLines(planned, answer, style);
  return notes.length === 0 ? text : [...text, "", ...notes];
}

function noneLines(
  planned: PlannedSystem,
  answer: Exclude<Answer, { kind: "plan" }>,
  style: Style,
): readonly string[] {
  switch (answer.kind) {
    case "no-plan":
      return noPlanLines(planned, answer, style);
    case "undecided":
      return [
        style.bad(
          `Not decided: no plan for ${quoted(planned.manifest)} was found, and none was ruled out, within ${answer.nodes} search nodes.`,
        ),
        "  hint: Split the update into smaller Manifests, or name an end state between as a stage of its own.",
      ];
    default:
      return assertNever(answer);
  }
}

function noPlanLines(planned: PlannedSystem, answer: NoPlan, style: Style): readonly string[] {
  return [
    style.bad(
      `There is no acceptable plan for ${quoted(planned.manifest)}. ${printable(answer.reason)}`,
    ),
    ...coreLines(planned, planned.whyNot ?? answer, style),
    ...stuckLines(planned, answer, planned.whyNot ?? answer, style),
    ...(planned.whyNot === null
      ? []
      : ['  hint: "explain" tells how far one gets, and what would open a way.']),
  ];
}

/** So many of the edges in the way are told. */
const mostEdges = 10;

/**
 * Where it is written what may be installed, for a type that does not get where it should; nothing where the rules that
 * were told have what closes it.
 */
export function stuckLines(
  { placesOf }: Pick<PlannedSystem, "placesOf">,
  { stuck }: NoPlan,
  { core }: Conflict,
  style: Style,
): readonly string[] {
  if (core.length > 0) return [];
  const places = stuck === null ? null : placesOf(stuck);
  if (stuck === null || places === null) return [];
  const { artifact: place } = places;
  const closed = places.closed();
  if (closed.length > 0) {
    return [
      `What may be installed on ${quoted(stuck)} is closed by these edges:`,
      ...ruleLines(closed.slice(0, mostEdges), "  ", style),
      ...(closed.length > mostEdges ? [`  and ${closed.length - mostEdges} more`] : []),
    ];
  }
  const rule = { file: place.file, line: place.line ?? 1, row: place.text ?? "" };
  return [
    `What may be installed on ${quoted(stuck)} is said here, and by the Artifacts:`,
    ...ruleLines([rule], "  ", style),
  ];
}
