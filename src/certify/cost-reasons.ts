import type { Certificate, System } from "../certificate/shape.ts";
import type { Plan } from "../planner/model/plan.ts";

type Cost = Certificate["cost"];
type Because = Cost["installs"]["because"];

/** Why no plan costs less: the plainest reason that gives the number, else that the search has found it so. */
export function costReasons({ types, components }: System, plan: Plan): Cost {
  const far = components.map(({ type, start, hops }) =>
    hopsTo(hops, start, types[type]?.wanted ?? -1),
  );
  const otherwise = plan.optimal ? "by search" : "not proved";
  const amount = (value: number, ...reasons: readonly (readonly [Because, number])[]) => {
    const [because] = reasons.find(([, least]) => least === value) ?? [otherwise];
    return { value, because };
  };
  const { installs, stages, exposure, groups } = plan.cost;
  return {
    installs: amount(installs, ["least", 0], ["distance", sumOf(far)]),
    stages: amount(stages, ["least", 0], ["distance", largest(far)]),
    exposure: amount(exposure, ["least", 0]),
    groups: amount(groups, ["least", 0], ["stages", stages]),
  };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, one) => Math.max(most, one), 0);
}

function hopsTo(hops: readonly (readonly [number, number])[], from: number, to: number): number {
  let reached = new Set([from]);
  for (let count = 0; ; count += 1) {
    if (reached.has(to)) return count;
    const more = hops.flatMap(([old, fresh]) => (reached.has(old) ? [fresh] : []));
    const next = new Set([...reached, ...more]);
    if (next.size === reached.size) return 0;
    reached = next;
  }
}
