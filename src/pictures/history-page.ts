import {
  begunSentence,
  endSentence,
  inShort,
  journeys,
  noHistory,
  type Past,
  pastHint,
  pastTitle,
} from "../report/history.ts";
import { durationText } from "../report/measures.ts";
import { failureSentence } from "../report/status.ts";
import { type Span, spanText } from "../report/timeline.ts";
import { counted } from "../report/words.ts";
import { rowLine, escapedMarkdown } from "./markdown.ts";
import { escapedHtml, page, type Part, wide } from "./page.ts";
import { timelineSvg } from "./timeline-svg.ts";

/** What a page and a Markdown file tell of past deployments: tables, and of one its timeline. */
interface Told {
  readonly title: string;
  readonly isGood: boolean;
  readonly verdict: string;
  /** Sentences. */
  readonly lines: readonly string[];
  readonly tables: readonly Table[];
}

interface Table {
  readonly name: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** So many states are told one by one; a page of more nobody reads, and few browsers bear. */
const mostSpans = 2000;

function listTold(past: readonly Past[]): Told {
  const failed = past.filter(({ deployment }) => deployment.ended?.outcome !== "success").length;
  const verdict =
    past.length === 0
      ? noHistory
      : `${counted(past.length, "deployment")}, the last one first; ${failed} without success.`;
  const rows = past.map((one) => {
    const { deployment, begun, manifest, outcome, took, cause, owed } = inShort(one);
    return [deployment, begun, manifest, outcome, took, cause, owed];
  });
  const heads = ["Deployment", "Begun", "Manifest", "Outcome", "Took", "Cause", "Owed"];
  const tables = rows.length === 0 ? [] : [{ name: "Deployments", heads, rows }];
  return { title: "Past deployments", isGood: failed === 0, verdict, lines: [], tables };
}

function pastTold(past: Past): Told {
  const { deployment, spans } = past;
  const { failure, ended, owed } = deployment;
  const hint = pastHint(past);
  const left = spans.length - mostSpans;
  return {
    title: pastTitle(past),
    isGood: ended?.outcome === "success",
    verdict: endSentence(past),
    lines: [
      begunSentence(past),
      ...(failure === null ? [] : [failureSentence(failure)]),
      ...(hint === null ? [] : [hint]),
      ...owed.map((id) => `${id} still owed a Cleanup at its end.`),
      ...(left > 0 ? [`Of ${spans.length} states the last ${left} are not told here.`] : []),
    ],
    tables: [
      {
        name: "Components",
        heads: ["Component", "Type", "From", "To", "Is", "At work"],
        rows: journeys(past).map(({ id, type, from, to, version, elapsedMs }) => [
          id,
          type,
          from,
          to,
          version,
          durationText(elapsedMs),
        ]),
      },
      {
        name: "What was done",
        heads: ["Ended", "Run", "Component", "State", "Result"],
        rows: toldSpans(past).map((span) => [
          span.at ?? "",
          String(span.run),
          span.component,
          span.state,
          spanText(span),
        ]),
      },
    ],
  };
}

function toldSpans({ spans }: Past): readonly Span[] {
  return spans.slice(0, mostSpans);
}

/** The list of all, on a page. */
export function historyPage(past: readonly Past[]): string {
  return pageOf(listTold(past), []);
}

/** One of them in full. */
export function pastPage(past: Past): string {
  const told = pastTold(past);
  const spans = toldSpans(past);
  const timeline: readonly Part[] =
    spans.length === 0
      ? []
      : [
          [
            "timeline",
            "Timeline",
            wide("The bars of each Component", timelineSvg(told.title, spans), "gantt"),
          ],
        ];
  return pageOf(told, timeline);
}

function pageOf({ title, isGood, verdict, lines, tables }: Told, more: readonly Part[]): string {
  const said: readonly Part[] =
    lines.length === 0
      ? []
      : [["said", "What happened", lines.map((line) => `<p>${escapedHtml(line)}</p>`).join("\n")]];
  const told = tables.map((table, index): Part => [`table-${index}`, table.name, tableHtml(table)]);
  return page(title, { isGood, text: verdict }, [...said, ...more, ...told]);
}

function tableHtml({ name, heads, rows }: Table): string {
  const head = heads.map((one) => `<th scope="col">${escapedHtml(one)}</th>`).join("");
  const body = rows.map(
    (row) => `<tr>${row.map((cell) => `<td>${escapedHtml(cell)}</td>`).join("")}</tr>`,
  );
  return wide(
    `Table ${name}`,
    `<table><thead><tr>${head}</tr></thead><tbody>\n${body.join("\n")}\n</tbody></table>`,
  );
}

/** The list of all as Markdown. */
export function historyMarkdown(past: readonly Past[]): readonly string[] {
  return markdownOf(listTold(past));
}

/** One of them in full. */
export function pastMarkdown(past: Past): readonly string[] {
  return markdownOf(pastTold(past));
}

function markdownOf({ title, verdict, lines, tables }: Told): readonly string[] {
  return [
    `## ${escapedMarkdown(title)}`,
    "",
    `**${escapedMarkdown(verdict)}**`,
    ...lines.flatMap((line) => ["", escapedMarkdown(line)]),
    ...tables.flatMap(({ name, heads, rows }) => [
      "",
      `### ${name}`,
      "",
      rowLine(heads),
      `|${" --- |".repeat(heads.length)}`,
      ...rows.map(rowLine),
    ]),
  ];
}
