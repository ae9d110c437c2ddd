import { foldedRows, type Grid, shortVersion } from "../report/grid.ts";
import { printableExactly } from "../report/printable.ts";
import { counted } from "../report/words.ts";
import { mermaidLines } from "./mermaid.ts";
import type { PathState, Picture, PictureRow, PictureTable } from "./picture.ts";

/** For a comment of a merge request or a release page: GitHub and GitLab draw the graph. */
export function markdownLines(picture: Picture): readonly string[] {
  const { title, verdict, grid, states, tables, graph, sections } = picture;
  return [
    `## ${escapedMarkdown(title)}`,
    "",
    `**${escapedMarkdown(verdict.text)}**`,
    ...(grid === null ? [] : ["", ...gridTable(grid)]),
    ...(graph.nodes.length === 0 ? [] : ["", "```mermaid", ...mermaidLines(graph), "```"]),
    ...graph.omissions.flatMap((line) => ["", escapedMarkdown(line)]),
    ...tables.flatMap((table) => ["", ...tableLines(table, states)]),
    ...sections.flatMap(({ title: head, lines }) => [
      "",
      `### ${escapedMarkdown(head)}`,
      "",
      ...codeLines(lines),
    ]),
  ];
}

/** Of so many Components that do the same each has its row. */
const mostAlike = 3;

function gridTable({ columns, rows }: Grid): readonly string[] {
  const heads = columns.map(({ stage, group, endsIn, isPointOfNoReturn }) => {
    const isFirst = group === 0;
    const end = isFirst && endsIn !== null ? ` → ${endsIn}` : "";
    const mark = isPointOfNoReturn ? " ⚠ point of no return" : "";
    return `${isFirst ? `Stage ${stage + 1}${end}: ` : ""}group ${group + 1}${mark}`;
  });
  return [
    rowLine(["Component", "Type", "Now", ...heads]),
    `|${" --- |".repeat(columns.length + 3)}`,
    ...foldedRows(rows, mostAlike).map(({ component, componentType, start, cells, others }) => {
      const more = others.length === 0 ? "" : ` and ${others.length} more like it`;
      const shown = (version: string) => shortVersion(componentType, version);
      const moves = cells.map((version) => (version === null ? "" : `● ${shown(version)}`));
      return rowLine([`${component}${more}`, componentType, shown(start), ...moves]);
    }),
  ];
}

function tableLines(
  { name, heads, rows, omitted, hasSystemVersions }: PictureTable,
  states: readonly PathState[],
): readonly string[] {
  const ends = hasSystemVersions ? ["System version"] : [];
  return [
    `### ${escapedMarkdown(name)}`,
    "",
    rowLine(["", ...heads, "Acceptable", ...ends, "Passed", "Place"]),
    `|${" --- |".repeat(heads.length + 4 + ends.length)}`,
    ...rows.map((row) =>
      rowLine([
        markOf(row),
        ...row.cells,
        row.verdict,
        ...(hasSystemVersions ? [row.systemVersion ?? ""] : []),
        passedText(row, states),
        `${row.rule.file}:${row.rule.line}`,
      ]),
    ),
    ...(omitted === 0 ? [] : ["", `${counted(omitted, "further row")} not shown.`]),
  ];
}

function markOf({ allows, isInConflict }: PictureRow): string {
  if (isInConflict) return "❌";
  return allows.length > 0 ? "✅" : "";
}

function passedText({ allows }: PictureRow, states: readonly PathState[]): string {
  const names = allows.slice(0, 4).map((index) => states[index]?.name ?? "");
  const rest = allows.length - names.length;
  return rest === 0 ? names.join(", ") : `${names.join(", ")} and ${rest} more`;
}

export function rowLine(cells: readonly string[]): string {
  return `| ${cells.map(escapedMarkdown).join(" | ")} |`;
}

/** Nothing is markup in indented code; a fence could be closed by what is in it. */
function codeLines(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === "" ? "" : `    ${printableExactly(line)}`));
}

/**
 * Characters that mean something to Markdown, also to what GitHub and GitLab add to it (`@name`, `#12`, `:smile:`, bare
 * addresses), stand as entities: they show as themselves, and no backslash can undo it.
 */
export function escapedMarkdown(text: string): string {
  return printableExactly(text).replaceAll(
    /[\\`*_[\]<>#|~&@$]|:(?!\s|$|\d+$)|(?<=www)[.]/giu,
    (character) => `&#${String(character.codePointAt(0))};`,
  );
}
