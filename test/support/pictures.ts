import type { GridRow } from "../../src/report/grid.ts";
import type { Picture } from "../../src/pictures/picture.ts";

/** A picture with a text of others wherever there can be one. */
export function pictureOf(text: string): Picture {
  const rule = { file: text, line: 3, row: text };
  const row: GridRow = {
    component: text,
    componentType: text,
    start: text,
    cells: [text, null],
  };
  return {
    title: text,
    verdict: { isGood: true, text },
    grid: {
      columns: [
        { stage: 0, group: 0, endsIn: text, isPointOfNoReturn: false },
        { stage: 1, group: 0, endsIn: text, isPointOfNoReturn: true },
      ],
      rows: [row],
    },
    states: [
      {
        name: text,
        systemVersion: text,
        group: null,
        isPointOfNoReturn: false,
        moves: [],
        allowedBy: [rule],
      },
      {
        name: text,
        systemVersion: null,
        group: { stage: 0, group: 0 },
        isPointOfNoReturn: true,
        moves: [{ component: text, componentType: text, from: text, to: text }],
        allowedBy: [rule, { file: text, line: 9, row: text }],
      },
    ],
    tables: [
      {
        name: text,
        heads: [text, text],
        hasSystemVersions: true,
        omitted: 0,
        rows: [
          {
            cells: [text, text],
            verdict: "YES",
            systemVersion: text,
            rule,
            allows: [0, 1],
            isInConflict: false,
          },
        ],
      },
    ],
    graph: {
      nodes: [
        { id: "s0", lines: [text, text], kind: "rest", state: 0 },
        { id: "s1", lines: [text], kind: "forbidden", state: null },
      ],
      edges: [
        { from: "s0", to: "s1", lines: [text], kind: "forbidden" },
        { from: "s0", to: "s1", lines: [text], kind: "step" },
      ],
      omissions: [text],
    },
    sections: [{ title: text, lines: [text, text] }],
  };
}
