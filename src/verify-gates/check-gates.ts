import { assertNever } from "../core/assert-never.ts";
import type { Certificate, GatePlace, Gates } from "../certificate/shape.ts";
import { demand, entry, type Fault, faultOf } from "../verify-plan/untrue.ts";

/**
 * Whether the places at which gates are asked are all those of the plan, with all gates of each moment, and whether the
 * System then waits where it is said to wait. Null: all is true.
 */
export function checkGates({ plan, gates }: Certificate): Fault | null {
  return faultOf(() => {
    if (gates !== undefined) demandGates(gates, plan);
  });
}

function demandGates({ declared, places }: Gates, plan: Certificate["plan"]): void {
  for (const [index, { name, at }] of declared.entries()) {
    const where = `gates.declared.${index}`;
    const isFirst = declared.findIndex((other) => other.name === name) === index;
    demand(isFirst, where, `the gate "${name}" is there twice`);
    demand(new Set(at).size === at.length, where, `the gate "${name}" has a moment twice`);
  }
  let told = 0;
  for (const one of momentsOf(plan)) {
    const asked = declared.flatMap(({ at }, index) => (at.includes(one.moment) ? [index] : []));
    if (asked.length === 0) continue;
    const where = `gates.places.${told}`;
    const missing = `the plan comes to the moment ${textOf(one)} here, and it is not told`;
    const place = places[told];
    demand(place !== undefined && textOf(place) === textOf(one), where, missing);
    for (const gate of place.gates) entry(declared, gate, where);
    const names = asked.map((gate) => `"${entry(declared, gate, where).name}"`).join(", ");
    demand(place.gates.join() === asked.join(), where, `those asked here are ${names}`);
    const waited = stateText(waitedIn(one));
    demand(stateText(place.waits_in) === waited, where, `what is waited in here is ${waited}`);
    told += 1;
  }
  demand(told === places.length, `gates.places.${told}`, "the plan comes to no gate here");
}

type Moment = Pick<GatePlace, "moment" | "stage" | "group">;

/** All moments of a plan, in their order. */
function* momentsOf(plan: Certificate["plan"]): Generator<Moment> {
  for (const [stage, groups] of plan.entries()) {
    if (stage === 0) yield { moment: "start", stage, group: null };
    for (const group of groups.keys()) {
      yield { moment: "group", stage, group };
      yield { moment: "reboot", stage, group };
    }
    yield { moment: "commit", stage, group: null };
  }
}

/** Where the System is while a gate lets it wait there. */
function waitedIn({ moment, stage, group }: Moment): GatePlace["waits_in"] {
  switch (moment) {
    case "start":
      return { is: "start" };
    case "group":
      if (group !== null && group > 0) return { is: "interval", stage, group };
      return stage === 0 ? { is: "start" } : { is: "end", stage: stage - 1 };
    case "reboot":
      return { is: "interval", stage, group: group ?? 0 };
    case "commit":
      return { is: "end", stage };
    default:
      return assertNever(moment);
  }
}

function stateText(state: GatePlace["waits_in"]): string {
  switch (state.is) {
    case "start":
      return "the start";
    case "end":
      return `the end of stage ${state.stage}`;
    case "interval":
      return `a state of group ${state.group} of stage ${state.stage}`;
    default:
      return assertNever(state);
  }
}

/** As people read it. */
export function textOf({ moment, stage, group }: Moment): string {
  const of = group === null ? "" : ` of group ${group}`;
  return `"${moment}"${of} of stage ${stage}`;
}
