import type { System } from "../certificate/shape.ts";

/** Whether an end table does not accept the state. `stands`: the Components of each column. */
export function isOddTable(
  { rows }: System["end_states"][number],
  stands: readonly (readonly number[])[],
  state: readonly number[],
): boolean {
  const fits = (component: number, cell: readonly number[] | null | undefined) =>
    cell?.includes(state[component] ?? -1) ?? true;
  const isAllowed = rows.some(
    ({ verdict, cells }) =>
      verdict === "yes" && stands.every((own, at) => own.every((one) => fits(one, cells[at]))),
  );
  const isForbidden = rows.some(
    ({ verdict, cells }) =>
      verdict === "no" && stands.every((own, at) => own.some((one) => fits(one, cells[at]))),
  );
  return !isAllowed || isForbidden;
}
