import type { Certificate, WayOut } from "../certificate/shape.ts";
import { checkCost } from "./cost.ts";
import { kindsOf } from "./kinds.ts";
import { checkStatements } from "./statements.ts";
import { demand, entry, Untrue } from "./untrue.ts";
import { type Ground, groundOf, type Move, Walker } from "./walk.ts";

/** The first statement that is not true: where it stands in the certificate, and why. */
export interface Fault {
  readonly where: string;
  readonly message: string;
}

/** Null: every statement is true. */
export function checkCertificate(certificate: Certificate): Fault | null {
  return faultOf(() => checkAll(certificate));
}

export function faultOf(check: () => void): Fault | null {
  try {
    check();
    return null;
  } catch (error) {
    if (!(error instanceof Untrue)) throw error;
    return { where: error.where, message: error.message };
  }
}

function checkAll(certificate: Certificate): void {
  const { system, plan, stages, places } = certificate;
  for (const { rows, columns, name } of [...system.end_states, ...system.transition_states]) {
    for (const { cells, at } of rows) {
      demand(
        cells.length === columns.length,
        `table "${name}"`,
        "a row has not a cell for each column",
      );
      entry(places, at, `table "${name}"`);
    }
  }
  const kinds = kindsOf(system);
  checkStatements(certificate, kinds);
  const ground = groundOf(certificate, kinds);
  const walker = new Walker(
    ground,
    system.components.map(({ start }) => start),
  );
  demand(stages.length === plan.length, "stages", "it does not speak of each stage");
  for (const [stage, groups] of plan.entries()) {
    const where = `plan.${stage}`;
    for (const step of groups.flat()) demandHop(certificate, step, where);
    for (const [at, way] of certificate.ways_out.entries())
      if (way.stage === stage) checkWayOut(ground, way, walker.state, `ways_out.${at}`);
    walker.stage(groups, entry(stages, stage, where), `stages.${stage}`);
  }
  for (const [component, { type, id }] of system.components.entries()) {
    const isThere = walker.state[component] === system.types[type]?.wanted;
    demand(isThere, "plan", `it does not bring "${id}" to the version that is wanted`);
  }
  demandEachWayOut(certificate);
  const [unused] = ground.unusedExemptions;
  demand(unused === undefined, "exemptions", `${unused} is not needed`);
  checkCost(certificate);
}

function demandHop({ system }: Certificate, { component, from, to }: Move, where: string): void {
  const { id, hops } = entry(system.components, component, where);
  const isThere = hops.some(([old, fresh]) => old === from && fresh === to);
  demand(isThere, where, `no Artifact brings "${id}" from version ${from} to ${to}`);
}

/** Of each step, or so many are said to be left out. */
function demandEachWayOut({ plan, system, ways_out, ways_out_omitted }: Certificate): void {
  const steps = system.end_states.length === 0 ? 0 : plan.flat(2).length;
  const told = new Set(ways_out.map(({ stage, component }) => `${stage}/${component}`));
  const isAll = told.size === ways_out.length && told.size + ways_out_omitted === steps;
  demand(isAll, "ways_out", "some step has none, or two");
}

/** The way out leads from what is left over acceptable states to an end state. */
function checkWayOut(
  ground: Ground,
  wayOut: WayOut,
  before: readonly number[],
  where: string,
): void {
  const { certificate } = ground;
  const { state, installed } = leftBehind(certificate, wayOut, before, where);
  const { rollback } = entry(certificate.system.components, wayOut.component, where);
  const cause = rollback ? "rollback-failed" : "no-rollback";
  demand(wayOut.cause === cause, where, `its cause is ${cause}`);
  if (wayOut.way === null) return;
  for (const step of wayOut.way.groups.flat()) {
    const { component, from, to, means } = step;
    demand(component !== wayOut.component, where, "it moves the Component that is stuck");
    if (means === "install") {
      demandHop(certificate, step, where);
      continue;
    }
    const own = installed.get(component);
    const isBack = own?.from === to && own.to === from;
    const canGoBack = certificate.system.components[component]?.rollback === true;
    demand(isBack && canGoBack, where, "nothing to roll back");
  }
  new Walker(ground, state).stage(wayOut.way.groups, wayOut.way.walk, `${where}.way`);
}

/** All behind the step's group has been undone, and of the group all that can go back. */
export function leftBehind(
  { system, plan }: Certificate,
  { stage, component: stuck }: WayOut,
  before: readonly number[],
  where: string,
): { readonly state: readonly number[]; readonly installed: ReadonlyMap<number, Move> } {
  const groups = entry(plan, stage, where);
  const last = groups.findIndex((steps) => steps.some((one) => one.component === stuck));
  demand(last >= 0, where, "its Component has no step in its stage");
  const installed = new Map<number, Move>();
  const state = [...before];
  for (const [group, steps] of groups.slice(0, last + 1).entries()) {
    for (const step of steps) {
      const canGoBack = entry(system.components, step.component, where).rollback;
      if (group === last && step.component !== stuck && canGoBack) continue;
      state[step.component] = step.to;
      installed.set(step.component, step);
    }
  }
  return { state, installed };
}
