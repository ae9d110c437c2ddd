import { startState } from "../../manifest/system-state.ts";
import type { System, TransitionTable, VersionSet } from "../../manifest/system.ts";
import {
  boxOf,
  isAllAccepted,
  layoutOf,
  selectiveBoxOf,
} from "../constraints/relation-by-boxes.ts";
import type { Acceptability } from "../constraints/acceptability.ts";
import { accepts, type GroundConstraint } from "../constraints/ground.ts";
import {
  type DenseRelations,
  isDenseSize,
  newDenseRelations,
  setBox,
} from "../constraints/relation-dense.ts";
import { constraintsByTable, indexOf } from "../constraints/network.ts";
import { endStateBudget } from "../constraints/end-state-satisfiability.ts";
import { type EndStates, endStatesOf } from "../constraints/end-states.ts";
import type { Nogood } from "../model/conflict.ts";
import { refusal } from "../constraints/refusal.ts";

/** The System when only these types are numbered. */
export function withOrders(system: System, kept: readonly number[]): System {
  const types = system.types.map((one, type) =>
    kept.includes(type) ? one : { ...one, order: null },
  );
  return { ...system, types };
}

/** The System when a stage may end anywhere. */
function withoutRests(system: System): System {
  const endTables = system.endTables.slice(0, 1).map((table) => ({
    ...table,
    columns: [],
    rows: table.rows
      .filter(({ verdict }) => verdict === "yes")
      .slice(0, 1)
      .map((row) => ({ ...row, cells: [] })),
  }));
  return { ...system, endTables };
}

/**
 * Acceptability when, of all that its transition tables forbid, only these nogoods forbid. `isResting`: stages end in
 * end states only, not anywhere.
 */
export function relaxer(
  system: System,
  acceptability: Acceptability,
): (nogoods: readonly Nogood[], isResting: boolean) => Acceptability {
  const starts = startState(system);
  const denseRelations = newDenseRelations();
  const constraintsOfTable = constraintsByTable(acceptability.network);
  // From one question to the next most tables keep the nogoods they had.
  const known = new Map<TransitionTable, Relaxed>();
  const relaxedConstraints = (
    table: TransitionTable,
    nogoods: readonly Nogood[],
  ): readonly GroundConstraint[] => {
    const before = known.get(table);
    if (before !== undefined && isSame(before.nogoods, nogoods)) return before.constraints;
    const constraints = (constraintsOfTable.get(table) ?? []).map((constraint) =>
      constraintOf(constraint, nogoods, denseRelations),
    );
    known.set(table, { nogoods, constraints });
    return constraints;
  };
  let anywhere: EndStates | null = null;
  const endsAnywhere = () =>
    (anywhere ??= endStatesOf(withoutRests(system), acceptability.tableClasses).within(
      endStateBudget(),
    ));
  return (nogoods, isResting) => {
    const constraints = [...constraintsOfTable.keys()].flatMap((table) => {
      const own = nogoods.filter((nogood) => isOf(table, nogood));
      return own.length === 0 ? [] : relaxedConstraints(table, own);
    });
    const constraintsOf = indexOf(constraints, acceptability.tableClasses);
    const network = { constraints, constraintsOf, isWhole: acceptability.network.isWhole };
    const ends = isResting ? acceptability.ends : endsAnywhere();
    return {
      ...acceptability,
      ends,
      endName: ends.nameOf,
      network,
      violation: (options) => {
        const refused =
          acceptability.endStatesOnly?.refusal(options) ??
          refusal(network, acceptability.tableClasses, starts, options);
        return refused === null ? null : { rule: refused.rule, table: null, combination: [] };
      },
    };
  };
}

function isOf({ name, columns, rows }: TransitionTable, nogood: Nogood): boolean {
  if (nogood.kind === "unlisted") return nogood.columns === columns && nogood.table === name;
  return nogood.kind === "row" && rows.some(({ rule }) => rule === nogood.rule);
}

/** The constraints of one table with some of its nogoods. */
interface Relaxed {
  readonly nogoods: readonly Nogood[];
  readonly constraints: readonly GroundConstraint[];
}

function isSame(some: readonly Nogood[], others: readonly Nogood[]): boolean {
  return some.length === others.length && some.every((nogood, place) => nogood === others[place]);
}

/** The constraint that refuses what these nogoods of its table forbid, and nothing else. */
function constraintOf(
  constraint: GroundConstraint,
  nogoods: readonly Nogood[],
  denseRelations: DenseRelations,
): GroundConstraint {
  const no = nogoods.flatMap((nogood): readonly (readonly VersionSet[])[] => {
    if (nogood.kind === "row")
      return constraint.table.rows
        .filter(({ rule }) => rule === nogood.rule)
        .map(({ cells }) => cells);
    if (nogood.kind !== "unlisted" || accepts(constraint, nogood.versions)) return [];
    return [nogood.versions.map((version) => [version])];
  });
  const layout = layoutOf(constraint.sizes);
  const boxRelation = {
    layout,
    yes: [],
    no: no.map((cells) => selectiveBoxOf(layout, cells)),
    allowByDefault: true,
  };
  const source = { kind: "relaxed", constraint, boxRelation } as const;
  const relaxed = {
    ...constraint,
    accepted: 0,
    refused: 1,
    source,
    boxRelation: null,
    hopSupport: undefined,
  };
  if (!isDenseSize(constraint.sizes)) {
    const ask = (versions: readonly number[]) =>
      isAllAccepted(
        boxRelation,
        boxOf(
          layout,
          versions.map((version) => [version]),
        ),
      );
    return { ...relaxed, ask };
  }
  const { ruleNumbers, begin } = denseRelations(constraint.sizes, 1);
  const blank = { ...relaxed, ruleNumbers, begin, ask: null };
  for (const cells of no) setBox(blank, cells, 1);
  return blank;
}
