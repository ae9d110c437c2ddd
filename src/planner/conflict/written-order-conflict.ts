import type { System } from "../../manifest/system.ts";
import { acceptabilityOf } from "../constraints/acceptability.ts";
import { endStateBudget } from "../constraints/end-state-satisfiability.ts";
import { groundingOf } from "../constraints/grounding.ts";
import type { SearchLimit } from "../model/budget.ts";
import { at } from "../model/moves.ts";
import { isDirect, wantedMoves } from "../model/wanted.ts";
import { decide, type Decision } from "../search/decide.ts";
import { groupsByOrder, writtenOrder } from "../stage/written-order.ts";
import { grown, reduced } from "./conflict-set.ts";
import { byNogood } from "./nogood.ts";
import type { Nogood } from "../model/conflict.ts";
import { violations } from "./nogood-extraction.ts";
import { planOracle, questionsFor } from "./plan-conflicts.ts";
import { type Repair, repaired } from "./repair.ts";

/** What stands against an order written for all that moves, where step by step there were a way. */
export interface Together {
  readonly nogoods: readonly Nogood[];
  /** Whether it is proved that none can be left out. */
  readonly isIrreducible: boolean;
  /** Single changes, each of which opens a way; perhaps not all. */
  readonly repairs: readonly Repair[];
}

/** No more nogoods are left out on trial, each by planning anew; fewer where that would take long. */
const maxTried = 40;

/**
 * Enough for a row that speaks of two types, and for a plan that needs no search; not for a System that takes long to
 * plan.
 */
const fewest = 3;
const fewestNodes = 2_000;
const large = 500;

/** The rows that the order as written breaks, and the numbers without which it would not. */
export function whyNotTogether(system: System, limit: SearchLimit): Together {
  const tries = triesFor(system, limit);
  const moving = new Set(
    wantedMoves(system).map(({ component }) => system.components[component]?.type ?? -1),
  );
  const numbered = [...moving].filter((type) => system.types[type]?.order !== null);
  const { nogoods, isIrreducible } = conflictOf(system, numbered, limit, tries);
  const planned = plannerFor(limit);
  const changes = [
    ...nogoods.slice(0, Math.max(1, tries)).flatMap(repairOf),
    ...numbered.slice(0, tries).map((type): Repair => ({ kind: "drop-order", type })),
  ];
  const repairs = changes.filter((repair) => planned(repaired(system, repair)) === "plan");
  return { nogoods, isIrreducible, repairs };
}

/** Empty where none is found. */
function conflictOf(
  system: System,
  numbered: readonly number[],
  limit: SearchLimit,
  tries: number,
): Pick<Together, "nogoods" | "isIrreducible"> {
  const none = { nogoods: [], isIrreducible: false };
  const budget = endStateBudget();
  const acceptability = acceptabilityOf(system, groundingOf(system), budget);
  const moves = wantedMoves(system);
  const isOneStage = moves.every((move) => isDirect(system, move));
  if (!isOneStage && (tries === 0 || acceptability.endStatesOnly !== null)) return none;
  // The rows alone are asked, not that whole states are passed.
  const free = { ...acceptability, endStatesOnly: null };
  const oracle = planOracle(system, free, atLeastFew(limit));
  const { nogood, numberOf, rest } = oracle;
  const orders = numbered.map((type) => numberOf({ kind: "order", type }));
  const told = (numbers: readonly number[]) => numbers.map(nogood);
  // Over stepping stones which stages there are is left to the search: there every plan of its own tells what it
  // breaks.
  const first = isOneStage
    ? violations(system, acceptability, [groupsByOrder(system, moves)])
        .slice(0, 1)
        .map(numberOf)
    : [];
  if (isOneStage && first.length === 0) return none;
  if (tries === 0) return { nogoods: told([...first, ...orders]), isIrreducible: false };
  const always = [rest, ...oracle.orders];
  const found = grown(oracle, [...always, ...first], { left: questionsFor(system) });
  if (found.kind !== "none" || budget.isExceeded) return none;
  const rows = [...found.used].filter((number) => !always.includes(number));
  const inNames = byNogood(system);
  const sorted = rows.toSorted((a, b) => inNames(nogood(a), nogood(b)));
  let used = [...sorted, rest, ...orders];
  if (rows.length + orders.length > tries) {
    // Mostly the numbers of those that the tables of the rows speak of will do.
    const spokenOf = typesIn(system, told(rows));
    const far = numbered.flatMap((type, place) => (spokenOf.has(type) ? [] : at(orders, place)));
    used = [...reduced(oracle, new Set(used), [far]).nogoods];
  }
  // Made in one stage, the order asks for no end state in between.
  const isTold = (number: number) => !isOneStage || number !== rest;
  const tried = used.filter(isTold);
  if (tried.length > tries + (isOneStage ? 0 : 1))
    return { nogoods: told(tried), isIrreducible: false };
  // The numbers last: where some are left out, the others ask for more, and what is needed now would not be.
  const { nogoods } = reduced(oracle, new Set(used), tried);
  const kindWithout = (left: number | null) =>
    oracle.ask(new Set(nogoods.filter((number) => number !== left))).kind;
  const least = nogoods.filter(isTold);
  const isIrreducible =
    kindWithout(null) === "none" && least.every((number) => kindWithout(number) === "way");
  return { nogoods: told(least), isIrreducible };
}

/** Of which types the tables of the nogoods speak. */
function typesIn({ transitionTables }: System, nogoods: readonly Nogood[]): ReadonlySet<number> {
  const names = new Set(nogoods.flatMap((nogood) => ("table" in nogood ? [nogood.table] : [])));
  return new Set(
    transitionTables
      .filter(({ name }) => names.has(name))
      .flatMap(({ columns }) => columns.map(({ type }) => type)),
  );
}

/** Whether the order is written for all that moves, and some of it cannot go where it should in one stage. */
export function isWrittenOverStones(system: System): boolean {
  return (
    writtenOrder(system) === "all" && wantedMoves(system).some((move) => !isDirect(system, move))
  );
}

/**
 * Those of the repairs that open a way for the order as written, too: it puts together what step by step would pass.
 * Null where there are too many to plan with each.
 */
export function openingAsWritten(
  system: System,
  opened: readonly Repair[],
  limit: SearchLimit,
): readonly Repair[] | null {
  if (writtenOrder(system) !== "all") return opened;
  if (opened.length > triesFor(system, limit)) return null;
  const planned = plannerFor(limit);
  return opened.filter((repair) => planned(repaired(system, repair)) === "plan");
}

function triesFor({ components }: System, { nodeLimit }: SearchLimit): number {
  const affordable = Math.floor(nodeLimit / components.length);
  return Math.min(maxTried, components.length > large ? affordable : Math.max(fewest, affordable));
}

function repairOf(nogood: Nogood): readonly Repair[] {
  if (nogood.kind === "row") return [{ kind: "say-yes", nogood }];
  return nogood.kind === "unlisted" ? [{ kind: "add-row", nogood }] : [];
}

function plannerFor(limit: SearchLimit): (system: System) => Decision["kind"] {
  return (system) => decide(system, atLeastFew(limit)).kind;
}

function atLeastFew({ nodeLimit, heard }: SearchLimit): SearchLimit {
  return { nodeLimit: Math.max(nodeLimit, fewestNodes), heard };
}
