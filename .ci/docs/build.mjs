// Makes a site of the docs: pages that need neither a server nor a network, with a search. A link that leads nowhere,
// and a page that stands in no menu, end it. `npm run docs`, or `node .ci/docs/build.mjs --out DIRECTORY`.
import { buildSync } from "esbuild";
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import process, { stderr, stdout } from "node:process";
import { parseArgs } from "node:util";
import { layout } from "./layout.mjs";
import { readPage, siteOf } from "./markdown.mjs";
import { menuOf } from "./menu.mjs";
import { searchIndex } from "./search-index.mjs";

const { values } = parseArgs({ options: { out: { type: "string", default: "dist-docs" } } });
const sources = [
  "README.md",
  "CHANGELOG.md",
  ...readdirSync("docs")
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

const pages = sources.map(readPage);
const menu = menuOf(pages);
const problems = [...deadLinks(pages), ...missingInMenu(pages, menu)];
for (const problem of problems) stderr.write(`docs: ${problem}\n`);
if (problems.length > 0) process.exitCode = 1;
else write(values.out);

function deadLinks(pages) {
  const anchors = new Map(pages.map(({ source, anchors }) => [source, anchors]));
  return pages.flatMap(({ source, links }) =>
    links
      .filter(({ file, anchor }) =>
        anchor === "" ? !isFile(file) : anchors.get(file)?.has(anchor) !== true,
      )
      .map(({ target, line }) => `${source}:${line}: "${target}" leads nowhere`),
  );
}

// A directory is no page, and nothing that a site from the disk could show.
function isFile(file) {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

function missingInMenu(pages, menu) {
  const shown = new Set(menu.flatMap(({ entries }) => entries.map(({ source }) => source)));
  return pages
    .filter(({ source }) => source !== "docs/README.md" && !shown.has(source))
    .map(({ source }) => `${source} is in no list of docs/README.md`);
}

function write(out) {
  rmSync(out, { recursive: true, force: true });
  const put = (name, text) => {
    mkdirSync(dirname(join(out, name)), { recursive: true });
    writeFileSync(join(out, name), text);
  };
  for (const page of pages) put(siteOf(page.source), layout(page, menu));
  put("site/search-index.js", `globalThis.searchIndex = ${JSON.stringify(searchIndex(pages))};\n`);
  put("site/site.css", readFileSync(".ci/docs/site.css"));
  buildSync({
    entryPoints: [".ci/docs/client.mjs"],
    outfile: join(out, "site/client.js"),
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    logLevel: "warning",
  });
  // What pages show or link to beside other pages.
  const files = new Set(pages.flatMap(({ links }) => links.map(({ file }) => file)));
  for (const file of files) {
    if (file.endsWith(".md")) continue;
    mkdirSync(dirname(join(out, siteOf(file))), { recursive: true });
    cpSync(file, join(out, siteOf(file)));
  }
  stdout.write(`${pages.length} pages: ${join(out, "index.html")}\n`);
}
