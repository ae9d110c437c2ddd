import type { Certificate, WayOut } from "../certificate/shape.ts";
import { kindsOf } from "./crowd.ts";
import { checkStatements, type Heard } from "./tables.ts";
import { demand, entry, type Fault, faultOf } from "./untrue.ts";
import { type Ground, groundOf, type Move, type State, Walker } from "./walk.ts";

/** Null: every statement is true. `heard`: how many more were looked at. */
export function checkCertificate(certificate: Certificate, heard?: Heard): Fault | null {
  return faultOf(() => {
    const { system, plan, stages } = certificate;
    const kinds = kindsOf(system);
    checkStatements(certificate, kinds, heard);
    const ground = groundOf(certificate, kinds, heard);
    const walker = new Walker(
      ground,
      system.components.map(({ start }) => start),
    );
    demand(stages.length === plan.length, "stages", "it does not speak of each stage");
    for (const [stage, groups] of plan.entries()) {
      for (const [at, way] of certificate.ways_out.entries())
        if (way.stage === stage) checkWayOut(ground, way, walker.state, `ways_out.${at}`);
      walker.stage(groups, entry(stages, stage, "stages"), `stages.${stage}`);
    }
    for (const [component, { type, id }] of system.components.entries()) {
      const isThere = walker.state[component] === system.types[type]?.wanted;
      demand(isThere, "plan", `it does not bring "${id}" to the version that is wanted`);
    }
    demandEachWayOut(certificate);
    const [unused] = [...ground.exemptions].find(([, isUsed]) => !isUsed) ?? [];
    demand(unused === undefined, "exemptions", `${unused} is not needed`);
  });
}

/** Of each step, or so many are said to be left out. */
function demandEachWayOut({ plan, system, ways_out, ways_out_omitted }: Certificate): void {
  const steps = system.end_states.length === 0 ? 0 : plan.flat(2).length;
  const told = new Set(ways_out.map(({ stage, component }) => `${stage}/${component}`));
  const isAll = told.size === ways_out.length && told.size + ways_out_omitted === steps;
  demand(isAll, "ways_out", "some step has none, or two");
}

/** It leads from what is left over acceptable states to an end state. */
function checkWayOut(ground: Ground, wayOut: WayOut, before: State, where: string): void {
  const { components } = ground.certificate.system;
  const { way, component: stuck } = wayOut;
  const { state, installed } = leftBehind(ground.certificate, wayOut, before, where);
  const cause = entry(components, stuck, where).rollback ? "rollback-failed" : "no-rollback";
  demand(wayOut.cause === cause, where, `its cause is ${cause}`);
  if (way === null) return;
  const back = new Set(installed.map((own) => `${own.component} ${own.to} ${own.from}`));
  for (const { component, from, to, means } of way.groups.flat()) {
    demand(component !== stuck, where, "it moves the Component that is stuck");
    const isBack =
      back.has(`${component} ${from} ${to}`) && components[component]?.rollback === true;
    demand(means === "install" || isBack, where, "nothing to roll back");
  }
  new Walker(ground, state).stage(way.groups, way.walk, `${where}.way`);
}

/** All behind the step's group has been undone, and of the group all that can go back. */
export function leftBehind(
  { system, plan }: Certificate,
  { stage, component: stuck }: WayOut,
  before: State,
  where: string,
): { readonly state: State; readonly installed: readonly Move[] } {
  const groups = entry(plan, stage, where);
  const last = groups.findIndex((steps) => steps.some((one) => one.component === stuck));
  demand(last >= 0, where, "its Component has no step in its stage");
  const stays = ({ component }: Move) =>
    component === stuck || !entry(system.components, component, where).rollback;
  const installed = [...groups.slice(0, last).flat(), ...(groups[last] ?? []).filter(stays)];
  const state = [...before];
  for (const { component, to } of installed) state[component] = to;
  return { state, installed };
}
