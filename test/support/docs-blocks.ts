import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Every page that is written for people, and is part of the site of docs. */
export const pages: readonly string[] = ["README.md", ...pagesIn("docs")];

function pagesIn(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(directory, name))
    .toSorted();
}

/** A fenced block of a page. */
export interface Block {
  readonly page: string;
  /** Of its first fence, counted from 1. */
  readonly line: number;
  /** The first word behind the fence; empty where there is none. */
  readonly language: string;
  /** What follows it: `name="value"`. */
  readonly said: ReadonlyMap<string, string>;
  /** Without the indentation of its fence. */
  readonly lines: readonly string[];
}

/** Where it stands, as messages and names of tests tell it. */
export const placeOfBlock = ({ page, line }: Block) => `${page}:${line}`;

export function blocksOf(page: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { indent: string; block: Block; lines: string[] } | null = null;
  for (const [at, text] of readFileSync(page, "utf8").split("\n").entries()) {
    const [, indent = "", words = null] = /^( *)```(.*)$/.exec(text) ?? [];
    if (open !== null && words === "") open = null;
    else if (open !== null) open.lines.push(text.slice(open.indent.length));
    else if (words !== null) {
      const lines: string[] = [];
      const [language = "", ...rest] = words.split(" ");
      const said = new Map(
        [...rest.join(" ").matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [
          name,
          value,
        ]),
      );
      const block = { page, line: at + 1, language, said, lines };
      blocks.push(block);
      open = { indent, block, lines };
    }
  }
  return blocks;
}
