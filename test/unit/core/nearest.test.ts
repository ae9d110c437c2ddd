import { expect, test } from "vitest";
import { nearest, suggestion } from "../../../src/core/nearest.ts";

const names = ["artifact_name", "artifact_path", "stepping_stones"];

test.each([
  ["artifact-name", "artifact_name"],
  ["Artifact_Name", "artifact_name"],
  ["artifact_nmae", "artifact_name"],
  ["artefact_path", "artifact_path"],
  ["steping_stone", "stepping_stones"],
  ["order", null],
  ["", null],
])("%j was probably meant to be %j", (name, meant) => {
  expect(nearest(name, names)).toBe(meant);
});

test("a single letter is near to none but itself", () => {
  expect(nearest("c", ["a", "b"])).toBe(null);
  expect(nearest("c", ["a", "C"])).toBe("C");
  expect(suggestion("c", ["a", "b"])).toBe("Known are: a, b.");
});

test("where nothing is close, all that is known is listed", () => {
  expect(suggestion("order", names)).toBe(
    "Known are: artifact_name, artifact_path, stepping_stones.",
  );
  expect(suggestion("order", [])).toBe("Remove it.");
});
