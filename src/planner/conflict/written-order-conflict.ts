import type { System } from "../../manifest/system.ts";
import { violations } from "./nogood-extraction.ts";
import type { Nogood } from "./nogood.ts";
import { nogoodOf, type Planner, sufficient, withOrders, withRows } from "./explain-only.ts";
import { type Repair, repaired } from "./repairs.ts";
import { whyNotOverStones } from "./explain-stones.ts";
import { findPlan, writtenOrder } from "../find-plan.ts";
import { groupsByOrder } from "../stage/written-order.ts";
import { acceptabilityOf } from "../constraints/acceptability.ts";
import { isDirect, wantedMoves } from "../model/wanted.ts";

/** What stands against an order written for all that moves, where step by step there were a way. */
export interface Together {
  readonly nogoods: readonly Nogood[];
  /** Whether it is proved that none can be left out. */
  readonly isIrreducible: boolean;
  /** Single changes, each of which opens a way; perhaps not all. */
  readonly repairs: readonly Repair[];
}

/** No more numbers are left out on trial, each by planning anew; fewer where that would take long. */
const maxTried = 40;

/** Enough for a row that speaks of two types, and for a plan that needs no search; not for a System that takes long to plan. */
const fewest = 3;
const fewestNodes = 2_000;
const large = 500;

/** The first rule that the order as written breaks, over stepping stones several, and the numbers without which it would not. */
export function whyNotTogether(system: System, nodeLimit: number): Together {
  const tries = triesFor(system, nodeLimit);
  const planned = plannerFor(nodeLimit);
  const moves = wantedMoves(system);
  const moving = new Set(moves.map(({ component }) => system.components[component]?.type ?? -1));
  const numbered = [...moving].filter((type) => system.types[type]?.order !== null);
  const orders = numbered.slice(0, tries).map((type): Repair => ({ kind: "drop-order", type }));
  const isOpenedBy = (repair: Repair) => planned(repaired(system, repair)) === "plan";
  if (!moves.every((move) => isDirect(system, move))) {
    const found =
      tries > 0 ? whyNotOverStones(system, numbered, { nodeLimit, tries, planned }) : null;
    const rows = (found?.nogoods ?? []).slice(0, tries).flatMap(repairOf);
    return {
      nogoods: found?.nogoods ?? [],
      isIrreducible: found?.isIrreducible ?? false,
      repairs: [...rows, ...orders].filter(isOpenedBy),
    };
  }
  const violation = violations(system, acceptabilityOf(system), [groupsByOrder(system, moves)])[0];
  if (violation === undefined)
    return { nogoods: [], isIrreducible: false, repairs: orders.filter(isOpenedBy) };
  const nogood = nogoodOf(violation);
  const strict = withRows(system, [violation]);
  const isForbidding = (some: readonly number[]) => planned(withOrders(strict, some)) === "no-plan";
  const types = tries === 0 ? numbered : sufficient(numbered, [violation], isForbidding);
  const needed =
    types.length > tries ? { types, isProved: false } : neededOrders(strict, types, planned);
  return {
    nogoods: [nogood, ...needed.types.map((type) => ({ kind: "order", type }) as const)],
    isIrreducible: needed.isProved,
    repairs: [...repairOf(nogood), ...orders].filter(isOpenedBy),
  };
}

/** Whether the order is written for all that moves, and some of it cannot go where it should in one stage. */
export function isWrittenOverStones(system: System): boolean {
  return (
    writtenOrder(system) === "all" && wantedMoves(system).some((move) => !isDirect(system, move))
  );
}

/**
 * Those of the repairs that open a way for the order as written, too: it puts together what step by step would pass. Null where
 * there are too many to plan with each.
 */
export function openingAsWritten(
  system: System,
  opened: readonly Repair[],
  nodeLimit: number,
): readonly Repair[] | null {
  if (writtenOrder(system) !== "all") return opened;
  if (opened.length > triesFor(system, nodeLimit)) return null;
  const planned = plannerFor(nodeLimit);
  return opened.filter((repair) => planned(repaired(system, repair)) === "plan");
}

function triesFor({ components }: System, nodeLimit: number): number {
  const affordable = Math.floor(nodeLimit / components.length);
  return Math.min(maxTried, components.length > large ? affordable : Math.max(fewest, affordable));
}

function repairOf(nogood: Nogood): readonly Repair[] {
  if (nogood.kind === "row") return [{ kind: "say-yes", nogood }];
  return nogood.kind === "unlisted" ? [{ kind: "add-row", nogood }] : [];
}

function plannerFor(nodes: number): Planner {
  const nodeLimit = Math.max(nodes, fewestNodes);
  return (system) => findPlan(system, { nodeLimit }).kind;
}

/** Numbers are left out one after the other as long as there is no plan without them. */
function neededOrders(
  system: System,
  numbered: readonly number[],
  planned: Planner,
): { readonly types: readonly number[]; readonly isProved: boolean } {
  let kept = withOrders(system, numbered);
  let isProved = planned(kept) === "no-plan";
  const types = numbered.filter((type) => {
    const fewer = repaired(kept, { kind: "drop-order", type });
    const kind = planned(fewer);
    if (kind === "undecided") isProved = false;
    if (kind !== "no-plan") return true;
    kept = fewer;
    return false;
  });
  return { types, isProved };
}
