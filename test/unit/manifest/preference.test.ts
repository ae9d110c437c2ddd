import { expect, test } from "vitest";
import { readManifest } from "../../../src/manifest/read-manifest.ts";
import { expectOk, problemLines, problemsOf, systemOf, textFile } from "../../support/manifests.ts";

const manifest = (...lines: readonly string[]) =>
  [
    "api_version: mender/v1",
    "kind: manifest",
    "name: preferring",
    "system_types_compatible: [a]",
    "component_types:",
    "  app:",
    "    artifact_name: app-3.0",
    ...lines.map((line) => `    ${line}`),
    "constraints:",
    "  end_states: any",
    "  transition_states: any",
    "",
  ].join("\n");

const state = "components: [{ component_type: app, id: A1, version: app-1.0 }]\n";

/** The versions of the type from what is preferred to what is not, those of one rank together. */
function preferred(...lines: readonly string[]): string {
  const [type] = systemOf(textFile("m.yaml", manifest(...lines)), state).types;
  const ranks = type?.preference ?? [];
  return [...new Set(ranks)]
    .toSorted((a, b) => a - b)
    .map((rank) => type?.versions.filter((_, version) => ranks[version] === rank).join(" = "))
    .join(", ");
}

const stones = "stepping_stones: [{ artifact_name: app-2.9 }, { artifact_name: app-2.10 }]";

test("the newest is preferred by its number, and what has none comes last", () => {
  expect(preferred(stones)).toBe("app-3.0, app-2.10, app-2.9, app-1.0, ?");
  expect(preferred(stones, "prefer: newest")).toBe("app-3.0, app-2.10, app-2.9, app-1.0, ?");
  expect(preferred(stones, "versions: [app-2.9.0, app-odd]")).toBe(
    "app-3.0, app-2.10, app-2.9 = app-2.9.0, app-1.0, app-odd = ?",
  );
});

test("a rank is how many are newer, in the scheme of the type", () => {
  const [type] = systemOf(
    textFile("m.yaml", manifest("scheme: semver", "versions: [app-3.0.0-rc.1, app-2.0.0]")),
    state,
  ).types;
  expect(type?.versions).toEqual(["app-1.0", "app-2.0.0", "app-3.0", "app-3.0.0-rc.1", "?"]);
  expect(type?.preference).toEqual([3, 2, 0, 1, 4]);
  const [dotted] = systemOf(
    textFile("m.yaml", manifest("versions: [app-3.0.0, app-2.0.0]")),
    state,
  ).types;
  expect(dotted?.versions).toEqual(["app-1.0", "app-2.0.0", "app-3.0", "app-3.0.0", "?"]);
  expect(dotted?.preference).toEqual([3, 2, 0, 0, 4]);
});

test("the first listed is preferred: of the versions, then the Artifact, then its stepping stones", () => {
  expect(preferred(stones, "prefer: listed")).toBe("app-3.0, app-2.9, app-2.10, app-1.0 = ?");
  expect(preferred(stones, "prefer: listed", "versions: [app-2.10, app-2.9]")).toBe(
    "app-2.10, app-2.9, app-3.0, app-1.0 = ?",
  );
});

test("nothing is preferred where no version has a number", () => {
  const text = manifest("stepping_stones: [{ artifact_name: app-b }]")
    .replaceAll("app-3.0", "app-c")
    .replaceAll("app-1.0", "app-a");
  const [type] = systemOf(textFile("m.yaml", text), state.replaceAll("app-1.0", "app-a")).types;
  expect(type?.versions).toEqual(["app-a", "app-b", "app-c", "?"]);
  expect(type).not.toHaveProperty("preference");
});

test("another word is an error that tells both, and a key that looks alike is told", () => {
  const refused = (line: string) =>
    problemLines(problemsOf(readManifest(textFile("m.yaml", manifest(line)))));
  expect(refused("prefer: oldest")).toEqual([
    'm.yaml:8:13 wrong-value "component_types.app.prefer" must be "newest" or "listed", but is "oldest". Write "newest" or "listed".',
  ]);
  expect(refused("prefers: newest")).toEqual([
    'm.yaml:8:5 unknown-field There is no field "prefers" in "component_types.app". Did you mean "prefer"?',
  ]);
  expect(
    expectOk(readManifest(textFile("m.yaml", manifest()))).manifest.componentTypes[0]?.prefer,
  ).toBe("newest");
});
