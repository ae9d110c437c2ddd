// Comments are wrapped at 120 columns: prettier leaves them alone, so that nobody else looks. An address that is
// longer than a line stands alone in its line.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const widest = 120;

const comment = /^\s*(?:\/\/|\/\*|\*(?:\s|\/|$))/;

const isTooWide = (line) =>
  line.length > widest && comment.test(line) && line.trim().split(/\s+/).length > 2;

const files = ["src", "test", ".ci"].flatMap((directory) =>
  readdirSync(directory, { recursive: true })
    .filter((name) => /\.(ts|mjs)$/.test(name))
    .map((name) => join(directory, name))
    .sort(),
);
const tooWide = files.flatMap((file) =>
  readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line, index) => (isTooWide(line) ? [`${file}:${index + 1}: ${line.length}`] : [])),
);
for (const place of tooWide) console.error(`${place} columns; a comment has at most ${widest}`);
if (tooWide.length > 0) process.exit(1);
console.log(`comments fit into ${widest} columns in ${files.length} files`);
