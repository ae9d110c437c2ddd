import type { Certificate } from "../certificate/shape.ts";
import type { System } from "../manifest/system.ts";
import { distances } from "../planner/model/distances.ts";
import { at } from "../planner/model/moves.ts";
import type { Plan } from "../planner/model/plan.ts";
import type { Chain } from "./longest-chain.ts";

type Cost = Certificate["cost"];
type Because = Cost["installs"]["because"];

/**
 * Why no plan costs less: the plainest reason that gives the number, else that the search has found it so. `chainOf`:
 * asked where nothing plainer tells the number of groups.
 */
export function costReasons(system: System, plan: Plan, chainOf: () => Chain): Cost {
  const goals = system.components.map(({ type }) => [at(system.types, type).target]);
  const toGoals = distances(system, goals);
  const far = system.components.map(({ start }, component) => at(at(toGoals, component), start));
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
    groups:
      groups === 0 || groups === stages
        ? amount(groups, ["least", 0], ["stages", stages])
        : byChain(groups, chainOf(), otherwise),
  };
}

function byChain(value: number, { links, groups }: Chain, otherwise: Because): Cost["groups"] {
  if (groups !== value) return { value, because: otherwise };
  return { value, because: links.length === 1 ? "capacity" : "chain", links };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, one) => Math.max(most, one), 0);
}
