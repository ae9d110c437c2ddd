import type { Contingency } from "../deployment/contingencies.ts";
import type { Plan } from "../planner/model/plan.ts";
import type { Style } from "./style.ts";
import { counted, listed } from "./words.ts";

/** No more of a stage are told one by one. */
const maxTold = 12;

/** Where the System goes when a Component that was installed cannot be taken back. */
export function wayOutLines(
  ways: readonly Contingency[],
  { stages }: Plan,
  style: Style,
): readonly string[] {
  if (ways.length === 0) return [];
  const unknown = omittedWays(ways, { stages });
  return [
    ...stages.flatMap(({ groups }, stage) => {
      const head = stages.length === 1 ? "Way out" : `Way out of stage ${stage + 1}`;
      const told = ways.filter((way) => way.stage === stage);
      return stageLines(head, told, told.length === groups.flat().length, style);
    }),
    ...(unknown === 0
      ? []
      : [
          `Way out: not looked for behind ${counted(unknown, "further install")}, there are too many.`,
        ]),
  ];
}

/** For how many installs no way out was looked for; without tables none is, for there is nothing to plan by. */
export function omittedWays(
  ways: readonly Contingency[],
  { stages }: Pick<Plan, "stages">,
): number {
  if (stages.every(({ systemVersion }) => systemVersion === null)) return 0;
  return stages.flatMap(({ groups }) => groups.flat()).length - ways.length;
}

function stageLines(
  head: string,
  ways: readonly Contingency[],
  isAll: boolean,
  style: Style,
): readonly string[] {
  const [first, ...others] = ways;
  if (first === undefined) return [];
  const isSame = others.every(({ endsIn }) => endsIn === first.endsIn);
  if (isAll && isSame && first.endsIn !== null) {
    return [
      `${head}: whichever Component cannot be taken back, the System ends in ${first.endsIn}.`,
    ];
  }
  const told = ways.slice(0, maxTold).map((way) => `${head}, ${wayOutText(way, style)}`);
  const rest = ways.length - told.length;
  return rest === 0 ? told : [...told, `${head}: ${rest} more, shown with "--json".`];
}

function wayOutText(
  { component, cause, groups, isDecided, endsIn }: Contingency,
  style: Style,
): string {
  const when =
    cause === "no-rollback"
      ? `if anything fails behind ${component}, which cannot roll back`
      : `if ${component} fails to roll back`;
  const steps = (groups ?? []).map((group) =>
    listed(group.map((step) => `${step.component} to ${step.to}`)),
  );
  const how = steps.length === 0 ? "" : `${steps.join(", then ")}; `;
  const none = isDecided
    ? "there is none, the System is left inconsistent"
    : "whether there is one was not decided within the node limit, and the System would be left inconsistent";
  const end = endsIn === null ? style.bad(none) : `the System ends in ${endsIn}`;
  return `${when}: ${how}${end}.`;
}

/** Keys may be added, never changed. */
export function wayOutJson({ stage, component, cause, groups, isDecided, endsIn }: Contingency) {
  return {
    stage,
    component,
    cause,
    groups:
      groups?.map((group) =>
        group.map(({ component: id, from, to, means }) => ({ component: id, from, to, means })),
      ) ?? null,
    decided: isDecided,
    system_version: endsIn,
  };
}
