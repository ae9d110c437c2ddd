import type { System } from "../manifest/system.ts";
import { acceptabilityOf, type Violation } from "../planner/constraints/acceptability.ts";
import type { Plan, Step } from "../planner/model/plan.ts";
import { versionName } from "../report/explanation.ts";
import { shortVersion } from "../report/grid.ts";
import { counted, listed, quoted } from "../report/words.ts";
import { fileName, wrapped } from "./graph-text.ts";
import type { Graph, GraphEdge, GraphNode, PathState, PictureMove } from "./picture.ts";

/** More states than this are drawn stage by stage, and of more stages than this the first and the last ones. */
const mostStates = 40;

/** So many moves that are forbidden are drawn at each state. */
const mostForbidden = 4;

/** So many moves are tried in all. */
const mostTried = 2_000;

/** In a larger System only the first of several Components with the same move is tried. */
const smallSystem = 24;

/** In a larger System a state does not name what every Component has. */
const mostNamed = 8;

/** The states of a plan with the steps between them, and the steps that would come too early. */
export function pathGraph(system: System, states: readonly PathState[], plan: Plan): Graph {
  const shown = shownStates(states);
  const omissions: string[] = [];
  if (shown.length < states.length) {
    omissions.push(
      `${counted(states.length - shown.length, "state")} of ${states.length} not drawn: the graph would be too large. The grid and the timeline have all of them.`,
    );
  }
  const versionsAt = versionsOf(system, states);
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  let before: number | null = null;
  for (const index of shown) {
    const state = states[index];
    if (state === undefined) continue;
    nodes.push({
      id: nodeId(index),
      lines: [state.name, ...namedVersions(system, versionsAt(index))],
      kind: state.systemVersion === null ? "passing" : "rest",
      state: index,
    });
    if (before !== null) {
      edges.push({
        from: nodeId(before),
        to: nodeId(index),
        lines: betweenLines(states.slice(before + 1, index + 1)),
        kind: "step",
      });
    }
    before = index;
  }
  const refused = refusedMoves(system, states, plan, shown, versionsAt);
  if (refused.isCut)
    omissions.push("Not every step that is forbidden was looked for: there are too many.");
  return { nodes: [...nodes, ...refused.nodes], edges: [...edges, ...refused.edges], omissions };
}

function nodeId(index: number): string {
  return `s${index}`;
}

/** All of them, or where the System rests, or the first and the last of those. */
function shownStates(states: readonly PathState[]): readonly number[] {
  const all = [...states.keys()];
  if (all.length <= mostStates) return all;
  const resting = all.filter((index) => {
    const state = states[index];
    return index === 0 || state?.systemVersion !== null || index === all.length - 1;
  });
  if (resting.length <= mostStates) return resting;
  return [...resting.slice(0, mostStates / 2), ...resting.slice(-mostStates / 2)];
}

function betweenLines(states: readonly PathState[]): readonly string[] {
  const moves = states.flatMap((state) => state.moves);
  if (states.length === 1) return movesLines(moves);
  return [`${counted(states.length, "group")}, ${counted(moves.length, "install")}`];
}

/** A line for each type and move: `R456, R998: v1 → v2`. */
function movesLines(moves: readonly PictureMove[]): readonly string[] {
  const alike = new Map<string, PictureMove[]>();
  for (const move of moves) {
    const key = JSON.stringify([move.componentType, move.from, move.to]);
    const known = alike.get(key);
    if (known === undefined) alike.set(key, [move]);
    else known.push(move);
  }
  const lines = [...alike.values()].map((all) => {
    const names = all.slice(0, 3).map(({ component }) => component);
    const who =
      all.length > 4
        ? `${names.join(", ")} and ${all.length - 3} more`
        : listed(all.map(({ component }) => component));
    const [{ componentType, from, to } = { componentType: "", from: "", to: "" }] = all;
    return `${who}: ${shortVersion(componentType, from)} → ${shortVersion(componentType, to)}`;
  });
  return lines.length > 6 ? [...lines.slice(0, 5), `and ${lines.length - 5} more`] : lines;
}

/** For each state the versions of all Components, by index. */
function versionsOf(
  system: System,
  states: readonly PathState[],
): (state: number) => readonly number[] {
  const places = new Map<string, number>(system.components.map(({ id }, index) => [id, index]));
  const all: (readonly number[])[] = [];
  let current: readonly number[] = system.components.map(({ start }) => start);
  for (const { moves } of states) {
    const next = [...current];
    for (const { component, to } of moves) {
      const place = places.get(component) ?? -1;
      const versions: readonly string[] =
        system.types[system.components[place]?.type ?? -1]?.versions ?? [];
      if (place >= 0) next[place] = versions.indexOf(to);
    }
    current = next;
    all.push(current);
  }
  return (state) => all[state] ?? [];
}

function namedVersions(system: System, versions: readonly number[]): readonly string[] {
  if (system.components.length > mostNamed) return [];
  return system.components.map(({ id, type }, index) => {
    const name = system.types[type]?.name ?? "";
    return `${id} ${shortVersion(name, versionName(system, type, versions[index]))}`;
  });
}

interface Refused {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly isCut: boolean;
}

/** Of each state the moves of later groups of its stage that it does not allow yet. */
function refusedMoves(
  system: System,
  states: readonly PathState[],
  plan: Plan,
  shown: readonly number[],
  versionsAt: (state: number) => readonly number[],
): Refused {
  const { violation } = acceptabilityOf(system);
  const places = new Map<string, number>(system.components.map(({ id }, index) => [id, index]));
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  let tried = 0;
  let isCut = false;
  for (const index of shown) {
    const versions = versionsAt(index);
    const options = versions.map((version) => [version]);
    const found = new Map<string, { readonly steps: Step[]; readonly why: string }>();
    for (const step of laterSteps(system, states, plan, index)) {
      if (tried >= mostTried) {
        isCut = true;
        break;
      }
      tried += 1;
      const place = places.get(step.component) ?? -1;
      const type = system.components[place]?.type ?? -1;
      const names: readonly string[] = system.types[type]?.versions ?? [];
      const to = names.indexOf(step.to);
      const from = versions[place];
      if (from === undefined || to < 0) continue;
      const refused = violation(options.with(place, [from, to]));
      if (refused === null) continue;
      const why = violationText(system, refused);
      const key = JSON.stringify([step.componentType, step.to, why]);
      const known = found.get(key);
      if (known === undefined) found.set(key, { steps: [step], why });
      else known.steps.push(step);
    }
    for (const [at, { steps, why }] of [...found.values()].slice(0, mostForbidden).entries()) {
      const id = `${nodeId(index)}x${at}`;
      nodes.push({
        id,
        lines: ["forbidden", ...movesLines(steps), ...wrapped(why)],
        kind: "forbidden",
        state: null,
      });
      edges.push({ from: nodeId(index), to: id, lines: [], kind: "forbidden" });
    }
    if (found.size > mostForbidden) isCut = true;
  }
  return { nodes, edges, isCut };
}

/** The next move of each Component that is made in its stage, but not in the next group. */
function laterSteps(
  { components }: System,
  states: readonly PathState[],
  plan: Plan,
  index: number,
): readonly Step[] {
  const next = states[index + 1]?.group;
  if (next === null || next === undefined) return [];
  const groups = plan.stages[next.stage]?.groups.slice(next.group + 1) ?? [];
  const steps = groups.flat();
  if (components.length <= smallSystem) return steps;
  const first = new Map<string, Step>();
  for (const step of steps) {
    const key = JSON.stringify([step.componentType, step.from, step.to]);
    if (!first.has(key)) first.set(key, step);
  }
  return [...first.values()];
}

function violationText(system: System, { rule, table, combination }: Violation): string {
  if (rule !== null) return `${fileName(rule.file)}:${rule.line} says NO`;
  if (table === null) return "only end states may be passed through";
  const what = combination.map(({ type, version }) => {
    const name = system.types[type]?.name ?? "?";
    return `${name} ${shortVersion(name, versionName(system, type, version))}`;
  });
  return `no row of ${quoted(table)} allows ${listed(what)}`;
}
