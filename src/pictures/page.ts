import { createHash } from "node:crypto";
import { printableExactly } from "../report/printable.ts";
import { pageScript, pageStyle } from "./html-style.ts";
import type { Picture } from "./picture.ts";

/** A part of a page. */
export type Part = readonly [id: string, title: string, html: string];

/** One file that holds all of it and loads nothing: no network, no other file, and no script but its own. */
export function page(title: string, verdict: Picture["verdict"], parts: readonly Part[]): string {
  return [
    "<!doctype html>",
    `<html lang="en">`,
    "<head>",
    `<meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    `<meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<meta name="referrer" content="no-referrer">`,
    `<title>${escapedHtml(title)}</title>`,
    `<style>${pageStyle}</style>`,
    "</head>",
    "<body>",
    `<header><h1>${escapedHtml(title)}</h1>`,
    `<p class="verdict${verdict.isGood ? " good" : ""}">${escapedHtml(verdict.text)}</p>`,
    `<nav aria-label="Parts of this page"><ul>`,
    ...parts.map(([id, head]) => `<li><a href="#${id}">${escapedHtml(head)}</a></li>`),
    "</ul></nav></header>",
    "<main>",
    ...parts.map(
      ([id, head, html]) =>
        `<section aria-labelledby="${id}"><h2 id="${id}">${escapedHtml(head)}</h2>\n${html}</section>`,
    ),
    "</main>",
    `<script>${pageScript}</script>`,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

/** Only the very texts of the style and the script are let in. */
const policy = [
  "default-src 'none'",
  `style-src '${hashOf(pageStyle)}'`,
  `script-src '${hashOf(pageScript)}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** What is wider than the screen moves in its own frame, which the keyboard reaches. */
export function wide(label: string, html: string, name = ""): string {
  return `<div class="wide ${name}" role="region" tabindex="0" aria-label="${escapedHtml(label)}">\n${html}\n</div>\n`;
}

/** For text and for attributes in double quotes. */
export function escapedHtml(text: string): string {
  return printableExactly(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
