import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

/** Who maintains the Debian package, as its makers would find it out. */
function maintainer(env: Readonly<Record<string, string>>) {
  const script = `import { maintainer } from "./.ci/package/maintainer.mjs";
try { console.log(maintainer()); } catch ({ message }) { console.log("refused: " + message); }`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
    env,
  });
  return stdout.trimEnd();
}

test("the Debian package is maintained by whoever packages it, as Debian's tools are told", () => {
  expect(maintainer({})).toBe("Orchestrator maintainers <orchestrator@example.org>");
  expect(maintainer({ DEBFULLNAME: "Ada Fleet", DEBEMAIL: "ada@fleet.example" })).toBe(
    "Ada Fleet <ada@fleet.example>",
  );
});

test.each([
  { DEBEMAIL: "ada@fleet.example" },
  { DEBFULLNAME: "Ada Fleet" },
  { DEBFULLNAME: "Ada <x>", DEBEMAIL: "ada@fleet.example" },
  { DEBFULLNAME: "Ada Fleet", DEBEMAIL: "ada" },
])("it is refused where that cannot be told: %j", (env) => {
  const { DEBFULLNAME = "", DEBEMAIL = "" }: Partial<Record<string, string>> = env;
  expect(maintainer({ DEBFULLNAME, DEBEMAIL })).toBe(
    `refused: DEBFULLNAME is "${DEBFULLNAME}" and DEBEMAIL is "${DEBEMAIL}": set both, a name and an address, or neither`,
  );
});
