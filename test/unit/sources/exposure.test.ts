import { chmodSync, chownSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { wayTo } from "../../../src/sources/exposure.ts";
import { safeFiles } from "../../support/safe-files.ts";
import { scratchDirectory } from "../../support/scratch.ts";

/** Somebody who is neither root nor whoever runs the tests. */
const stranger = 54_321;

/** A directory in a place where nobody else may write; the real one is below /tmp. */
function situation() {
  const scratch = scratchDirectory();
  const files = safeFiles(scratch);
  const tree = join(scratch, "tree");
  mkdirSync(tree, { mode: 0o755 });
  const file = join(tree, "manifest.yaml");
  writeFileSync(file, "", { mode: 0o644 });
  const way = (path: string) => {
    const found = wayTo(files, path);
    return found.kind === "safe" ? found.realPath : `${found.exposure.how}: ${found.exposure.path}`;
  };
  return { scratch, tree, file, way };
}

test("a way that only root and the caller can change leads to the real path", () => {
  const { scratch, tree, file, way } = situation();
  symlinkSync("tree", join(scratch, "relative"));
  symlinkSync(join(scratch, "relative/../tree"), join(scratch, "absolute"));
  expect(way(file)).toBe(file);
  expect(way(join(scratch, "absolute/manifest.yaml"))).toBe(file);
  expect(way(`${tree}/./../tree//manifest.yaml`)).toBe(file);
});

test("whatever others may write on the way is named, behind links, too", () => {
  const { scratch, tree, file, way } = situation();
  mkdirSync(join(scratch, "open"));
  symlinkSync(tree, join(scratch, "open/link"));
  symlinkSync(join(scratch, "open/link"), join(scratch, "link"));
  expect(way(join(scratch, "link/manifest.yaml"))).toBe(file);
  for (const mode of [0o775, 0o757, 0o1777]) {
    chmodSync(join(scratch, "open"), mode);
    expect(way(join(scratch, "link/manifest.yaml"))).toBe(`others may write: ${scratch}/open`);
  }
  chmodSync(file, 0o664);
  expect(way(file)).toBe(`others may write: ${file}`);
});

test.skipIf(process.getuid?.() !== 0)("whatever belongs to another is named, links too", () => {
  const { scratch, tree, file, way } = situation();
  symlinkSync(tree, join(scratch, "link"));
  lchownSync(join(scratch, "link"), stranger, stranger);
  expect(way(join(scratch, "link/manifest.yaml"))).toBe(`belongs to another: ${scratch}/link`);
  chownSync(file, stranger, stranger);
  expect(way(file)).toBe(`belongs to another: ${file}`);
  chownSync(tree, stranger, stranger);
  expect(way(file)).toBe(`belongs to another: ${tree}`);
});

test("links that lead in a circle, and what is not there, lead nowhere", () => {
  const { scratch, way } = situation();
  symlinkSync("circle", join(scratch, "circle"));
  expect(() => way(join(scratch, "circle"))).toThrow("too many links lead on");
  expect(() => way(join(scratch, "gone"))).toThrow("there is no such file");
});
