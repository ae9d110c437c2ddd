import type { ComponentId } from "../core/ids.ts";
import type { Answer } from "../planner/model/plan.ts";
import { aligned } from "./columns.ts";
import { type AnswerJson, answerJson } from "./plan-json.ts";
import type { PlannedSystem } from "./planned.ts";
import { printable } from "./printable.ts";
import { problemsText } from "./problems.ts";
import type { Style } from "./style.ts";
import { counted, listed, quoted } from "./words.ts";

/** What a release would do with a System. */
export interface Told {
  readonly planned: PlannedSystem;
  readonly answer: Answer;
}

/** The answers of two releases for the same System. */
export interface PlanDiff {
  /** The file that tells the state; null: it is that of this System. */
  readonly state: string | null;
  readonly old: Told;
  readonly new: Told;
}

/** Of one Component the versions that it has on its way, the one from which it starts among them. */
interface ComponentDiff {
  readonly component: ComponentId;
  readonly component_type: string;
  /** Null: there is no plan. */
  readonly old: readonly string[] | null;
  readonly new: readonly string[] | null;
  readonly changed: boolean;
}

interface PlanDiffJson {
  readonly type: "plan-diff";
  readonly old: AnswerJson;
  readonly new: AnswerJson;
  /** Whether both do the same with every Component, in the same order and stages. */
  readonly same: boolean;
  readonly components: readonly ComponentDiff[];
}

interface PlanDiffsJson {
  readonly type: "plan-diffs";
  /** Whether it is so for every state. */
  readonly same: boolean;
  readonly states: readonly (Omit<PlanDiffJson, "type"> & { readonly state: string | null })[];
}

/** For several states, in their order. */
export function planDiffsJson(diffs: readonly PlanDiff[]): PlanDiffsJson {
  return {
    type: "plan-diffs",
    same: diffs.every(isSame),
    states: diffs.map((diff) => {
      const { type: _, ...told } = planDiffJson(diff);
      return { state: diff.state, ...told };
    }),
  };
}

/** The same in words: those that differ one by one, those that do not by name. */
export function planDiffsLines(diffs: readonly PlanDiff[], style: Style): readonly string[] {
  const changed = diffs.filter((diff) => !isSame(diff));
  const same = diffs.filter(isSame).map(({ state }) => printable(state ?? ""));
  const notes = new Map(
    diffs.flatMap((diff) => diff.new.planned.notes.map((note) => [note.message, note] as const)),
  );
  const of = `${changed.length} of ${counted(diffs.length, "state")}`;
  return [
    style.strong(`What is done differs from ${of}.`),
    ...(same.length === 0 ? [] : [`The same is done from ${listed(same)}.`]),
    ...changed.flatMap((diff) => [
      "",
      style.strong(printable(diff.state ?? "")),
      ...diffLines(diff, style),
    ]),
    ...notesBehind([...notes.values()], style),
  ];
}

export function planDiffJson(diff: PlanDiff): PlanDiffJson {
  return {
    type: "plan-diff",
    old: answerJson(diff.old.planned, diff.old.answer),
    new: answerJson(diff.new.planned, diff.new.answer),
    same: isSame(diff),
    components: componentsOf(diff),
  };
}

export function planDiffLines(diff: PlanDiff, style: Style): readonly string[] {
  return [...diffLines(diff, style), ...notesBehind(diff.new.planned.notes, style)];
}

function notesBehind(notes: PlannedSystem["notes"], style: Style): readonly string[] {
  return notes.length === 0 ? [] : ["", ...problemsText(notes, style, "warning")];
}

function diffLines(diff: PlanDiff, style: Style): readonly string[] {
  const { old, new: wanted } = diff;
  const facts = factsOf(old).map(([name, value], at) => {
    const other = factsOf(wanted)[at]?.[1] ?? "";
    return { name, value, other, isChanged: value !== other };
  });
  const rows = [
    ["", "old", "new"],
    ...facts.map(({ name, value, other }) => [name, value, other]),
    ...componentsOf(diff).map((one) => [
      `${one.component} (${one.component_type})`,
      wayText(one.old),
      wayText(one.new),
    ]),
  ].map((cells) => cells.map(printable));
  const marks = [
    null,
    ...facts.map(({ isChanged }) => isChanged),
    ...componentsOf(diff).map(({ changed }) => changed),
  ];
  return [
    style.strong(
      `From ${startOf(wanted)}, ${quoted(printable(old.planned.manifest))} (old) and ${quoted(printable(wanted.planned.manifest))} (new): ${isSame(diff) ? "the same is done." : "what is done differs."}`,
    ),
    "",
    ...aligned(rows, style.widthOf).map((cells, at) => {
      const line = cells.join("  ").trimEnd();
      const mark = marks[at];
      if (mark === null || mark === undefined) return `  ${line}`;
      return mark ? style.careful(`* ${line}`) : `  ${line}`;
    }),
  ];
}

function startOf({ planned }: Told): string {
  return printable(planned.from.systemVersion ?? "a state that is no end state");
}

/** The same facts, in the same order, of each answer. */
function factsOf({ planned, answer }: Told): readonly (readonly [name: string, value: string])[] {
  if (answer.kind !== "plan") {
    const what = answer.kind === "no-plan" ? `no plan: ${answer.reason}` : "not decided";
    return [
      ["answer", what],
      ["System versions", ""],
      ["installs", ""],
      ["order", ""],
      ["way back", ""],
    ];
  }
  const { stages, cost, pointOfNoReturn } = answer.plan;
  const name = (version: string | null) => version ?? "(none)";
  const order = stages.flatMap(({ groups }) =>
    groups.map((steps) => listed(steps.map(({ component }) => component))),
  );
  return [
    ["answer", stages.length === 0 ? "nothing to do" : "plan"],
    [
      "System versions",
      [planned.from.systemVersion, ...stages.map(({ systemVersion }) => systemVersion)]
        .map(name)
        .join(" -> "),
    ],
    ["installs", String(cost.installs)],
    ["order", order.join(", then ")],
    [
      "way back",
      stages.length === 0
        ? "nothing to undo"
        : pointOfNoReturn === null
          ? "at every step"
          : `none from stage ${pointOfNoReturn.stage + 1}, group ${pointOfNoReturn.group + 1} on`,
    ],
  ];
}

function componentsOf({ old, new: wanted }: PlanDiff): readonly ComponentDiff[] {
  return wanted.planned.from.components.map(({ id, type }) => {
    const [before, after] = [wayOf(old, id), wayOf(wanted, id)];
    return {
      component: id,
      component_type: type,
      old: before,
      new: after,
      changed: wayText(before) !== wayText(after),
    };
  });
}

function wayOf({ planned, answer }: Told, component: ComponentId): readonly string[] | null {
  if (answer.kind !== "plan") return null;
  const start = planned.from.components.find(({ id }) => id === component)?.version;
  const steps = answer.plan.stages
    .flatMap(({ groups }) => groups.flat())
    .filter((step) => step.component === component);
  return [...(start === undefined ? [] : [start]), ...steps.map(({ to }) => to)];
}

function wayText(way: readonly string[] | null): string {
  return way === null ? "stays" : way.join(" -> ");
}

/** Whether the same is done, whatever the releases and their tables are called. */
function isSame(diff: PlanDiff): boolean {
  const done = ({ answer }: Told): unknown =>
    answer.kind === "plan"
      ? answer.plan.stages.map(({ groups }) =>
          groups.map((steps) => steps.map(({ component, from, to }) => [component, from, to])),
        )
      : answer.kind;
  return JSON.stringify(done(diff.old)) === JSON.stringify(done(diff.new));
}
