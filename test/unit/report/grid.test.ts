import fc from "fast-check";
import { expect, test } from "vitest";
import stringWidth from "string-width";
import { gridLines } from "../../../src/report/grid-text.ts";
import type { Grid, GridColumn, GridRow } from "../../../src/report/grid.ts";
import { plainStyle } from "../../../src/report/style.ts";

const column = (stage: number, group: number, changes: Partial<GridColumn> = {}): GridColumn => ({
  stage,
  group,
  endsIn: `v.${stage + 2}`,
  isPointOfNoReturn: false,
  ...changes,
});

/** `moves`: for each column the new version, or an empty text. */
const row = (
  component: string,
  type: string,
  start: string,
  moves: readonly string[],
): GridRow => ({
  component,
  componentType: type,
  start,
  cells: moves.map((to) => (to === "" ? null : to)),
});

const robot: Grid = {
  columns: [column(0, 0), column(0, 1, { isPointOfNoReturn: true }), column(1, 0)],
  rows: [
    row("G1", "rootfs", "rootfs-2025.4", ["rootfs-2026.3", "", ""]),
    row("S1", "safety", "safety-1.0", ["", "safety-2.0", "safety-3.0"]),
    row("C1", "camera", "camera-3", ["", "", ""]),
  ],
};

const shown = (grid: Grid, width = 80, isUnicode = true): string =>
  gridLines(grid, { width, isUnicode }, plainStyle).join("\n");

test("each Component has a row, each group a column, with stages and the point of no return between them", () => {
  expect(shown(robot)).toBe(
    `
                    Stage 1 → v.2       │Stage 2 → v.3
Group                 1        ║  2     │  1
G1  rootfs  2025.4  ──● 2026.3 ║        │
S1  safety  1.0     ───────────║──● 2.0 │──● 3.0
C1  camera  3                  ║        │
║ point of no return`.slice(1),
  );
});

test("without UTF-8 every character is ASCII", () => {
  expect(shown(robot, 80, false)).toMatch(/^[\n -~]*$/);
});

test("what is wider than the terminal is folded, with the versions that each part begins with", () => {
  expect(shown(robot, 40)).toBe(
    `
            Stage 1 → v.2
Group         1        ║  2
G1  2025.4  ──● 2026.3 ║
S1  1.0     ───────────║──● 2.0

        │Stage 2 → v.3
Group   │  1
S1  2.0 │──● 3.0
║ point of no return`.slice(1),
  );
});

test.each([20, 30, 40, 60, 80, 200])(
  "on %d columns no line is longer than the terminal",
  (width) => {
    const long = "a-very-long-name-of-something-that-somebody-has-made";
    const grid: Grid = {
      columns: Array.from({ length: 30 }, (_, group) => column(0, group, { endsIn: long })),
      rows: Array.from({ length: 30 }, (_, index) =>
        row(
          `${long}-${index}`,
          long,
          "1",
          Array.from({ length: 30 }, (__, at) => (at === index ? `${long}-2` : "")),
        ),
      ),
    };
    const lengths = shown(grid, width)
      .split("\n")
      .map((line) => line.length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(width);
  },
);

test("many Components that do the same at the same time are one row", () => {
  const nodes = Array.from({ length: 49 }, (_, index) =>
    row(`node-${index + 3}`, "node", "1", ["2"]),
  );
  expect(shown({ columns: [column(0, 0)], rows: [row("hub", "hub", "1", [""]), ...nodes] })).toBe(
    `
                 Stage 1 → v.2
Group              1
hub     hub   1
node-3  node  1  ──● 2
... 48 more like node-3`.slice(1),
  );
});

test("what does not show in a name is spelled out", () => {
  const grid = { columns: [column(0, 0)], rows: [row("a\u202eb", "t", "1", ["2"])] };
  expect(shown(grid)).toContain("a\\u{202e}b");
});

test("names of any script stand in their columns", () => {
  const grid = {
    columns: [column(0, 0)],
    rows: [row("門", "主機", "主機-一", ["主機-二"]), row("R4", "rtos", "rtos-1", ["rtos-2"])],
  };
  const canvas = { width: 80, isUnicode: true };
  const lines = gridLines(grid, canvas, { ...plainStyle, widthOf: stringWidth });
  expect(lines).toEqual([
    "              Stage 1 → v.2",
    "Group           1",
    "門  主機  一  ──● 二",
    "R4  rtos  1   ──● 2",
  ]);
});

test("the head of short labels counts, too", () => {
  const columns = [0, 1, 2, 3].map((group) => column(0, group));
  const grid = { columns, rows: [row("a", "t", "1", ["b", "abcdef", "", ""])] };
  const lengths = shown(grid, 20)
    .split("\n")
    .map((line) => line.length);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(20);
});

test.each([20, 40, 80])("on %d columns names of any script do not make a line longer", (width) => {
  const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 });
  const moves = fc.array(fc.oneof(name, fc.constant("")), { minLength: 4, maxLength: 4 });
  const rows = fc.array(fc.tuple(name, name, name, moves), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(rows, (some) => {
      const grid = {
        columns: [0, 1, 2, 3].map((group) => column(0, group)),
        rows: some.map(([id, type, start, to]) => row(id, type, start, to)),
      };
      const canvas = { width, isUnicode: true };
      for (const line of gridLines(grid, canvas, { ...plainStyle, widthOf: stringWidth })) {
        expect(stringWidth(line)).toBeLessThanOrEqual(width);
      }
    }),
    { numRuns: 20 },
  );
});
