import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";
import { scratchDirectory } from "../../support/scratch.ts";

const list = z.union([z.literal("any"), z.array(z.string()).transform((all) => all.join(", "))]);
const rooms = z
  .record(z.string(), z.strictObject({ rooms: list, node: list, packages: list }))
  .parse(JSON.parse(readFileSync(".ci/rooms.json", "utf8")));

test("the site of the docs is made: every link and heading leads somewhere, every page is in the menu", () => {
  const args = [".ci/docs/build.mjs", "--out", join(scratchDirectory(), "site")];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
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
