// The menu of the site is the lists of docs/README.md: a heading, and below it a line a page.
import { join } from "node:path";

const index = "docs/README.md";

/** Headings with the pages below them, each with its name in the list; what the project is comes first. */
export function menuOf(pages) {
  const { tokens } = pages.find(({ source }) => source === index);
  const menu = [{ title: "Orchestrator", entries: [{ name: "What it is", source: "README.md" }] }];
  let isInList = false;
  for (const [at, token] of tokens.entries()) {
    if (token.type === "bullet_list_open") isInList = true;
    else if (token.type === "bullet_list_close") isInList = false;
    else if (token.type === "heading_open" && token.tag === "h2")
      menu.push({ title: tokens[at + 1].content, entries: [] });
    else if (token.type === "inline" && isInList) {
      const [link, text] = token.children;
      const target = link.attrGet("href").replace(/html$/, "md");
      menu.at(-1).entries.push({ name: text.content, source: join("docs", target) });
    }
  }
  return menu;
}
