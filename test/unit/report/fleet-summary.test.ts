import { expect, test } from "vitest";
import { fleetTotal } from "../../../src/report/fleet-summary.ts";

test("a state of which no device counts, as where its only line is broken, is in no number and in no group", () => {
  const total = fleetTotal();
  const count = total.counter({ kind: "plan", from: "v.1", through: ["v.2"] }, "v.1");
  total.counter({ kind: "plan", from: null, through: ["v.2"] }, null);
  count("truck-1");
  const { system_versions: versions, groups } = total.summary({ name: "core", sha256: "0" });
  expect(versions).toEqual([{ system_version: "v.1", devices: 1 }]);
  expect(groups.map(({ example }) => example)).toEqual(["truck-1"]);
});
