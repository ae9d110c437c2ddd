import type { Cell, Certificate, System } from "../certificate/shape.ts";
import type { Kinds } from "../verify-plan/crowd.ts";
import { demand, entry } from "../verify-plan/untrue.ts";

/** A Component of a kind at a version. */
interface Place {
  readonly kind: number;
  readonly version: number;
}

/**
 * The groups that any plan has at least: all Components of a link leave their start before one of the next link does,
 * and no more of a type in one group than `max_parallel`.
 */
export function chainLength(
  { system }: Certificate,
  kinds: Kinds,
  links: readonly (readonly number[])[],
): number {
  const where = "cost.groups.links";
  const told = links.flat();
  demand(new Set(told).size === told.length, where, "a Component stands in it twice");
  let groups = 0;
  let before: readonly Place[] = [];
  for (const link of links) {
    const [{ type: index } = { type: -1 }] = link.map((one) =>
      entry(system.components, one, where),
    );
    const { wanted, max_parallel: most } = entry(system.types, index, where);
    const behind = link.map((component) => {
      const { type, start, hops } = entry(system.components, component, where);
      const isOnlyWay = hops.every(([from, to]) => from !== start || to === wanted);
      const isMover = type === index && start !== wanted && (isOnlyWay || links.length === 1);
      demand(isMover, where, `component ${component} has another way, or none to go`);
      return { kind: kinds.of[component] ?? -1, version: start };
    });
    const fresh = distinct(behind.map(({ kind }) => ({ kind, version: wanted })));
    const isForced = before.every((one) =>
      fresh.every((two) => isRefused(system, kinds, one, two)),
    );
    demand(isForced, where, `a Component of ${link.join()} may move before one of the link before`);
    groups += Math.ceil(link.length / (most ?? link.length));
    before = distinct(behind);
  }
  return groups;
}

function distinct(places: readonly Place[]): readonly Place[] {
  return [...new Map(places.map((one) => [`${one.kind}/${one.version}`, one])).values()];
}

/** No state that may be passed has one Component still there and another one newly there, whatever the rest has. */
function isRefused(
  { end_states, transition_states, end_states_only }: System,
  kinds: Kinds,
  still: Place,
  newly: Place,
): boolean {
  const isIn = (cell: Cell | undefined, { version }: Place) => cell?.includes(version) ?? true;
  const isInNoEnd = end_states.some((table) => {
    const columns = kinds.columns(table);
    const [one = -1, two = -1] = [still, newly].map(({ kind }) =>
      columns.findIndex((column) => column.includes(kind)),
    );
    const isBoth = (cells: readonly Cell[]) => isIn(cells[one], still) && isIn(cells[two], newly);
    const allowing = table.rows.filter(({ verdict, cells }) => verdict === "yes" && isBoth(cells));
    return one >= 0 && two >= 0 && one !== two && allowing.length === 0;
  });
  if (end_states_only && isInNoEnd) return true;
  return transition_states.some((table) => {
    const columns = kinds.columns(table);
    return [0, 1].some((one) => {
      const two = 1 - one;
      const isSaid = (said: string) =>
        table.rows.some(
          ({ verdict, cells }) =>
            verdict === said && isIn(cells[one], still) && isIn(cells[two], newly),
        );
      const stand = columns[one]?.includes(still.kind) && columns[two]?.includes(newly.kind);
      const isUnsaid = () => table.default === "deny" && isInNoEnd && !isSaid("yes");
      return columns.length === 2 && stand === true && (isSaid("no") || isUnsaid());
    });
  });
}
