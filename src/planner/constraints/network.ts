import type { Row, Rule, System, TransitionTable, VersionSet } from "../../manifest/system.ts";
import { at } from "../model/moves.ts";
import type { EndStates } from "./end-states.ts";
import type { GroundConstraint } from "./ground.ts";
import { type DenseRules, type Ruling, unsaid } from "./ruling.ts";
import { type DenseRelations, isDenseSize, newDenseRelations, setBox } from "./relation-dense.ts";
import { candidates, type TableClasses } from "../model/table-classes.ts";
import { admits, firstRow, rowBitSets } from "./relation-by-row-bits.ts";
import { byRule } from "./rule-order.ts";

/** The transition tables, constraint by constraint. */
export interface ConstraintNetwork {
  readonly constraints: readonly GroundConstraint[];
  /** For each table class the constraints on which they stand, by index, ascending. */
  readonly constraintsOf: readonly (readonly number[])[];
  /** False: a table had too many constraints, and they are missing: nothing may be planned from this. */
  readonly isWhole: boolean;
}

/** The constraints on which these table class stand. */
export function constraintsWith(
  { constraints, constraintsOf }: ConstraintNetwork,
  tableClass: number,
): readonly GroundConstraint[] {
  return at(constraintsOf, tableClass).map((constraint) => at(constraints, constraint));
}

export function constraintsByTable({
  constraints,
}: ConstraintNetwork): ReadonlyMap<TransitionTable, readonly GroundConstraint[]> {
  const byTable = new Map<TransitionTable, GroundConstraint[]>();
  for (const constraint of constraints) {
    const own = byTable.get(constraint.table);
    if (own === undefined) byTable.set(constraint.table, [constraint]);
    else own.push(constraint);
  }
  return byTable;
}

/** A table in whose columns Components can stand in more ways has too many constraints. */
const constraintsOfOneTable = 20_000;

/** Up to so many rows are read one after the other; more are put into bit sets. */
const fewRows = 32;

export function constraintNetwork(
  system: System,
  tableClasses: TableClasses,
  ends: EndStates,
): ConstraintNetwork {
  const buffers = { denseRelationOf: newDenseRelations(), cells: [] };
  const constraints: GroundConstraint[] = [];
  let isWhole = true;
  let sizes: readonly number[] = [];
  for (const table of inOrder(system.transitionTables)) {
    sizes = sizesOf(system, table, sizes);
    const plain = onlyChoice(tableClasses, table.columns);
    const chosen =
      plain === null ? choices(tableClasses, candidates(tableClasses, table.columns)) : [plain];
    isWhole &&= chosen !== null;
    if (isDenseSize(sizes) && ends.restrictedClasses.size === 0) {
      const source = denseRulesOf(table, ends);
      for (const classes of chosen ?? [])
        constraints.push(denseConstraint(table, classes, sizes, source, buffers));
    } else {
      const ask = asker(table, sizes, ends);
      for (const classes of chosen ?? []) constraints.push(ask(classes));
    }
  }
  return { constraints, constraintsOf: indexOf(constraints, tableClasses), isWhole };
}

/** How many versions each column knows. Most tables are as large as the one before, and share its list. */
function sizesOf(
  { types }: System,
  { columns }: TransitionTable,
  before: readonly number[],
): readonly number[] {
  const sizeOf = ({ type }: TransitionTable["columns"][number]) =>
    types[type]?.versions.length ?? 0;
  const isSame =
    columns.length === before.length &&
    columns.every((column, place) => sizeOf(column) === before[place]);
  return isSame ? before : columns.map(sizeOf);
}

/** For each table class the constraints on which they stand. */
export function indexOf(
  constraints: readonly GroundConstraint[],
  { classes: all }: TableClasses,
): ConstraintNetwork["constraintsOf"] {
  const constraintsOf: number[][] = all.map(() => []);
  for (const [index, { classes }] of constraints.entries()) {
    for (const [column, one] of classes.entries()) {
      if (classes.indexOf(one) === column) constraintsOf[one]?.push(index);
    }
  }
  return constraintsOf;
}

/** What is not dense has none. */
const noRuleNumbers = new Uint16Array(0);

/**
 * Of a large table each combination when it is asked for. NO wins; then a YES row; then an end state; then the default.
 */
function asker(table: TransitionTable, sizes: readonly number[], ends: EndStates) {
  let boxRelation: { readonly yes: Matcher; readonly no: Matcher } | null = null;
  return (classes: readonly number[]): GroundConstraint => {
    const ruling = (versions: readonly number[]): Ruling => {
      boxRelation ??= { yes: matcher(table, "yes", sizes), no: matcher(table, "no", sizes) };
      const forbidding = boxRelation.no(versions);
      if (forbidding !== null) return { accepted: false, rule: forbidding };
      const allowing = boxRelation.yes(versions);
      if (allowing !== null) return { accepted: true, rules: [allowing] };
      const granting = ends.granting(classes, versions);
      if (granting !== null) return { accepted: true, rules: granting };
      return unsaid(table);
    };
    return {
      table,
      classes,
      sizes,
      ruleNumbers: noRuleNumbers,
      begin: 0,
      accepted: 0,
      refused: 0,
      ask: remembered((versions) => ruling(versions).accepted),
      source: { kind: "by-rows", ends, ruling },
      boxRelation: null,
      hopSupport: undefined,
    };
  };
}

/** The first row, by its place in the file, whose every cell admits these versions. */
type Matcher = (versions: readonly number[]) => Rule | null;

function matcher(table: TransitionTable, wanted: "yes" | "no", sizes: readonly number[]): Matcher {
  const rows = rowsOf(table, wanted);
  if (rows.length <= fewRows) {
    return (versions) => rows.find(({ cells }) => admits(cells, versions))?.rule ?? null;
  }
  const everyColumn = table.columns.map((_, at) => at);
  const bitSets = rowBitSets(
    rows.map(({ cells }) => cells),
    sizes,
  );
  return (versions) => rows[firstRow(bitSets, everyColumn, versions)]?.rule ?? null;
}

/** In the order of the file. */
function rowsOf({ rows: all }: TransitionTable, wanted: "yes" | "no"): readonly Row[] {
  const rows = all.every(({ verdict }) => verdict === wanted)
    ? all
    : all.filter(({ verdict }) => verdict === wanted);
  const isSorted = rows.every(
    ({ rule }, at) => at === 0 || byRule(rows[at - 1]?.rule ?? rule, rule) <= 0,
  );
  return isSorted ? rows : rows.toSorted((a, b) => byRule(a.rule, b.rule));
}

/** What all dense relations are written with. */
interface Buffers {
  readonly denseRelationOf: DenseRelations;
  /** Room for the cells of one end state. */
  readonly cells: VersionSet[];
}

function denseRulesOf(table: TransitionTable, ends: EndStates): DenseRules {
  const yes = rowsOf(table, "yes");
  const no = rowsOf(table, "no");
  const firstYes = 1 + ends.boxes.length;
  return { kind: "dense", ends, yes, no, firstYes, firstNo: firstYes + yes.length };
}

/** Of a small table all combinations at once: the first of each kind last, and over all of it the NO rows. */
function denseConstraint(
  table: TransitionTable,
  classes: readonly number[],
  sizes: readonly number[],
  source: DenseRules,
  { denseRelationOf, cells }: Buffers,
): GroundConstraint {
  const { yes, no, firstYes, firstNo } = source;
  const { boxes } = source.ends;
  const dense = denseRelationOf(sizes, firstNo + no.length - 1);
  cells.length = classes.length;
  for (let at = lastToSet(boxes, classes); at >= 0; at -= 1) {
    const domains = boxes[at]?.domains ?? [];
    for (let column = 0; column < classes.length; column += 1)
      cells[column] = domains[classes[column] ?? -1] ?? null;
    setBox(dense, cells, 1 + at);
  }
  for (let at = yes.length - 1; at >= 0; at -= 1)
    setBox(dense, yes[at]?.cells ?? [], firstYes + at);
  for (let at = no.length - 1; at >= 0; at -= 1) setBox(dense, no[at]?.cells ?? [], firstNo + at);
  const { ruleNumbers, begin } = dense;
  return {
    table,
    classes,
    sizes,
    ruleNumbers,
    begin,
    accepted: table.allowByDefault ? 0 : 1,
    refused: firstNo,
    ask: null,
    source,
    boxRelation: null,
    hopSupport: undefined,
  };
}

/** What comes behind an end state that holds everything is never the first. */
function lastToSet(boxes: EndStates["boxes"], classes: readonly number[]): number {
  const all = boxes.findIndex(({ domains }) =>
    classes.every((one) => (domains[one] ?? null) === null),
  );
  return all < 0 ? boxes.length - 1 : all;
}

function remembered(
  ask: NonNullable<GroundConstraint["ask"]>,
): NonNullable<GroundConstraint["ask"]> {
  // There are many constraints, and of most of them nothing is asked.
  let known: Map<string, boolean> | null = null;
  return (versions) => {
    const key = versions.join();
    const before = known?.get(key);
    if (before !== undefined) return before;
    const said = ask(versions);
    (known ??= new Map()).set(key, said);
    return said;
  };
}

/**
 * The table class of columns each of which has one Component that may stand there; null: there is something to choose.
 */
function onlyChoice(
  { of, ofType, classes }: TableClasses,
  columns: TransitionTable["columns"],
): readonly number[] | null {
  const chosen: number[] = [];
  for (const { type, component } of columns) {
    const all = ofType[type] ?? [];
    const one = component === null ? all[0] : of[component];
    const isOnly = component !== null || all.length === 1;
    if (!isOnly || one === undefined || classes[one] === undefined || chosen.includes(one))
      return null;
    chosen.push(one);
  }
  return chosen;
}

/** Every choice of table class for the columns that enough Components exist for; null: too many. */
function choices(
  { classes }: TableClasses,
  columns: readonly (readonly number[])[],
): readonly (readonly number[])[] | null {
  let all: (readonly number[])[] = [[]];
  for (const column of columns) {
    const longer: (readonly number[])[] = [];
    for (const chosen of all) {
      for (const one of column) {
        const used = chosen.filter((other) => other === one).length;
        if (used >= (classes[one]?.components.length ?? 0)) continue;
        // At once: all of them may be more than fit into memory.
        if (longer.length === constraintsOfOneTable) return null;
        longer.push([...chosen, one]);
      }
    }
    all = longer;
  }
  return all;
}

/** So that the order of the tables in a file leaves no trace. */
function inOrder(tables: readonly TransitionTable[]): readonly TransitionTable[] {
  const isSorted = tables.every(
    (table, at) => at === 0 || byName(tables[at - 1] ?? table, table) <= 0,
  );
  return isSorted ? tables : tables.toSorted(byName);
}

function byName(a: TransitionTable, b: TransitionTable): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  const rulesOf = (table: TransitionTable) => table.rows.map(({ rule }) => rule).toSorted(byRule);
  const [rulesA, rulesB] = [rulesOf(a), rulesOf(b)];
  for (const [at, rule] of rulesA.entries()) {
    const other = rulesB[at];
    if (other === undefined) return 1;
    const order = byRule(rule, other);
    if (order !== 0) return order;
  }
  return rulesA.length - rulesB.length;
}
