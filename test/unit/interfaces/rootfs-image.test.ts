import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { interfaceInShell } from "../../support/interface-in-shell.ts";

test("an image is refused where there is no util-linux, before anything is changed", () => {
  const { call, begin, path } = interfaceInShell({
    shell: ["sh"],
    name: "rootfs-image",
    args: () => ["gateway"],
    without: "findmnt",
  });
  begin("gateway-v2", { "artifact.mender": "" });
  expect(call("ArtifactInstall")).toEqual({
    status: 1,
    stdout: "",
    stderr: "findmnt is not on the PATH, and nothing was changed: install util-linux on the host\n",
  });
  expect(existsSync(path("datastore"))).toBe(false);
});
