import * as fc from "fast-check";
import type { System } from "../../src/manifest/system.ts";
import { systemOf } from "./planner-systems.ts";

/** A hub, alike nodes of one or two kinds, and what lies behind them; with all that can make a difference to them. */
export const randomFleet: fc.Arbitrary<System> = fc
  .record({
    nodes: fc.integer({ min: 2, max: 6 }),
    others: fc.integer({ min: 0, max: 1 }),
    isHubFirm: fc.boolean(),
    firmNodes: fc.constantFrom(0, 0, 1, 9),
    hostNodes: fc.constantFrom(0, 0, 2, 9),
    maxParallel: fc.option(fc.integer({ min: 1, max: 3 })),
    ends: fc.subarray(["h1 n2 * YES v.3", "h2 n1 * YES v.4", "h2 n1|n2 o2 YES v.5"]),
    ways: fc.constantFrom(
      ["h2 n1 *", "h2 n1|n2 *"],
      ["h1 n2 *", "h1|h2 n2 *"],
      ["h1|h2 n1|n2 *"],
      ["h2 n1 o1", "h2 n2 o1", "h2 n1|n2 o2"],
    ),
    pair: fc.constantFrom(null, null, "n2 n1 NO", "n1 n1 NO"),
    isNamed: fc.constantFrom(false, false, true),
  })
  .map((given) =>
    systemOf({
      types: {
        hub: { versions: ["h1", "h2"] },
        node: {
          versions: ["n1", "n2"],
          ...(given.maxParallel !== null && { maxParallel: given.maxParallel }),
        },
        other: { versions: ["o1", "o2"] },
      },
      components: [
        { id: "H", type: "hub", supportsRollback: !given.isHubFirm },
        ...Array.from({ length: given.nodes }, (_, index) => ({
          id: `N${String(index)}`,
          type: "node",
          supportsRollback: index >= given.firmNodes,
          rebootsHost: index < given.hostNodes,
        })),
        ...Array.from({ length: given.others }, (_, index) => ({
          id: `O${String(index)}`,
          type: "other",
        })),
      ],
      endTables: [
        {
          columns: ["hub", "node", "other"],
          rows: ["h1 n1 o1 YES v.1", "h2 n2 o2 YES v.2", ...given.ends],
        },
      ],
      transitionTables: [
        { columns: ["hub", "node", "other"], rows: given.ways.map((row) => `${row} YES`) },
        ...(given.pair === null
          ? []
          : [{ columns: ["node", "node"], allowByDefault: true, rows: [given.pair] }]),
        ...(given.isNamed
          ? [{ columns: ["hub", "node@N1"], allowByDefault: true, rows: ["h1 n2 NO"] }]
          : []),
      ],
    }),
  );
