// A page of Markdown as HTML, with what it links to, and its sections for the search.
import MarkdownIt from "markdown-it";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";

const isElsewhere = (target) => /^[a-z]+:/.test(target);

/** Where a file of the repository lies in the site: pages as HTML, pictures as they are, others as plain text. */
export function siteOf(source) {
  if (source.endsWith("README.md")) return source.replace("README.md", "index.html");
  if (source.endsWith(".md")) return source.replace(/md$/, "html");
  return /\.(?:png|svg)$/.test(source) ? source : `${source}.txt`;
}

/** How one page of the site names another file of it. */
export function fromTo(source, file) {
  return relative(dirname(siteOf(source)), siteOf(file));
}

/** As GitHub names headings, so that links hold in both. */
function anchorOf(heading, taken) {
  const name = heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
    .replaceAll(" ", "-");
  let anchor = name;
  for (let count = 1; taken.has(anchor); count += 1) anchor = `${name}-${count}`;
  taken.add(anchor);
  return anchor;
}

export function readPage(source) {
  const markdown = new MarkdownIt({ html: false });
  const tokens = markdown.parse(readFileSync(source, "utf8"), {});
  const anchors = new Set();
  const sections = [];
  const links = [];
  for (const [at, token] of tokens.entries()) {
    if (token.type === "heading_open") {
      const title = plain(tokens[at + 1]);
      const anchor = anchorOf(title, anchors);
      token.attrSet("id", anchor);
      sections.push({ title, anchor, level: Number(token.tag.slice(1)), text: [] });
    } else if (token.type === "inline") {
      sections.at(-1)?.text.push(plain(token));
      links.push(...linksIn(token, source));
    } else if (token.type === "fence") {
      sections.at(-1)?.text.push(token.content);
    }
  }
  addRules(markdown);
  const html = markdown.renderer.render(tokens, markdown.options, {});
  return { source, html, tokens, anchors, links, sections, title: sections[0]?.title ?? source };
}

function plain(token) {
  return (token.children ?? [])
    .map(({ type, content }) => (type === "softbreak" || type === "hardbreak" ? " " : content))
    .join("");
}

/** Collects the links and pictures of a text, and has them lead to where things lie in the site. */
function linksIn(token, source) {
  const links = [];
  for (const [at, child] of (token.children ?? []).entries()) {
    const name = { link_open: "href", image: "src" }[child.type];
    if (name === undefined) continue;
    const target = child.attrGet(name);
    if (isElsewhere(target)) continue;
    const [path, anchor = ""] = target.split("#");
    const file = path === "" ? source : join(dirname(source), path);
    links.push({ target, file, anchor, line: (token.map?.[0] ?? 0) + 1 });
    const there = path === "" ? "" : fromTo(source, file);
    child.attrSet(name, anchor === "" ? there : `${there}#${anchor}`);
    // In the site files have no names.
    const shown = token.children[at + 1];
    if (shown?.content === basename(path) && path.endsWith(".md")) shown.content = titleOf(file);
  }
  return links;
}

function titleOf(file) {
  return existsSync(file) ? /^# (.*)$/m.exec(readFileSync(file, "utf8"))[1] : file;
}

function addRules({ renderer, utils: { escapeHtml } }) {
  renderer.rules.heading_close = (tokens, at) => {
    const open = tokens[at - 2];
    const anchor = open.attrGet("id");
    const title = escapeHtml(plain(tokens[at - 1]));
    return ` <a class="anchor" href="#${anchor}" aria-label="Link to ${title}">#</a></${open.tag}>\n`;
  };
  // Wide ones are scrolled by themselves, by the keyboard, too.
  renderer.rules.table_open = () => '<div class="table" tabindex="0"><table>\n';
  renderer.rules.table_close = () => "</table></div>\n";
  renderer.rules.fence = (tokens, at) => {
    const { info, content } = tokens[at];
    const [language = ""] = info.split(" ");
    const reason = /unrun="([^"]*)"/.exec(info)?.[1];
    const note =
      reason === undefined
        ? ""
        : `<p class="note">Not run by the tests: ${escapeHtml(reason)}.</p>\n`;
    return `<pre class="${escapeHtml(language)}" tabindex="0"><code>${escapeHtml(content)}</code></pre>\n${note}`;
  };
}
