import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import type { ComponentId } from "../../core/ids.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { systemOnWaysOut } from "../../install/at-hand.ts";
import { plannedGate } from "../../install/gates.ts";
import { interruptPolicy } from "../../install/interrupt-policy.ts";
import { makeToldPlan, type PlanningOptions } from "../../install/make-plan.ts";
import type { Planning } from "../../install/planning.ts";
import type { Count } from "../../install/working.ts";
import { startState } from "../../manifest/system-state.ts";
import type { System, SystemState } from "../../manifest/system.ts";
import { startingIn } from "../../planner/constraints/state-acceptance.ts";
import type { PictureFormat } from "../../pictures/picture-formats.ts";
import { simulationJson } from "../../report/simulation-json.ts";
import { simulationJunit } from "../../report/simulation-junit.ts";
import { simulationLines } from "../../report/simulation-text.ts";
import { isAcceptable, type SimulationReport } from "../../report/simulation.ts";
import { counted } from "../../report/words.ts";
import type { GivenUp } from "../../simulate/checker/check.ts";
import type { Exploration, Exploring } from "../../simulate/explore.ts";
import { exploringFrom, plannedFrom, type Simulated, startsOf } from "../../simulate/simulate.ts";
import { failed, say, sayProblems } from "../output/output.ts";
import type { Context } from "./context.ts";
import { formatProblem, tellAs } from "./told-as.ts";

export interface SimulateOptions extends PlanningOptions {
  readonly from: "here" | "all";
  readonly faults: number;
  readonly accept: readonly string[];
  readonly limit: number;
  /** In MB. */
  readonly memory: number;
  readonly exact: boolean;
  readonly format: "text" | "json" | "junit" | PictureFormat;
  readonly out?: string;
}

/** Where the System ends whatever fails. Changes nothing but the file of `--out`. */
export async function simulate(
  context: Context,
  file: string,
  options: SimulateOptions,
): Promise<ExitCode> {
  const { output } = context;
  const wrong = formatProblem(context, options, [file, options.state]);
  if (wrong !== null) return failed(output, [wrong]);
  const made = await makeToldPlan(context, file, options);
  if (!made.ok) return failed(output, made.problems);
  const accepted = acceptedIn(made.value.system, options.accept);
  if (!accepted.ok) return failed(output, accepted.problems);
  const report = await reportOf(context, made.value, accepted.value, options);
  const exit = isAcceptable(report) ? exitCode.done : exitCode.noPlan;
  sayProblems(output, report.notes, "warning");
  const { planned, answer } = made.value;
  const { format } = options;
  return await tellAs(
    context,
    { ...options, format: format === "junit" ? "text" : format },
    {
      text: (style) =>
        format === "junit" ? simulationJunit(report) : simulationLines(report, style),
      json: () => simulationJson(report, exit),
      picture: async () => {
        const { simulationPicture } = await import("../../pictures/simulation-picture.ts");
        return simulationPicture({ planned, answer, why: planned.whyNot }, report);
      },
    },
    exit,
  );
}

/** What was found until everything was tried, or until it is given up. */
async function reportOf(
  context: Context,
  planning: Planning,
  accepted: readonly ComponentId[],
  options: SimulateOptions,
): Promise<SimulationReport> {
  const { manifest, system } = planning;
  const { name } = manifest;
  const {
    platform: { clock },
    output,
    compute,
    working,
  } = context;
  const begin = clock.monotonicMs();
  const starts =
    options.from === "all"
      ? await compute({ work: "simulating", name, most: null }, () => startsOf(system))
      : [startState(system)];
  const total = { count: starts.length, unit: "starting states" } as const;
  const fromEach = (count: Count) =>
    simulatedFrom(context, planning, starts, accepted, options, count);
  const { runs, notes } =
    starts.length === 1
      ? await fromEach(() => {})
      : await working({ work: "simulating", name, total }, fromEach);
  const seconds = (clock.monotonicMs() - begin) / 1000;
  const situations = runs.reduce((sum, run) => sum + (run.exploration?.situations ?? 0), 0);
  say(output, [
    `${counted(situations, "situation")} in ${seconds.toFixed(1)} s, ${Math.round(situations / seconds)} a second`,
  ]);
  const untried = starts.length - runs.length;
  return { manifest: name, faults: options.faults, system, runs, untried, accepted, notes };
}

/** From one starting state after the other. */
async function simulatedFrom(
  context: Context,
  planning: Planning,
  starts: readonly SystemState[],
  accepted: readonly ComponentId[],
  { faults, limit, memory, exact }: SimulateOptions,
  count: Count,
): Promise<Pick<SimulationReport, "runs" | "notes">> {
  const { manifest, system, survey, nodeLimit, gates } = planning;
  const notes = new Map(planning.planned.notes.map((note) => [note.message, note]));
  const runs: Simulated[] = [];
  const scope = { faults, limit, merging: exact ? "none" : "capped", apart: accepted } as const;
  const how = { scope, policy: interruptPolicy(survey), nodeLimit, gates: gates.map(plannedGate) };
  for (const start of starts) {
    const planned = await context.compute(
      { work: "planning", name: manifest.name, most: nodeLimit },
      (heard) => plannedFrom(system, start, { nodeLimit, heard }),
    );
    const there = { ...planning, system: startingIn(system, start) };
    const { answer } = planned;
    const found =
      answer.kind === "plan" ? await systemOnWaysOut(context, there, answer.plan) : null;
    for (const note of found?.notes ?? []) notes.set(note.message, note);
    const steps = exploringFrom(found?.system ?? system, planned, how);
    const exploration =
      steps === null ? null : await explored(context, steps, manifest.name, memory * 1e6);
    runs.push({ ...planned, exploration });
    count(runs.length);
    if (exploration?.givenUp === "memory" || exploration?.givenUp === "signal") break;
  }
  return { runs, notes: [...notes.values()] };
}

/** How long it is computed before it is looked for signals; milliseconds. */
const turnMs = 50;

/** What it takes to tell what was found, and to collect what is not used any more; bytes. */
const reserve = 12e6;

/**
 * In turns, so that a signal is heard meanwhile. `most`: bytes of memory; it is given up before the next turn could
 * take more.
 */
async function explored(
  { platform: { clock, memory: own }, signal, working }: Context,
  steps: Exploring,
  manifest: string,
  most: number,
): Promise<Exploration> {
  const givenUp = (mayTake: number): GivenUp | null => {
    if (signal.aborted) return "signal";
    const isFull = own.residentBytes() + mayTake + reserve > most;
    return isFull || own.isHeapNearlyFull() ? "memory" : null;
  };
  let nextTurn = clock.monotonicMs() + turnMs;
  let step = steps.next(null);
  while (step.done !== true) {
    const { faults } = step.value;
    const name = `${manifest} with at most ${counted(faults, "fault")}`;
    const begun = step;
    step = await working(
      { work: "simulating", name, total: null, unit: "situations" },
      async (count) => {
        let next: typeof step = begun;
        while (next.done !== true && next.value.faults === faults) {
          if (clock.monotonicMs() >= nextTurn) {
            await new Promise((settle) => setImmediate(settle));
            count(next.value.situations, { taken: own.residentBytes(), most });
            nextTurn = clock.monotonicMs() + turnMs;
          }
          next = steps.next(givenUp(next.value.mayTake));
        }
        return next;
      },
    );
  }
  return step.value;
}

function acceptedIn(
  { components }: System,
  names: readonly string[],
): Result<readonly ComponentId[]> {
  const unknown = names.filter((name) => components.every(({ id }) => id !== name));
  if (unknown.length === 0) {
    return ok(components.flatMap(({ id }) => (names.includes(id) ? [id] : [])));
  }
  return fail(
    ...unknown.map((name) => ({
      code: "invalid-argument" as const,
      message: `"--accept" names "${name}", but the System has no such Component.`,
      expected: components.map(({ id }) => id).join(", "),
      got: name,
      hint: "Give the id of a Component; the ends that are not acceptable name them.",
    })),
  );
}
