import type { End } from "../simulate/ends.ts";
import type { Simulated } from "../simulate/simulate.ts";
import { isAcceptable, isBad, type SimulationReport } from "../report/simulation.ts";
import { runName, simulationLines } from "../report/simulation-text.ts";
import { plainStyle } from "../report/style.ts";
import { counted, listed, quoted } from "../report/words.ts";
import { planPicture, type ToDraw } from "./plan-picture.ts";
import { wrapped } from "./graph-text.ts";
import type { Graph, GraphEdge, GraphNode, Picture, Section } from "./picture.ts";

/** Of a starting state so many ends are drawn, those that must not be first. */
const mostEnds = 8;
const mostRuns = 6;

/** The plan with where it can end; the graph is that of the faults that lead there. */
export function simulationPicture(drawn: ToDraw, report: SimulationReport): Picture {
  const picture = planPicture(drawn, [risksSection(report)]);
  const isGood = isAcceptable(report);
  const verdict = isGood ? "Every end is acceptable." : "Not every end is acceptable.";
  const scope = `every way with at most ${counted(report.faults, "fault")}`;
  return {
    ...picture,
    title: `Simulation of ${quoted(report.manifest)}`,
    verdict: { isGood, text: `${quoted(report.manifest)}, ${scope}: ${verdict}` },
    graph: endsGraph(report),
  };
}

/** What the simulation says, without its head. */
export function risksSection(report: SimulationReport): Section {
  const [head = "", ...lines] = simulationLines(report, plainStyle);
  return { title: `Risks: ${head.slice(head.indexOf("every way")).replace(/:$/, "")}`, lines };
}

function endsGraph(report: SimulationReport): Graph {
  const omissions: string[] = [];
  const runs = report.runs.slice(0, mostRuns);
  const restRuns = report.runs.length - runs.length;
  if (restRuns > 0) omissions.push(`${counted(restRuns, "further starting state")} not drawn.`);
  const graphs = runs.map((run, index) => runGraph(report, run, index, omissions));
  return {
    nodes: graphs.flatMap(({ nodes }) => nodes),
    edges: graphs.flatMap(({ edges }) => edges),
    omissions,
  };
}

function runGraph(
  report: SimulationReport,
  run: Simulated,
  index: number,
  omissions: string[],
): Pick<Graph, "nodes" | "edges"> {
  const start = `r${index}`;
  const nodes: GraphNode[] = [
    { id: start, lines: [runName(report, run)], kind: "rest", state: null },
  ];
  const edges: GraphEdge[] = [];
  const ends = (run.exploration?.ends ?? []).toSorted(
    (a, b) => Number(isBad(report, b)) - Number(isBad(report, a)),
  );
  const drawn = ends.slice(0, mostEnds);
  const rest = ends.length - drawn.length;
  if (rest > 0)
    omissions.push(`From ${runName(report, run)}, ${counted(rest, "further end")} not drawn.`);
  for (const [at, end] of drawn.entries()) {
    const isForbidden = isBad(report, end);
    const id = `${start}e${at}`;
    nodes.push({ id, lines: endLines(end), kind: isForbidden ? "forbidden" : "rest", state: null });
    edges.push({
      from: start,
      to: id,
      lines: end.faults.length === 0 ? ["no fault"] : end.faults.flatMap(wrapped),
      kind: end.faults.length === 0 ? "step" : "fault",
    });
  }
  return { nodes, edges };
}

function endLines({ outcome, systemVersion, inconsistent }: End): readonly string[] {
  return [
    outcome.replaceAll("-", " "),
    ...(systemVersion === null ? [] : [systemVersion]),
    ...(inconsistent.length === 0 ? [] : [listed(inconsistent.slice(0, 12))]),
  ];
}
