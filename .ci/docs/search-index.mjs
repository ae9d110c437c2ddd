// What the search of the site finds: the sections of all pages, each under its heading.
import MiniSearch from "minisearch";
import { searchOptions } from "./search-options.mjs";
import { siteOf } from "./markdown.mjs";

/** Serialized; the client loads it by the same options. */
export function searchIndex(pages) {
  const search = new MiniSearch(searchOptions);
  const sections = pages.flatMap(({ source, title, sections }) =>
    sections.map((section) => ({
      id: `${siteOf(source)}#${section.anchor}`,
      page: title,
      title: section.title,
      text: section.text.join(" "),
    })),
  );
  search.addAll(sections);
  return search.toJSON();
}
