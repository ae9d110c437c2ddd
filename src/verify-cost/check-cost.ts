import type { Certificate } from "../certificate/shape.ts";
import { chainLength } from "./chain.ts";
import { kindsOf } from "../verify-plan/crowd.ts";
import { demand, type Fault, faultOf } from "../verify-plan/untrue.ts";

/** Counts what the plan costs, and counts again what is said to show that no plan costs less. Null: all is true. */
export function checkCost(certificate: Certificate): Fault | null {
  return faultOf(() => demandCost(certificate));
}

function demandCost(certificate: Certificate): void {
  const { system, plan, cost, optimal } = certificate;
  const { types, components } = system;
  const canGoBack = (component: number) => components[component]?.rollback ?? true;
  const exposures = plan.map((groups) => {
    const point = groups.findIndex((steps) => steps.some((one) => !canGoBack(one.component)));
    const late = point < 0 ? [] : groups.slice(point).flat();
    return late.filter((one) => canGoBack(one.component)).length;
  });
  const counted = {
    installs: plan.flat(2).length,
    stages: plan.length,
    exposure: sumOf(exposures),
    groups: plan.flat().length,
  };
  const far = components.map(({ type, start, hops }) =>
    distance(hops, start, types[type]?.wanted ?? -1),
  );
  const chain = chainLength(certificate, kindsOf(system), cost.groups.links ?? []);
  const least: Readonly<Record<string, Readonly<Record<string, number>>>> = {
    installs: { least: 0, distance: sumOf(far) },
    stages: { least: 0, distance: far.reduce((most, one) => Math.max(most, one), 0) },
    exposure: { least: 0 },
    groups: { least: 0, stages: plan.length, chain, capacity: chain },
  };
  for (const name of ["installs", "stages", "exposure", "groups"] as const) {
    const { value, because } = cost[name];
    const where = `cost.${name}`;
    demand(value === counted[name], where, `the plan has ${counted[name]}`);
    if (because === "by search") demand(optimal, where, "it is said that nothing was proved");
    else if (because === "not proved") demand(!optimal, where, "it is said that it was proved");
    else demand(least[name]?.[because] === value, where, `"${because}" does not give ${value}`);
  }
}

const sumOf = (all: readonly number[]) => all.reduce((sum, one) => sum + one, 0);

/** How many hops lead from one version to the other, at least; 0 where none do. */
function distance(hops: readonly (readonly [number, number])[], from: number, to: number): number {
  const onwards = new Map<number, number[]>();
  for (const [old, fresh] of hops) onwards.set(old, [...(onwards.get(old) ?? []), fresh]);
  const reached = new Map([[from, 0]]);
  for (const [version, count] of reached)
    for (const next of onwards.get(version) ?? [])
      if (!reached.has(next)) reached.set(next, count + 1);
  return reached.get(to) ?? 0;
}
