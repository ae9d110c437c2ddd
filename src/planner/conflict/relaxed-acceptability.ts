import {
  type Rule,
  startState,
  type System,
  type TransitionTable,
  type VersionSet,
} from "../../manifest/system.ts";
import {
  boxOf,
  isAllAccepted,
  layoutOf,
  selectiveBoxOf,
} from "../constraints/relation-by-boxes.ts";
import { at } from "../model/moves.ts";
import type { Acceptability } from "../constraints/acceptability.ts";
import { accepts, type GroundConstraint, ruling } from "../constraints/ground.ts";
import {
  type DenseRelations,
  isDenseSize,
  newDenseRelations,
  setBox,
} from "../constraints/relation-dense.ts";
import { indexOf } from "../constraints/network.ts";
import { byRule } from "../constraints/rule-order.ts";
import { refusal } from "../constraints/refusal.ts";

/** Something that forbids: a NO row, or that no row of a table allows a combination. */
export interface Nogood {
  /** Equal for the same row, or the same combination of the same table. */
  readonly key: string;
  readonly rule: Rule;
  readonly table: TransitionTable;
  /** What it forbids. */
  readonly cells: readonly VersionSet[];
  /** The combination where no row allows it; null for a NO row. */
  readonly versions: readonly number[] | null;
}

/** What forbids these versions on a constraint that refuses them. */
export function nogoodOf(
  system: System,
  constraint: GroundConstraint,
  versions: readonly number[],
): Nogood {
  const said = ruling(constraint, versions);
  const { table } = constraint;
  if (!said.accepted && said.rule !== null) {
    const { rule } = said;
    const { file, line, row } = rule;
    const cells = table.rows.find((one) => one.rule === rule)?.cells ?? [];
    return {
      key: `row ${file}:${line} ${row} of ${table.name}`,
      rule,
      table,
      cells,
      versions: null,
    };
  }
  const names = versions.map((version, column) => {
    const type = at(table.columns, column).type;
    return at(at(system.types, type).versions, version);
  });
  // It has no line of its own; the first row of its table tells people where to look.
  const first = table.rows.map(({ rule }) => rule).toSorted(byRule)[0];
  const row = `(no row allows ${names.join(" with ")})`;
  const cells = versions.map((version) => [version]);
  const rule = { file: first?.file ?? table.name, line: first?.line ?? 1, row };
  return { key: `unlisted ${table.name} ${versions.join()}`, rule, table, cells, versions };
}

/** Acceptability when, of all that its transition tables forbid, only the kept nogoods forbid. */
export function relaxer(
  system: System,
  acceptability: Acceptability,
): (kept: ReadonlyMap<string, Nogood>) => Acceptability {
  const starts = startState(system);
  const denseRelations = newDenseRelations();
  const constraintsOfTable = byTable(acceptability.network.constraints);
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
  return (kept) => {
    const nogoodsOfTable = byTable([...kept.values()]);
    const constraints = [...constraintsOfTable.keys()].flatMap((table) => {
      const nogoods = nogoodsOfTable.get(table);
      return nogoods === undefined ? [] : relaxedConstraints(table, nogoods);
    });
    const constraintsOf = indexOf(constraints, acceptability.tableClasses);
    const network = { constraints, constraintsOf, isWhole: acceptability.network.isWhole };
    return {
      ...acceptability,
      network,
      violation: (options) => {
        const refused =
          acceptability.endStatesOnly?.refusal(options) ??
          refusal(network, acceptability.tableClasses, starts, options);
        return refused === null
          ? null
          : { rule: refused.rule, table: null, nearby: [], combination: [] };
      },
    };
  };
}

function byTable<T extends { readonly table: TransitionTable }>(
  all: readonly T[],
): ReadonlyMap<TransitionTable, readonly T[]> {
  const groups = new Map<TransitionTable, T[]>();
  for (const one of all) {
    const group = groups.get(one.table);
    if (group === undefined) groups.set(one.table, [one]);
    else group.push(one);
  }
  return groups;
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
  const no = nogoods.flatMap(({ versions, cells }) =>
    versions === null || !accepts(constraint, versions) ? [cells] : [],
  );
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
