import { certificateFormat, certificateVersion } from "../certificate/shape.ts";
import type { Certificate, System as CertifiedSystem, WayOut } from "../certificate/shape.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { Contingency } from "../deployment/contingencies.ts";
import type { PlannedGate } from "../deployment/records.ts";
import type { System } from "../manifest/system.ts";
import { startState } from "../manifest/system-state.ts";
import type { Heard } from "../planner/model/budget.ts";
import type { Plan, Step } from "../planner/model/plan.ts";
import { tableClassesOf } from "../planner/model/table-classes.ts";
import { columnsOf } from "./columns.ts";
import { costReasons } from "./cost-reasons.ts";
import { endBoxesOf } from "./end-boxes.ts";
import { certifiedGates } from "./gate-places.ts";
import { longestChain } from "./longest-chain.ts";
import { proverOf } from "./prover.ts";
import { certifiedSystem, type InputText, placesIn } from "./certified-system.ts";
import { Unproved, walkOf, type WalkTools } from "./walks.ts";

/** What is certified. */
export interface Certified {
  /** The Manifest's name. */
  readonly manifest: string;
  readonly inputs: Certificate["inputs"];
  /** Those of the inputs that rows stand in. */
  readonly texts: readonly InputText[];
  readonly system: System;
  readonly plan: Plan;
  readonly waysOut: readonly Contingency[];
  readonly waysOutOmitted: number;
  /** Null: no Topology was read, so nobody knows of any. */
  readonly gates: readonly PlannedGate[] | null;
  readonly artifactOf: (step: Step) => {
    readonly name: string;
    readonly depends: Certificate["plan"][number][number][number]["depends"];
  } | null;
}

/**
 * The certificate of a plan; fails where evidence was looked for in vain. `heard`: how many statements more were looked
 * for.
 */
export function certificateOf(certified: Certified, heard?: Heard): Result<Certificate> {
  try {
    return ok(written(certified, heard));
  } catch (error) {
    if (!(error instanceof Unproved)) throw error;
    return fail({
      code: "certificate-unproved",
      message: `No evidence was found for ${error.message}, so there is no certificate of this plan.`,
      hint: "NO rows of end states that overlap YES rows make evidence hard to find: write the YES rows without what the NO rows forbid.",
    });
  }
}

function written(certified: Certified, heard: Heard | undefined): Certificate {
  const { manifest, inputs, system: planned, plan, waysOut, waysOutOmitted, gates } = certified;
  const places = placesIn(certified.texts);
  const system = certifiedSystem(planned, places.indexOf);
  const tableClasses = tableClassesOf(planned);
  const columns = columnsOf(planned, tableClasses);
  const ends = endBoxesOf(system, tableClasses, columns);
  const prover = proverOf(system, ends, heard);
  const tools: WalkTools = {
    system,
    tableClasses,
    columns,
    prover,
    exemptions: new Map(),
    heard,
  };
  const indexOf = new Map(planned.components.map(({ id }, index) => [id, index]));
  const moved = ({ component, from, to }: Pick<Step, "component" | "from" | "to">) => {
    const index = indexOf.get(component) ?? -1;
    const { versions = [] } = planned.types[planned.components[index]?.type ?? -1] ?? {};
    return { component: index, from: versions.indexOf(from), to: versions.indexOf(to) };
  };
  const start = startState(planned);
  const befores: (readonly number[])[] = [];
  let state: readonly number[] = start;
  const stages = plan.stages.map(({ groups }) => {
    befores.push(state);
    const { walk, after } = walkOf(
      tools,
      start,
      state,
      groups.map((steps) => steps.map(moved)),
    );
    state = after;
    return walk;
  });
  const steps = plan.stages.map(({ groups }) =>
    groups.map((group) =>
      group.map((step) => {
        const artifact = certified.artifactOf(step);
        return {
          ...moved(step),
          artifact: artifact?.name ?? null,
          depends: artifact?.depends ?? null,
        };
      }),
    ),
  );
  const ways_out = waysOut.map((way): WayOut => {
    const { stage, component, cause, groups, isDecided: decided } = way;
    const told = { stage, component: indexOf.get(component) ?? -1, cause };
    if (groups === null) return { ...told, way: null, decided };
    const left = leftBehind(steps[stage] ?? [], system, told.component, befores[stage] ?? start);
    const moves = groups.map((group) =>
      group.map((step) => ({ ...moved(step), means: step.means })),
    );
    const { walk } = walkOf(tools, left, left, moves);
    return { ...told, way: { groups: moves, walk }, decided };
  });
  return {
    format: certificateFormat,
    version: certificateVersion,
    manifest,
    inputs,
    places: places.all,
    system,
    plan: steps,
    end_states: ends.found,
    statements: prover.statements,
    stages,
    ways_out,
    ways_out_omitted: waysOutOmitted,
    ...(gates === null ? {} : { gates: certifiedGates(gates, plan) }),
    exemptions: [...tools.exemptions.values()],
    cost: costReasons(planned, plan, () => longestChain(system, tableClasses, columns, heard)),
    optimal: plan.optimal,
  };
}

/** Where the System is once all behind the group has been undone, and of the group all that can go back. */
function leftBehind(
  groups: Certificate["plan"][number],
  { components }: CertifiedSystem,
  stuck: number,
  before: readonly number[],
): readonly number[] {
  const last = groups.findIndex((steps) => steps.some(({ component }) => component === stuck));
  const state = [...before];
  for (const { component, to } of groups.slice(0, last).flat()) state[component] = to;
  for (const { component, to } of groups[last] ?? []) {
    const isBack = component !== stuck && components[component]?.rollback === true;
    if (!isBack) state[component] = to;
  }
  return state;
}
