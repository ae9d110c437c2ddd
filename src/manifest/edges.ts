import { ComponentType } from "../core/ids.ts";
import type { Place, Problem } from "../core/problem.ts";
import { columnTwice } from "./column-checks.ts";
import { resolveCondition } from "./fact-head.ts";
import { placeAt, type Source } from "./source.ts";
import type { Cell, ConstraintTable, TableColumn, TableRow } from "./table.ts";
import { entriesOf, entryOf, valueOf, type YamlMap, type YamlNode } from "./yaml-node.ts";
import { readYamlTable } from "./yaml-table.ts";

/** Which version of a type may be installed over which, as people write it. */
export interface EdgeTable {
  readonly rows: readonly Edge[];
  /** What holds where no row says it. */
  readonly allowByDefault: boolean;
  /** Where that is said; else the table. */
  readonly defaultAt: Place;
  readonly at: Place;
}

interface Edge {
  readonly from: Cell;
  readonly to: Cell;
  /** Of the Component itself. */
  readonly facts: readonly { readonly key: string; readonly cell: Cell }[];
  readonly verdict: TableRow["verdict"];
  readonly rule: TableRow["rule"];
}

interface ReadEdges {
  readonly edges: EdgeTable | null;
  readonly problems: readonly Problem[];
}

/** Reads the `edges` of all types, by the names of those that have any. */
export function edgesByType(source: Source, root: YamlNode): ReadonlyMap<ComponentType, ReadEdges> {
  return new Map(
    entriesOf(valueOf(root, "component_types")).flatMap(({ key, value }) => {
      const type = ComponentType.safeParse(key.text);
      const edges = valueOf(value, "edges");
      if (!type.success || edges === undefined) return [];
      return [[type.data, readEdges(source, type.data, edges)] as const];
    }),
  );
}

/** What is not of the right shape is left to the schema. */
function readEdges(source: Source, type: ComponentType, node: YamlNode): ReadEdges {
  if (node.kind !== "map") return { edges: null, problems: [] };
  const { table, problems } = readYamlTable(source, withColumns(node), "edges", "edges");
  if (table === null || problems.length > 0) return { edges: null, problems };
  const named = table.columns.map((column) => ({ column, what: meaningOf(column, type) }));
  const unknown = named.flatMap(({ column, what }) => (what === null ? [wrongHead(column)] : []));
  const ends = ["from", "to"].filter((end) => !named.some(({ what }) => what === end));
  const missing = ends.map((end) => withoutColumn(end, placeAt(source, node.start)));
  const twice = named.flatMap(({ column, what }, at) =>
    named.findIndex((other) => other.what === what) < at ? [columnTwice(column)] : [],
  );
  const found = unknown.length > 0 ? unknown : [...missing, ...twice];
  if (found.length > 0) return { edges: null, problems: found };
  const meanings = named.flatMap(({ what }) => what ?? []);
  const fallback = entryOf(node, "default");
  const defaultAt = placeAt(source, (fallback?.key ?? node).start);
  return {
    edges: { ...rowsOf(table, meanings), allowByDefault: fallbackOf(node), defaultAt },
    problems: [],
  };
}

type Meaning = "from" | "to" | `fact ${string}`;

function rowsOf(
  { rows, at }: ConstraintTable,
  meanings: readonly Meaning[],
): Pick<EdgeTable, "rows" | "at"> {
  const cellAt = (row: TableRow, meaning: Meaning): Cell =>
    row.cells[meanings.indexOf(meaning)] ?? { alternatives: ["any"], at };
  return {
    rows: rows.map((row) => ({
      from: cellAt(row, "from"),
      to: cellAt(row, "to"),
      facts: meanings.flatMap((meaning) =>
        meaning.startsWith("fact ")
          ? [{ key: meaning.slice("fact ".length), cell: cellAt(row, meaning) }]
          : [],
      ),
      verdict: row.verdict,
      rule: row.rule,
    })),
    at,
  };
}

/** Nothing said is `allow`: what has no edges may be installed over anything, too. */
function fallbackOf(node: YamlMap): boolean {
  const said = entryOf(node, "default")?.value;
  return said?.kind !== "text" || said.text !== "deny";
}

function withColumns(node: YamlMap): YamlMap {
  if (entryOf(node, "columns") !== undefined) return node;
  const { start } = node;
  const text = (word: string) =>
    ({ kind: "text", text: word, style: "plain", start, end: start }) as const;
  const items = [text("from"), text("to")];
  const entries = new Map(node.entries);
  entries.set("columns", {
    key: text("columns"),
    value: { kind: "list", items, start, end: start },
  });
  return { ...node, entries };
}

function meaningOf({ head }: TableColumn, type: ComponentType): Meaning | null {
  const word = head.toLowerCase();
  if (word === "from" || word === "to") return word;
  const named = resolveCondition(head, [type]);
  return named?.key === undefined || named.key === null || named.id !== null
    ? null
    : `fact ${named.key}`;
}

function wrongHead({ head, at }: TableColumn): Problem {
  const shown = head.slice(0, 60);
  return {
    code: "edges-invalid",
    message: `A table of edges has no column "${shown}".`,
    at,
    expected: `"from", "to", or TYPE:KEY for a fact of the Component itself`,
    got: shown,
    hint: "What hangs on other Components is a rule or a table below constraints.",
  };
}

function withoutColumn(end: string, at: Place): Problem {
  return {
    code: "edges-invalid",
    message: `The table of edges has no column "${end}".`,
    at,
    expected: `"from" and "to" among the columns`,
    hint: `Add the column, or leave out "columns" where there are these two alone.`,
  };
}
