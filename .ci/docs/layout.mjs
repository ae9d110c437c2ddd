// A page of the site around the text of one document.
import { fromTo, siteOf } from "./markdown.mjs";

const escape = (text) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** `menu` is that of menuOf(). All addresses are relative: the site may lie anywhere, on a disk as well. */
export function layout(page, menu) {
  const root = "../".repeat(siteOf(page.source).split("/").length - 1);
  const entries = menu.flatMap((group) => group.entries);
  const at = entries.findIndex(({ source }) => source === page.source);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(page.title)} · Orchestrator</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${root}site/site.css">
<script defer src="${root}site/search-index.js"></script>
<script defer src="${root}site/client.js"></script>
</head>
<body data-root="${root}">
<a class="skip" href="#text">To the text</a>
<header>
<a class="home" href="${root}index.html">Orchestrator</a>
<form role="search">
<label class="hidden" for="search">Search</label>
<input id="search" type="search" placeholder="Search (/)" autocomplete="off" spellcheck="false">
<div id="found" role="status" aria-live="polite"></div>
</form>
</header>
<nav aria-label="Pages">
<details open>
<summary>Pages</summary>
${menu.map((group) => groupOf(group, page)).join("\n")}
</details>
</nav>
<main id="text">
${page.html}
${at === -1 ? "" : neighbours(page, entries[at - 1], entries[at + 1])}
</main>
${contents(page)}
</body>
</html>
`;
}

function groupOf({ title, entries }, page) {
  const lines = entries.map(({ name, source }) => {
    const here = source === page.source ? ' aria-current="page"' : "";
    return `<li><a href="${fromTo(page.source, source)}"${here}>${escape(name)}</a></li>`;
  });
  return `<h2>${escape(title)}</h2>\n<ul>\n${lines.join("\n")}\n</ul>`;
}

function neighbours(page, before, after) {
  const link = (entry, rel, arrow) =>
    entry === undefined
      ? "<span></span>"
      : `<a rel="${rel}" href="${fromTo(page.source, entry.source)}">${arrow(escape(entry.name))}</a>`;
  return `<footer>${link(before, "prev", (name) => `← ${name}`)}${link(after, "next", (name) => `${name} →`)}</footer>`;
}

function contents({ sections, source }) {
  const shown = sections.filter(
    ({ level }) => level === 2 || (level === 3 && source !== "docs/problems.md"),
  );
  if (shown.length < 2) return "";
  const lines = shown.map(
    ({ title, anchor, level }) =>
      `<li class="level${level}"><a href="#${anchor}">${escape(title)}</a></li>`,
  );
  return `<aside aria-label="On this page"><h2>On this page</h2><ul>\n${lines.join("\n")}\n</ul></aside>`;
}
