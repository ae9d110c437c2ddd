import * as z from "zod";
import type { Problem } from "../core/problem.ts";
import { anyEndState, isAny } from "./any-state.ts";
import { cellShape } from "./cell-shape.ts";
import { limitsShape, readLimits } from "./read-limits.ts";
import { readMarkdownTable, type ReadTable } from "./markdown-table.ts";
import { readRules } from "./read-rules.ts";
import { rulesShape } from "./rule-shape.ts";
import type { Source } from "./source.ts";
import { endStateProblems } from "./table-checks.ts";
import type { ConstraintTable } from "./table.ts";
import type { Constraints } from "./written-constraints.ts";
import { fields, label, listOf } from "./words.ts";
import { isEmpty, valueOf, type YamlNode } from "./yaml-node.ts";
import { readYamlTable } from "./yaml-table.ts";

const markdown = z
  .string({ error: "a table" })
  .meta({ description: "A Markdown table, or any: what the rules allow." });

const head = z.string({ error: "a Component type, TYPE@ID, or TYPE:KEY for a fact" });
const columns = listOf(head, "Component types").min(1, { error: "a list of at least one column" });

const endTable = fields({
  columns,
  rows: z.record(z.string(), listOf(cellShape, "cells"), {
    error: "a map of System versions, each with a list of cells",
  }),
});

const transitionTable = fields({
  name: z.string({ error: "a name" }).exactOptional(),
  columns,
  default: z.enum(["deny", "allow"], { error: `"deny" or "allow"` }).exactOptional(),
  sharing: label.exactOptional(),
  rows: listOf(listOf(cellShape, "cells that ends with YES, NO or n/a"), "rows"),
});

const oneTransitionTable = z.union([markdown, transitionTable], { error: "a table" });

/** The two kinds of tables, in the Manifest and in the device's own file. */
export const constraintsShape = fields({
  end_states: z.union([markdown, endTable], { error: "a table" }),
  transition_states: z
    .union(
      [
        markdown,
        transitionTable,
        z.array(oneTransitionTable, { error: "a table, or a list of tables" }),
      ],
      { error: "a table, or a list of tables" },
    )
    .exactOptional(),
  rules: rulesShape.exactOptional(),
  limits: limitsShape.exactOptional(),
});

/** Reads the tables below `constraints:`; what is not of the right shape is left to the schema. */
export function readConstraints(
  source: Source,
  node: YamlNode,
): { readonly constraints: Constraints; readonly problems: readonly Problem[] } {
  const ends = valueOf(node, "end_states");
  const end = isAny(ends)
    ? { table: anyEndState(source, ends), problems: [] }
    : readTable(source, ends, "end_states", "end");
  const given = valueOf(node, "transition_states");
  const several = given?.kind === "list" ? given.items : null;
  const transitions =
    several === null
      ? [readTable(source, given, "transition_states", "transition")]
      : several.map((item, index) =>
          readTable(source, item, `transition_states[${index}]`, "transition"),
        );
  const tables = transitions.flatMap(({ table }): ConstraintTable[] =>
    table === null ? [] : [table],
  );
  const rules = readRules(source, valueOf(node, "rules"));
  const problems = [
    ...end.problems,
    ...transitions.flatMap((table) => table.problems),
    ...rules.problems,
  ];
  const constraints = {
    file: source.file,
    endStates: end.table,
    transitionStates: tables,
    passesAny: isAny(given),
    rules: rules.rules,
    limits: readLimits(source, valueOf(node, "limits")),
  };
  // A row that is wrong was left out, so that nothing can be said of those that are left.
  if (problems.length === 0) problems.push(...endStateProblems(constraints));
  return { constraints, problems };
}

function readTable(
  source: Source,
  node: YamlNode | undefined,
  name: string,
  kind: "end" | "transition",
): ReadTable {
  if (node === undefined || node.kind === "list" || isEmpty(node) || isAny(node))
    return { table: null, problems: [] };
  return node.kind === "map"
    ? readYamlTable(source, node, name, kind)
    : readMarkdownTable(source, node, name, kind);
}
