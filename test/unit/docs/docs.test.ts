import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";
import { pages } from "../../support/docs-blocks.ts";

const list = z.union([z.literal("any"), z.array(z.string()).transform((all) => all.join(", "))]);
const rooms = z
  .record(z.string(), z.strictObject({ rooms: list, node: list, packages: list }))
  .parse(JSON.parse(readFileSync(".ci/rooms.json", "utf8")));

const linked = [...pages, "CHANGELOG.md", ".ci/README.md"];

/** What a page links to, but other sites: the file, and the heading in it or an empty text. */
function linksOf(page: string) {
  const text = readFileSync(page, "utf8").replaceAll(/^ *```[^]*?^ *```$/gm, "");
  return [...text.matchAll(/\]\(([^)\s]+)[^)]*\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = "", heading = ""] = target.split("#");
      return { page, target, file: file === "" ? page : join(dirname(page), file), heading };
    });
}

/** As GitHub and the site of docs name the headings of a page. */
function anchorsOf(page: string): ReadonlySet<string> {
  const text = readFileSync(page, "utf8").replaceAll(/^ *```[^]*?^ *```$/gm, "");
  const anchors = new Set<string>();
  for (const [, heading = ""] of text.matchAll(/^#+ (.*)$/gm)) {
    const name = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-");
    let anchor = name;
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${name}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

test("every link to a file, or to a heading in one, leads somewhere", () => {
  const dead = linked
    .flatMap(linksOf)
    .filter(
      ({ file, heading }) => !existsSync(file) || (heading !== "" && !anchorsOf(file).has(heading)),
    )
    .map(({ page, target }) => `${page}: ${target}`);
  expect(dead).toEqual([]);
});

test("docs/architecture.md tells for each room what the lint enforces", () => {
  const told = readFileSync("docs/architecture.md", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map(([, room, , rooms, node, packages]) => ({
      room: room?.replaceAll("`", ""),
      rooms,
      node,
      packages,
    }));
  const enforced = Object.entries(rooms).map(([room, row]) => ({ room, ...row }));
  expect(told).toEqual(enforced);
});

test("every room of src/ has its row, and every directory of a room in which one has", () => {
  const names = Object.keys(rooms);
  const whole = names.filter((name) => !name.includes("/"));
  expect(whole.sort()).toEqual(readdirSync("src").sort());
  const parts = names.filter((name) => name.includes("/"));
  const divided = new Set(parts.map((name) => dirname(name)));
  const directories = [...divided].flatMap((room) =>
    readdirSync(join("src", room), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${room}/${name}`),
  );
  expect(parts.sort()).toEqual(directories.sort());
});
