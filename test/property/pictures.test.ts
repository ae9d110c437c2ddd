import { instance } from "@viz-js/viz";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { dotLines } from "../../src/pictures/dot.ts";
import {
  historyMarkdown,
  historyPage,
  pastMarkdown,
  pastPage,
} from "../../src/pictures/history-page.ts";
import { htmlPage } from "../../src/pictures/html.ts";
import { markdownLines } from "../../src/pictures/markdown.ts";
import { mermaidLines } from "../../src/pictures/mermaid.ts";
import { svgFile, svgInPage } from "../../src/pictures/svg.ts";
import { historyLines, pastLines } from "../../src/report/history.ts";
import { printableExactly } from "../../src/report/printable.ts";
import { plainStyle } from "../../src/report/style.ts";
import { fuzzing, fuzzingTimeout } from "../support/fuzzing.ts";
import { pastOf } from "../support/past.ts";
import { pictureOf } from "../support/pictures.ts";

const bad = fc.constantFrom(
  "<script>alert(1)</script>",
  "</style><img src=x onerror=alert(1)>",
  `"><svg onload=alert(1)>`,
  "](javascript:alert(1))",
  "![x](http://e.example/x.png)",
  "[x]: javascript:alert(1)",
  "http://e.example",
  "www.e.example",
  "@everyone",
  "#12",
  "`code`",
  "```\n```mermaid",
  "|",
  "\\|",
  "\\",
  '"',
  "'",
  "\n",
  "\r\n# head",
  "---",
  "* * *",
  "<!--",
  "-->",
  "--> x",
  "]]>",
  "&lt;",
  "&#60;",
  "#lt;",
  "\\N",
  "\\n",
  '\\"',
  '"]; evil [label="x',
  "%%{init: {}}%%",
  "click s0 href",
  "$x$",
  "$$x$$",
  "~~x~~",
  "\u001b[31m",
  "\u001b]8;;http://e.example\u0007",
  "\u202egnp.exe",
  "\u2066",
  "\u200b",
  "\u0000",
  "\ud800",
  "ü",
  "日本",
  "a",
  " ",
);

/** At least one letter, so that nothing is empty. */
const hostile = fc
  .array(fc.oneof(bad, fc.string({ unit: "binary", maxLength: 6 })), { minLength: 1, maxLength: 5 })
  .map((parts) => `a${parts.join("")}z`);

const plain = "abc";

function everyHostileText(check: (text: string) => void): void {
  fc.assert(fc.property(hostile, check), fuzzing(300));
}

describe("whatever a name holds", () => {
  test(
    "a page has the tags and attributes of any other page",
    () => {
      const svg = "<svg></svg>";
      const wanted = tagsOf(htmlPage(pictureOf(plain), svg));
      everyHostileText((text) => {
        const page = htmlPage(pictureOf(text), svg);
        expect(tagsOf(page)).toEqual(wanted);
        expect(page).not.toMatch(invisible);
      });
    },
    fuzzingTimeout(),
  );

  test(
    "Graphviz reads the graph with the very labels, and nothing else in it",
    async () => {
      const viz = await instance();
      everyHostileText((text) => {
        const picture = pictureOf(text);
        const dot = dotLines(picture.graph, text).join("\n");
        const { objects, edges } = graphShape.parse(viz.renderJSON(dot));
        const shown = printableExactly(text);
        expect(objects.map(({ name }) => name)).toEqual(["s0", "s1"]);
        expect(objects.map(({ label }) => labelText(label))).toEqual([[shown, shown], [shown]]);
        expect(edges.map(({ label }) => labelText(label))).toEqual([
          [` ${shown} `],
          [` ${shown} `],
        ]);
      });
    },
    fuzzingTimeout(),
  );

  test(
    "the drawing has the elements of any other drawing, in a file and in a page",
    async () => {
      const wanted = tagsOf(await svgFile(pictureOf(plain).graph, plain));
      const wantedInPage = tagsOf(await svgInPage(pictureOf(plain).graph, plain));
      await fc.assert(
        fc.asyncProperty(hostile, async (text) => {
          const { graph } = pictureOf(text);
          const file = await svgFile(graph, text);
          expect(tagsOf(file)).toEqual(wanted);
          expect(file).not.toMatch(invisible);
          expect(tagsOf(await svgInPage(graph, text))).toEqual(wantedInPage);
        }),
        fuzzing(100),
      );
    },
    fuzzingTimeout(),
  );

  test(
    "Mermaid has the same lines, and in labels only letters, numbers and what means nothing to it",
    () => {
      const shapeOf = (text: string) =>
        mermaidLines(pictureOf(text).graph).map((line) =>
          line.replaceAll(/"[^"]*"/g, `""`).replace(/^ {2}%% .*/, "  %%"),
        );
      const wanted = shapeOf(plain);
      everyHostileText((text) => {
        expect(shapeOf(text)).toEqual(wanted);
        const lines = mermaidLines(pictureOf(text).graph);
        const labels = lines.flatMap((line) => line.match(/"[^"]*"/g) ?? []);
        for (const label of labels) {
          const rest = label.slice(1, -1).replaceAll("<br/>", "").replaceAll(/#\d+;/g, "");
          expect(rest).toMatch(/^[\p{L}\p{N}\p{M} ,:\u2192.-]*$/u);
        }
        // What Mermaid looks for once the numbers are characters again.
        expect(labels.join("")).not.toMatch(/#92;n|#36;#36;/);
        const comment = lines.find((line) => line.startsWith("  %%"));
        expect(comment).not.toMatch(/[{}\n\r]|%%.*%/);
      });
    },
    fuzzingTimeout(),
  );

  test(
    "Markdown has the same blocks and columns, and no character that means something in what others wrote",
    () => {
      const shapeOf = (text: string) =>
        markdownLines(pictureOf(text)).map((line) =>
          line.startsWith("|")
            ? line.split("|").length
            : (/^(#+|\*\*|```| {4}| {2}%%)?/.exec(line)?.[0] ?? ""),
        );
      const wanted = shapeOf(plain);
      everyHostileText((text) => {
        const lines = markdownLines(pictureOf(text));
        expect(shapeOf(text)).toEqual(wanted);
        expect(lines.join("\n")).not.toMatch(invisible);
        for (const line of lines.filter((one) => one.startsWith("| "))) {
          expect(line.replaceAll(/&#\d+;/g, "")).not.toMatch(/[<>[\]`*_\\~@#$&]/);
        }
      });
    },
    fuzzingTimeout(),
  );

  test(
    "the pages of past deployments have the tags and attributes of any others",
    () => {
      const pages = (text: string) => [historyPage([pastOf(text)]), pastPage(pastOf(text))];
      const wanted = pages(plain).map(tagsOf);
      everyHostileText((text) => {
        expect(pages(text).map(tagsOf)).toEqual(wanted);
        expect(pages(text).join("")).not.toMatch(invisible);
      });
    },
    fuzzingTimeout(),
  );

  test(
    "past deployments as Markdown have the same blocks and columns, and as text the same lines",
    () => {
      const markdown = (text: string) => [
        ...historyMarkdown([pastOf(text)]),
        ...pastMarkdown(pastOf(text)),
      ];
      const lines = (text: string) => [
        ...historyLines([pastOf(text)], plainStyle),
        ...pastLines(pastOf(text), plainStyle),
      ];
      const columns = (text: string) => markdown(text).map((line) => line.split("|").length);
      everyHostileText((text) => {
        expect(columns(text)).toEqual(columns(plain));
        for (const line of markdown(text).filter((one) => one.startsWith("| "))) {
          expect(line.replaceAll(/&#\d+;/g, "")).not.toMatch(/[<>[\]`*_\\~@#$&]/);
        }
        expect(lines(text)).toHaveLength(lines(plain).length);
        expect([...markdown(text), ...lines(text)].join("\n")).not.toMatch(invisible);
      });
    },
    fuzzingTimeout(),
  );
});

/** What moves a cursor, turns text around, or does not show. */
const invisible = /(?!\n)[\p{Cc}\p{Bidi_Control}\u200b\ud800]/u;

/** The elements of a page with the names of their attributes, in their order. */
function tagsOf(page: string): readonly string[] {
  const withoutOwn = page.replaceAll(/<(style|script)>[\s\S]*?<\/\1>/g, "<$1>");
  return [...withoutOwn.matchAll(/<!--[\s\S]*?-->|<[^>]*>/g)].map(([tag]) => {
    if (tag.startsWith("<!--")) return "comment";
    const [name = ""] = /^<!?[/?]?[\w-]*/.exec(tag) ?? [];
    const attributes = tag.replaceAll(/"[^"]*"/g, "").match(/[\w:-]+(?==)/g) ?? [];
    return [name, ...attributes].join(" ");
  });
}

const graphShape = z.looseObject({
  objects: z.array(z.looseObject({ name: z.string(), label: z.string() })),
  edges: z.array(z.looseObject({ label: z.string() })),
});

/** The lines of a label as Graphviz shows them. */
function labelText(label: string): readonly string[] {
  return label
    .split(/(?<!\\)(?:\\\\)*\\n/)
    .map((line) => line.replaceAll("\\\\", "\\").replaceAll("&amp;", "&"));
}
