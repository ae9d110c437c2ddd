import { assertNever } from "../core/assert-never.ts";
import type { Answer } from "../planner/plan.ts";
import { planLines, planSummary, ruleLines } from "./plan-text.ts";
import type { PlannedSystem } from "./planned.ts";
import { printable } from "./printable.ts";
import { problemsText } from "./problems.ts";
import type { Style } from "./style.ts";
import { quoted } from "./words.ts";

/** The planner's answer for people, whatever it is, with the notes below it. */
export function answerLines(
  planned: PlannedSystem,
  answer: Answer,
  style: Style,
): readonly string[] {
  const notes = problemsText(planned.notes, style, "warning");
  const text = [...body(planned, answer, style)];
  return notes.length === 0 ? text : [...text, "", ...notes];
}

/** The same for the head of a run: a plan in short, anything else in full. */
export function answerSummary(
  planned: PlannedSystem,
  answer: Answer,
  style: Style,
): readonly string[] {
  if (answer.kind !== "plan") return answerLines(planned, answer, style);
  return [
    ...planSummary(planned, answer.plan, style),
    ...problemsText(planned.notes, style, "warning"),
  ];
}

function body(planned: PlannedSystem, answer: Answer, style: Style): readonly string[] {
  switch (answer.kind) {
    case "plan":
      return planLines(planned, answer.plan, style);
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

function noPlanLines(
  planned: PlannedSystem,
  answer: Extract<Answer, { kind: "no-plan" }>,
  style: Style,
): readonly string[] {
  return [
    style.bad(
      `There is no acceptable plan for ${quoted(planned.manifest)}. ${printable(answer.reason)}`,
    ),
    ...(answer.core.length === 0
      ? []
      : [
          "Together these rules forbid it; without any one of them there is a way:",
          ...ruleLines(answer.core, "  ", style),
        ]),
  ];
}
