import type { Problem } from "../core/problem.ts";
import { knownVersions, versionsOf } from "./cell-versions.ts";
import { type Facts, matchesFact, mayMatchFact } from "./fact-cells.ts";
import { type FactCell, type SplitTable, splitTable } from "./fact-columns.ts";
import { componentNamed } from "./match-columns.ts";
import { type MatchedTable, matchEndTable, rowsThatHold } from "./match-tables.ts";
import {
  type Choice,
  choicesOf,
  factUnknown,
  type KnownFacts,
  tooManyChoices,
} from "./rule-choices.ts";
import type { EndTable, TransitionTable, VersionSet } from "./system.ts";
import { maxTableSize } from "./table-checks.ts";
import type { ConstraintTable, TableRow } from "./table.ts";
import type { VersionDomains } from "./version-domains.ts";

/** Null: the table asks for no fact. */
export function askingFacts(table: ConstraintTable, domains: VersionDomains): SplitTable | null {
  const split = splitTable(
    table,
    domains.knownTypes,
    (type, id) => componentNamed(id, type, domains) !== null,
  );
  return split.table === table && table.sharing === null ? null : split;
}

/**
 * A table for each choice of Components that facts tell apart, with the rows that speak of these. What is unknown is
 * taken as the worst: a NO row speaks of it unless it excludes it, a YES row only where it names it.
 */
export function matchFactTransitionTable(
  split: SplitTable,
  domains: VersionDomains,
  known: readonly KnownFacts[],
): MatchedTable<TransitionTable> & { readonly notes: readonly Problem[] } {
  const { table, facts } = split;
  const rows = rowsOf(split, domains);
  const found = chosen(split, domains, known);
  const tables = found.choices.map((choice): TransitionTable => {
    const types = split.seats.flatMap((seat) => (seat.column === null ? [] : [seat]));
    return {
      name: table.name,
      columns: presentIn(split, choice),
      allowByDefault: table.allowByDefault,
      rows: rowsThatHold(
        rows.filter(({ row }, index) => speaksOf(row.verdict, facts[index] ?? [], choice.facts)),
        types,
        standingIn(split, choice),
        domains,
      ),
    };
  });
  return {
    tables: distinct(tables.filter(({ columns }) => columns.length > 0)),
    problems: [...rows.flatMap(({ problems }) => problems), ...found.problems],
    notes: found.notes,
  };
}

/**
 * A YES row is one where the facts of all Components of its columns match; what NO rows say of some of them is a table
 * for each choice of these.
 */
export function matchFactEndTable(
  split: SplitTable,
  domains: VersionDomains,
  known: readonly KnownFacts[],
): MatchedTable<EndTable> & { readonly notes: readonly Problem[] } {
  const { table, seats, facts } = split;
  const isAsked = (index: number) => (facts[index] ?? []).some(({ cell }) => !isAnything(cell));
  const fits = ({ seat, key, cell }: FactCell) =>
    membersOf(split, seat, domains).every((member) =>
      matchesFact(cell, known[member]?.facts.get(key)),
    );
  const kept = table.rows.filter(
    ({ verdict }, index) =>
      !isAsked(index) || (verdict === "yes" && (facts[index] ?? []).every(fits)),
  );
  const main = matchEndTable({ ...table, rows: kept }, domains);
  const banned = rowsOf(split, domains).flatMap(({ row, cells }, index) =>
    row.verdict === "no" && isAsked(index) ? [{ row, cells, asked: facts[index] ?? [] }] : [],
  );
  const found = banned.length === 0 ? null : chosen(split, domains, known);
  const apart = (found?.choices ?? [])
    .filter(({ columns }) => columns.every((column) => column !== null))
    .flatMap((choice): readonly EndTable[] => {
      const own = banned.filter(({ asked }) => speaksOf("no", asked, choice.facts));
      const [first] = own;
      if (first === undefined) return [];
      const columns = presentIn(split, choice);
      const head = { systemVersion: null, rule: first.row.rule };
      const nos = own.map(({ row, cells }) => ({
        systemVersion: null,
        rule: row.rule,
        cells,
        verdict: "no" as const,
      }));
      const any = { ...head, cells: columns.map(() => null), verdict: "yes" as const };
      return [{ name: table.name, columns, rows: [any, ...nos] }];
    });
  const isNone = !kept.some(({ verdict }) => verdict === "yes");
  const isMet = seats.some((_, seat) => membersOf(split, seat, domains).length > 0);
  return {
    tables: [...main.tables, ...distinct(apart)],
    problems: [
      ...main.problems,
      ...(found?.problems ?? []),
      ...(isNone && isMet ? [noneFits(table, factsAsked(split, domains, known))] : []),
    ],
    notes: toldByNobody(split, domains, known),
  };
}

/** Facts that end states ask for and no Component has that stands there. */
function toldByNobody(
  split: SplitTable,
  domains: VersionDomains,
  known: readonly KnownFacts[],
): readonly Problem[] {
  const { table, seats, facts } = split;
  const heads = facts.flat().flatMap(({ seat, key, cell }) => {
    const members = membersOf(split, seat, domains);
    const own = seats[seat];
    const isTold = members.some((member) => known[member]?.facts.has(key));
    if (own === undefined || members.length === 0 || isTold || matchesFact(cell, undefined))
      return [];
    return [`${own.type}${own.id === null ? "" : `@${own.id}`}:${key}`];
  });
  return [...new Set(heads)].map((head) =>
    factUnknown(`The table "${table.name}" asks`, head, table.at),
  );
}

function chosen(
  { table, seats, facts }: SplitTable,
  domains: VersionDomains,
  known: readonly KnownFacts[],
) {
  const speaker = {
    kind: "table",
    name: table.name,
    sharing: table.sharing,
    at: table.at,
  } as const;
  const found = choicesOf(
    {
      ...speaker,
      slots: seats.map(({ type, id, at }) => ({ type, id, at, when: [] })),
      isPartial: (slot) =>
        seats.some(
          ({ type, id, column }) => type === seats[slot]?.type && id !== null && column === null,
        ),
      asked: (slot) => facts.flat().filter(({ seat }) => seat === slot),
    },
    domains,
    known,
  );
  const cells = table.rows.length * Math.max(1, table.columns.length);
  return cells * found.choices.length <= maxTableSize
    ? found
    : { choices: [], notes: [], problems: [tooManyChoices(speaker)] };
}

function speaksOf(
  verdict: TableRow["verdict"],
  asked: readonly FactCell[],
  facts: readonly Facts[],
): boolean {
  const matches = verdict === "no" ? mayMatchFact : matchesFact;
  return asked.every(({ seat, key, cell }) => matches(cell, facts[seat]?.get(key)));
}

function rowsOf({ table, seats }: SplitTable, { versions }: VersionDomains) {
  const known = seats.flatMap(({ column, type }) =>
    column === null ? [] : [versions.get(type) ?? knownVersions([])],
  );
  return table.rows.map((row) => {
    const read = row.cells.map((cell, column) =>
      versionsOf(cell, known[column] ?? knownVersions([])),
    );
    return {
      row,
      cells: read.map(({ set }): VersionSet => set),
      problems: read.flatMap(({ problems }) => problems),
    };
  });
}

/** For each column of versions whether somebody stands in it who is there. */
function standingIn({ seats }: SplitTable, { columns }: Choice): readonly boolean[] {
  return seats.flatMap(({ column }, seat) => (column === null ? [] : [columns[seat] !== null]));
}

function presentIn({ seats }: SplitTable, { columns }: Choice) {
  return seats.flatMap(({ column }, seat) => (column === null ? [] : (columns[seat] ?? [])));
}

/** The Components that may stand in the seat. */
function membersOf(
  { seats }: SplitTable,
  seat: number,
  domains: VersionDomains,
): readonly number[] {
  const own = seats[seat];
  if (own === undefined) return [];
  const { type, id } = own;
  const at = domains.types.findIndex(({ name }) => name === type);
  const named = seats.flatMap((one) =>
    one.type === type && one.id !== null ? (componentNamed(one.id, type, domains) ?? []) : [],
  );
  const only = id === null ? null : componentNamed(id, type, domains);
  if (id !== null) return only === null ? [] : [only];
  return domains.components.flatMap((component, index) =>
    component.type === at && !named.includes(index) ? [index] : [],
  );
}

function isAnything({ alternatives }: FactCell["cell"]): boolean {
  return alternatives.includes("any");
}

/** Choices that differ in what no row asks lead to the same table. */
function distinct<Table>(tables: readonly Table[]): readonly Table[] {
  return [...new Map(tables.map((table) => [JSON.stringify(table), table])).values()];
}

/** What each Component has of the facts that YES rows ask for: `hw_rev of "G13" is "B"`. */
function factsAsked(
  split: SplitTable,
  domains: VersionDomains,
  known: readonly KnownFacts[],
): readonly string[] {
  const asked = split.facts
    .filter((_, index) => split.table.rows[index]?.verdict === "yes")
    .flat()
    .filter(({ cell }) => !isAnything(cell));
  const told = asked.flatMap(({ seat, key }) =>
    membersOf(split, seat, domains).map((member) => {
      const value = known[member]?.facts.get(key);
      const has = value === undefined ? "unknown" : `"${value}"`;
      return `${key} of "${domains.components[member]?.id ?? ""}" is ${has}`;
    }),
  );
  return [...new Set(told)];
}

/** So many facts are told. */
const mostFacts = 5;

function noneFits({ name, at }: ConstraintTable, told: readonly string[]): Problem {
  return {
    code: "table-invalid",
    message: `No acceptable row of "${name}" fits the facts of this System.`,
    at,
    expected: "a row whose facts all Components of its columns have",
    got: `${told.slice(0, mostFacts).join(", ")}${told.length > mostFacts ? ", ..." : ""}`,
    hint: "Add a row for such a System, or correct what is told of its Components.",
  };
}
