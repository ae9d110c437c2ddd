import { foldedRows, type Grid, shortVersion } from "../report/grid.ts";
import type { Rule } from "../manifest/system.ts";
import { counted } from "../report/words.ts";
import { escapedHtml, page, type Part, wide } from "./page.ts";
import { ruleKey } from "./path-states.ts";
import type {
  PathState,
  Picture,
  PictureMove,
  PictureRow,
  PictureTable,
  Section,
} from "./picture.ts";

/** All of it on one page. `svg`: the graph, drawn; null: it has no nodes. */
export function htmlPage(picture: Picture, svg: string | null): string {
  const { title, verdict, grid, states, tables, graph, sections } = picture;
  const rowIds = rowIdsOf(tables);
  const file = onlyFile(picture);
  const parts: readonly Part[] = [
    ...(grid === null ? [] : [["grid", "Grid", gridHtml(grid)] as const]),
    ...(svg === null ? [] : [["graph", "State graph", graphHtml(svg, graph.omissions)] as const]),
    ...(states.length < 2
      ? []
      : [["timeline", "Timeline", timelineHtml(states, rowIds, file)] as const]),
    ...(tables.length === 0
      ? []
      : [
          [
            "tables",
            "Tables",
            fileHtml(file) +
              tables.map((table, index) => tableHtml(table, index, states, file)).join(""),
          ] as const,
        ]),
    ...sections.map(
      (section, index) => [`section-${index}`, section.title, sectionHtml(section)] as const,
    ),
  ];
  return page(title, verdict, parts);
}

/** Of so many Components that do the same each has its row. */
const mostAlike = 3;

function gridHtml({ columns, rows }: Grid): string {
  const spans = columns.flatMap(({ stage, endsIn, group }) => {
    if (group !== 0) return [];
    const count = columns.filter((column) => column.stage === stage).length;
    const end = endsIn === null ? "" : ` → ${endsIn}`;
    return [
      `<th scope="colgroup" colspan="${count}" class="stage-begin">${escapedHtml(`Stage ${stage + 1}${end}`)}</th>`,
    ];
  });
  const border = ({ group, isPointOfNoReturn }: Grid["columns"][number]) => {
    if (isPointOfNoReturn) return "no-return";
    return group === 0 ? "stage-begin" : "";
  };
  const heads = columns.map((column, index) => {
    const mark = column.isPointOfNoReturn
      ? `<br><span class="no-return-note">point of no return</span>`
      : "";
    return `<th scope="col" class="${border(column)}"><a href="#state-${index + 1}">Group ${column.group + 1}</a>${mark}</th>`;
  });
  const body = foldedRows(rows, mostAlike).map(
    ({ component, componentType, start, cells, others }) => {
      const last = cells.findLastIndex((cell) => cell !== null);
      const more =
        others.length === 0
          ? ""
          : `<details><summary>and ${others.length} more</summary>${escapedHtml(others.join(", "))}</details>`;
      const moves = cells.map((version, index) => {
        const column = columns[index];
        const own = column === undefined ? "" : border(column);
        if (version === null) return `<td class="${own}">${index < last ? "──" : ""}</td>`;
        const shown = escapedHtml(shortVersion(componentType, version));
        return `<td class="move ${own}"><a href="#state-${index + 1}">● ${shown}</a></td>`;
      });
      const from = escapedHtml(shortVersion(componentType, start));
      return `<tr><th scope="row">${escapedHtml(component)}${more}</th><td>${escapedHtml(componentType)}</td><td>${from}</td>${moves.join("")}</tr>`;
    },
  );
  return wide(
    "The grid: Components and order groups",
    [
      `<table class="grid"><thead>`,
      `<tr><th scope="col" rowspan="2">Component</th><th scope="col" rowspan="2">Type</th><th scope="col" rowspan="2">Now</th>${spans.join("")}</tr>`,
      `<tr>${heads.join("")}</tr></thead><tbody>`,
      ...body,
      "</tbody></table>",
    ].join("\n"),
  );
}

function graphHtml(svg: string, omissions: readonly string[]): string {
  const left = omissions.map((line) => `<p>${escapedHtml(line)}</p>`).join("");
  const key = `<p class="faint">Solid: steps of the plan. Dashed and red: what the tables forbid, what is missing, or what fails. A state leads to the rows that allow it.</p>`;
  return `${left}${key}${wide("The graph of states", svg, "graph")}`;
}

/** Of more moves at the same time the rest is folded. */
const mostMoves = 12;

function timelineHtml(states: readonly PathState[], rowIds: RowIds, file: string | null): string {
  return `<p class="faint">Keys, where a state was chosen: n next one, p previous one.</p>\n<ol class="timeline">\n${states
    .map((state, index) => stateHtml(state, index, rowIds, file))
    .join("\n")}\n</ol>\n`;
}

function stateHtml(state: PathState, index: number, rowIds: RowIds, file: string | null): string {
  const { name, systemVersion, group, moves, allowedBy, isPointOfNoReturn } = state;
  const when = group === null ? "Now" : `Stage ${group.stage + 1}, group ${group.group + 1}`;
  const mark = isPointOfNoReturn ? ` <span class="no-return-note">point of no return</span>` : "";
  const first = moves.slice(0, mostMoves).map(moveHtml);
  const rest = moves.slice(mostMoves).map(moveHtml);
  const folded =
    rest.length === 0
      ? ""
      : `<details><summary>and ${counted(rest.length, "more install")}</summary><ul>${rest.join("")}</ul></details>`;
  const rules = allowedBy.map((rule) => {
    const place = placeHtml(rule, file);
    const id = rowIds.get(ruleKey(rule));
    return id === undefined ? place : `<a class="rule" href="#${id}">${place}</a>`;
  });
  const allowed = rules.length === 0 ? "" : `<div>allowed by ${rules.join(", ")}</div>`;
  const what =
    systemVersion === null ? "" : `: the System is on <strong>${escapedHtml(name)}</strong>`;
  const list = first.length === 0 ? "" : `<ul>${first.join("")}</ul>`;
  return `<li id="state-${index}" tabindex="-1"${systemVersion === null ? "" : ` class="rest"`}><strong>${when}</strong>${what}${mark}${list}${folded}${allowed}</li>`;
}

function moveHtml({ component, componentType, from, to }: PictureMove): string {
  const way = `${shortVersion(componentType, from)} → ${shortVersion(componentType, to)}`;
  return `<li>${escapedHtml(component)} <span class="faint">${escapedHtml(componentType)}</span> ${escapedHtml(way)}</li>`;
}

/** Where all rows stand in one file, it is named once. */
function onlyFile({ tables }: Picture): string | null {
  const files = new Set(tables.flatMap(({ rows }) => rows.map(({ rule }) => rule.file)));
  return files.size === 1 ? ([...files][0] ?? null) : null;
}

function fileHtml(file: string | null): string {
  return file === null ? "" : `<p class="faint">Lines are those of ${escapedHtml(file)}.</p>`;
}

function placeHtml({ file, line }: Rule, only: string | null): string {
  return escapedHtml(file === only ? `line ${line}` : `${file}:${line}`);
}

type RowIds = ReadonlyMap<string, string>;

function rowIdsOf(tables: readonly PictureTable[]): RowIds {
  return new Map(
    tables.flatMap(({ rows }, table) =>
      rows.map((row, index) => [ruleKey(row.rule), rowId(table, index)] as const),
    ),
  );
}

function rowId(table: number, row: number): string {
  return `row-${table}-${row}`;
}

function tableHtml(
  table: PictureTable,
  index: number,
  states: readonly PathState[],
  file: string | null,
): string {
  const { name, heads, rows, omitted, hasSystemVersions } = table;
  const all = [
    ...heads,
    "Acceptable",
    ...(hasSystemVersions ? ["System version"] : []),
    "Passed",
    "Place",
  ];
  const isMarked = rows.some(({ allows, isInConflict }) => allows.length > 0 || isInConflict);
  const body = rows.map((row, at) => {
    const cells = [
      ...row.cells.map(escapedHtml),
      escapedHtml(row.verdict),
      ...(hasSystemVersions ? [escapedHtml(row.systemVersion ?? "")] : []),
      passedHtml(row, states),
      `<span title="${escapedHtml(row.rule.row.trim())}">${placeHtml(row.rule, file)}</span>`,
    ];
    const look = lookOf(row, isMarked);
    return `<tr id="${rowId(index, at)}"${look === "" ? "" : ` class="${look}"`}>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  const rest = omitted === 0 ? "" : `<p>${counted(omitted, "further row")} not shown.</p>`;
  return `<h3>${escapedHtml(name)}</h3>\n${wide(
    `Table ${name}`,
    `<table><thead><tr>${all.map((head) => `<th scope="col">${escapedHtml(head)}</th>`).join("")}</tr></thead><tbody>\n${body.join("\n")}\n</tbody></table>`,
  )}${rest}`;
}

function lookOf({ allows, isInConflict }: PictureRow, isMarked: boolean): string {
  if (isInConflict) return "conflict";
  if (allows.length > 0) return "lit";
  return isMarked ? "dim" : "";
}

/** So many states that a row allows are named. */
const mostPassed = 8;

function passedHtml({ allows, isInConflict }: PictureRow, states: readonly PathState[]): string {
  if (isInConflict) return "forbids every plan";
  const links = allows
    .slice(0, mostPassed)
    .map((index) => `<a href="#state-${index}">${escapedHtml(states[index]?.name ?? "")}</a>`);
  const rest = allows.length - links.length;
  return `${links.join(", ")}${rest === 0 ? "" : ` and ${rest} more`}`;
}

function sectionHtml({ lines }: Section): string {
  return `<pre>${lines.map(escapedHtml).join("\n")}</pre>\n`;
}
