import { expect, test } from "vitest";
import { type Environment, readEnvironment as readWith } from "../../../src/install/environment.ts";

function readEnvironment(
  variables: Readonly<Record<string, string>>,
  directory: string,
): Environment {
  return readWith(variables, directory, ["/usr/bin/node", "/usr/bin/orchestrator"]);
}

test("without variables the directories are those of the Mender packages", () => {
  const environment = readEnvironment({}, "/home/me");
  expect(environment.dataDir.value).toBe("/usr/share/mender-orchestrator");
  expect(environment.confDir.value).toBe("/etc/mender-orchestrator");
  expect(environment.datastoreDir.value).toBe("/var/lib/mender-orchestrator");
  expect(environment.topologyDir).toBeNull();
  expect(environment.isColourAllowed).toBe(true);
});

test("a relative directory is one below the caller's, an empty variable is none", () => {
  const environment = readEnvironment(
    {
      MENDER_ORCHESTRATOR_DATA_DIR: "",
      MENDER_ORCHESTRATOR_DATASTORE_DIR: "demo/store",
      MENDER_ORCHESTRATOR_TOPOLOGY_DIR: "/topology",
    },
    "/home/me",
  );
  expect(environment.dataDir.source).toBe("default");
  expect(environment.datastoreDir).toEqual({
    value: "/home/me/demo/store",
    source: "environment",
    variable: "MENDER_ORCHESTRATOR_DATASTORE_DIR",
  });
  expect(environment.topologyDir?.value).toBe("/topology");
});

test("any value of NO_COLOR forbids colours", () => {
  expect(readEnvironment({ NO_COLOR: "0" }, "/").isColourAllowed).toBe(false);
  expect(readEnvironment({ NO_COLOR: "" }, "/").isColourAllowed).toBe(true);
});

test("the first variable of the locale that is set says whether UTF-8 can be shown", () => {
  const isShown = (variables: Readonly<Record<string, string>>) =>
    readEnvironment(variables, "/").isUnicodeShown;
  expect(isShown({})).toBe(false);
  expect(isShown({ LANG: "de_DE.UTF-8" })).toBe(true);
  expect(isShown({ LANG: "C.utf8", LC_ALL: "" })).toBe(true);
  expect(isShown({ LANG: "de_DE.UTF-8", LC_ALL: "C" })).toBe(false);
  expect(isShown({ LANG: "C.UTF-8", TERM: "dumb" })).toBe(false);
});

test("Interfaces inherit the environment, but not where a test wants a crash", () => {
  const environment = readEnvironment({ PATH: "/bin", ORCHESTRATOR_CRASH_POINT: "x" }, "/");
  expect(environment.inherited).toEqual({ PATH: "/bin" });
  expect(environment.crashPoint).toBe("x");
});
