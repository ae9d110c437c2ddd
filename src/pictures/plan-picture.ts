import type { WhyNot } from "../planner/explain.ts";
import type { Answer, NoPlan, Plan } from "../planner/model/plan.ts";
import { answerSummary } from "../report/answer-text.ts";
import { gridOf } from "../report/grid.ts";
import type { PlannedSystem } from "../report/planned.ts";
import { planFacts, planHead } from "../report/plan-text.ts";
import { problemsText } from "../report/problems.ts";
import { plainStyle } from "../report/style.ts";
import { quoted } from "../report/words.ts";
import { assertNever } from "../core/assert-never.ts";
import { conflictGraph, conflictRules, missingOf, updatedNames } from "./conflict-graph.ts";
import { pathGraph } from "./path-graph.ts";
import { pathStates } from "./path-states.ts";
import type { Picture, Section } from "./picture.ts";
import { pictureTables } from "./tables.ts";

/** What is drawn of a planning. */
export interface ToDraw {
  readonly planned: PlannedSystem;
  readonly answer: Answer;
  /** Why there is no plan; null: nobody asked, or it is not known. */
  readonly why: WhyNot | null;
}

/** The answer of the planner, whatever it is. `more`: what else is told of it. */
export function planPicture(drawn: ToDraw, more: readonly Section[] = []): Picture {
  const { answer, planned } = drawn;
  const notes = problemsText(planned.notes, plainStyle, "warning");
  const sections = [...more, ...(notes.length === 0 ? [] : [{ title: "Notes", lines: notes }])];
  switch (answer.kind) {
    case "plan":
      return ofPlan(drawn, answer.plan, sections);
    case "no-plan":
      return ofNone(drawn, answer, sections);
    case "undecided":
      return {
        title: `Plan for ${quoted(planned.manifest)}`,
        verdict: { isGood: false, text: summary(drawn) },
        grid: null,
        states: [],
        tables: pictureTables(planned.system, [], []),
        graph: {
          nodes: [],
          edges: [],
          omissions: ["Nothing was decided, so there is nothing to draw."],
        },
        sections,
      };
    default:
      return assertNever(answer);
  }
}

function ofPlan({ planned }: ToDraw, plan: Plan, sections: readonly Section[]): Picture {
  const { system } = planned;
  const states = pathStates(planned, system, plan);
  const isNothing = plan.stages.length === 0;
  const facts = isNothing ? [] : planFacts(planned, plan, plainStyle);
  return {
    title: `Plan for ${quoted(planned.manifest)}`,
    verdict: { isGood: true, text: planHead(planned, plan) },
    grid: isNothing ? null : gridOf(planned, plan),
    states,
    tables: pictureTables(system, states, []),
    graph: pathGraph(system, states, plan),
    sections: [
      ...(facts.length === 0 ? [] : [{ title: "What is proved", lines: facts }]),
      ...sections,
    ],
  };
}

function ofNone(drawn: ToDraw, answer: NoPlan, sections: readonly Section[]): Picture {
  const { planned, why } = drawn;
  const { core } = why ?? answer;
  const updated = updatedNames(planned.system, why);
  const lines = answerSummary({ ...planned, notes: [] }, answer, plainStyle);
  return {
    title: `No plan for ${quoted(planned.manifest)}`,
    verdict: { isGood: false, text: lines[0] ?? "" },
    grid: null,
    states: [],
    tables: pictureTables(planned.system, [], conflictRules(core)),
    graph: conflictGraph(planned, missingOf(planned, core), updated),
    sections: [{ title: "Why there is none", lines: lines.slice(1) }, ...sections].filter(
      (section) => section.lines.length > 0,
    ),
  };
}

function summary({ planned, answer }: ToDraw): string {
  return answerSummary({ ...planned, notes: [] }, answer, plainStyle)[0] ?? "";
}
