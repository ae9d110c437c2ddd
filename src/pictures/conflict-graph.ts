import type { Rule, System } from "../manifest/system.ts";
import type { WhyNot } from "../planner/explain.ts";
import type { Nogood } from "../planner/model/conflict.ts";
import { componentName, type NogoodPlaces } from "../report/explanation.ts";
import { nogoodText, placeText } from "../report/nogood-text.ts";
import type { PlannedSystem } from "../report/planned.ts";
import { listed } from "../report/words.ts";
import { fileName, wrapped } from "./graph-text.ts";
import type { Graph, GraphEdge, GraphNode } from "./picture.ts";

/** Of more the first ones are drawn. */
const mostEdges = 24;

/**
 * Where there is no plan: from where the System is, or as far as one gets, the edges that are missing to what is
 * wanted.
 */
export function conflictGraph(
  planned: Pick<PlannedSystem, "from" | "toVersion">,
  missing: readonly string[],
  updated: readonly string[],
): Graph {
  const { systemVersion } = planned.from;
  const nodes: GraphNode[] = [
    { id: "start", lines: [systemVersion ?? "start"], kind: "rest", state: null },
    { id: "wanted", lines: [planned.toVersion ?? "what is wanted"], kind: "rest", state: null },
  ];
  const edges: GraphEdge[] = [];
  let last = "start";
  if (updated.length > 0) {
    nodes.push({ id: "far", lines: ["as far as one gets"], kind: "passing", state: null });
    edges.push({
      from: last,
      to: "far",
      lines: wrapped(`updating ${listed(updated.slice(0, 12))}`),
      kind: "step",
    });
    last = "far";
  }
  const drawn = missing.slice(0, mostEdges);
  for (const line of drawn) {
    edges.push({ from: last, to: "wanted", lines: wrapped(line), kind: "missing" });
  }
  if (drawn.length === 0) {
    edges.push({ from: last, to: "wanted", lines: ["no way"], kind: "missing" });
  }
  const rest = missing.length - drawn.length;
  return {
    nodes,
    edges,
    omissions:
      rest === 0 ? [] : [`${rest} more rules that forbid it are not drawn; the text has them.`],
  };
}

/** Each rule that forbids every plan, with its place. */
export function missingOf(places: NogoodPlaces, core: readonly Nogood[]): readonly string[] {
  return core.map((nogood) => {
    const place = fileName(placeText(places, nogood));
    return `${place === "" ? "" : `${place}: `}${nogoodText(places.system, nogood)}`;
  });
}

/** The rows of the tables among those that forbid it. */
export function conflictRules(core: readonly Nogood[]): readonly Rule[] {
  return core.flatMap((nogood) => {
    if (nogood.kind === "order" || nogood.kind === "rest") return [];
    return nogood.rule === null ? [] : [nogood.rule];
  });
}

export function updatedNames(system: System, why: WhyNot | null): readonly string[] {
  return (why?.farthest?.updated ?? []).map((component) => componentName(system, component));
}
