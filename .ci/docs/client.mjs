// The search, in the browser. The index is a script beside this one, because pages from a disk may load no others.
import MiniSearch from "minisearch";
import { searchOptions } from "./search-options.mjs";

const { document, searchIndex, matchMedia } = globalThis;
const most = 12;
const input = document.querySelector("#search");
const found = document.querySelector("#found");
const root = document.body.dataset["root"];
let search = null;

// On a small screen the menu stands above the text, so it begins folded.
if (matchMedia("(max-width: 60rem)").matches) document.querySelector("nav details").open = false;

input.addEventListener("input", () => {
  search ??= MiniSearch.loadJS(searchIndex, searchOptions);
  const words = input.value.trim();
  const results = words === "" ? [] : search.search(words);
  found.replaceChildren(...(words === "" ? [] : shown(results)));
});

document.addEventListener("keydown", (event) => {
  if (event.key === "/" && event.target !== input && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    input.focus();
    input.select();
  } else if (event.key === "Escape") {
    input.value = "";
    found.replaceChildren();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    move(event);
  }
});

document.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  found.querySelector("a")?.click();
});

function shown(results) {
  if (results.length === 0) return [element("p", "Nothing was found.")];
  const list = document.createElement("ol");
  for (const { id, title, page } of results.slice(0, most)) {
    const link = element("a", title);
    link.href = root + id;
    if (page !== title) link.append(element("small", page));
    list.append(document.createElement("li"));
    list.lastChild.append(link);
  }
  const left = results.length - most;
  return left > 0 ? [list, element("p", `${left} more; add a word.`)] : [list];
}

/** The arrows go through what was found. */
function move(event) {
  const links = [...found.querySelectorAll("a")];
  if (links.length === 0 || (event.target !== input && !links.includes(event.target))) return;
  event.preventDefault();
  const next = links.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1);
  (links[next] ?? (next < 0 ? input : links.at(-1))).focus();
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
