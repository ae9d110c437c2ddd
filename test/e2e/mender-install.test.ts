import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { programVersion } from "../../src/core/program-version.ts";
import { scratchDirectory } from "../support/scratch.ts";

function installDevice(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync("sh", ["bin/install-device", ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** The names below a directory, but for the program's own parts and its demo. */
function places(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => !/^usr\/lib\/mender-orchestrator\/(dist|fixtures)\//.test(name))
    .toSorted();
}

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

const installed = [
  "etc",
  "etc/mender-orchestrator",
  "usr",
  "usr/bin",
  "usr/bin/mender-orchestrator",
  "usr/bin/orchestrator",
  "usr/lib",
  "usr/lib/mender-orchestrator",
  "usr/lib/mender-orchestrator/LICENSE",
  "usr/lib/mender-orchestrator/bin",
  "usr/lib/mender-orchestrator/bin/mender-orchestrator",
  "usr/lib/mender-orchestrator/bin/orchestrator",
  "usr/lib/mender-orchestrator/dist",
  "usr/lib/mender-orchestrator/fixtures",
  "usr/lib/mender-orchestrator/package.json",
  "usr/share",
  "usr/share/mender",
  "usr/share/mender-orchestrator",
  "usr/share/mender-orchestrator/interfaces",
  "usr/share/mender-orchestrator/interfaces/v1",
  "usr/share/mender-orchestrator/interfaces/v1/rootfs-image",
  "usr/share/mender/inventory",
  "usr/share/mender/inventory/mender-inventory-mender-orchestrator",
  "usr/share/mender/modules",
  "usr/share/mender/modules/v3",
  "usr/share/mender/modules/v3/mender-orchestrator-manifest",
  "var",
  "var/lib",
  "var/lib/mender-orchestrator",
];

test("everything is in its place, and nobody but its owner may change it", () => {
  const root = join(scratchDirectory(), "device");
  expect(installDevice("--root", root)).toEqual({
    status: 0,
    stdout: `${[
      "usr/bin/mender-orchestrator",
      "usr/bin/orchestrator",
      "usr/lib/mender-orchestrator/bin/mender-orchestrator",
      "usr/lib/mender-orchestrator/bin/orchestrator",
      "usr/lib/mender-orchestrator/dist/launch.js",
      "usr/share/mender-orchestrator/interfaces/v1/rootfs-image",
      "usr/share/mender/inventory/mender-inventory-mender-orchestrator",
      "usr/share/mender/modules/v3/mender-orchestrator-manifest",
    ]
      .map((name) => `${root}/${name}`)
      .join("\n")}\n`,
    stderr: `install-device: still missing: ${root}/var/lib/mender-orchestrator/topology.yaml, and the Interfaces that it names; see docs/topology.md\n`,
  });
  expect(places(root)).toEqual(installed);
  const all = readdirSync(root, { recursive: true, encoding: "utf8" });
  expect(all.filter((name) => (statSync(join(root, name)).mode & 0o022) !== 0)).toEqual([]);
  for (const name of installed.filter((name) => /v[13]\/|inventory\/|\/bin\/[mo]/.test(name))) {
    expect(`${name} ${modeOf(join(root, name))}`).toBe(`${name} 755`);
  }
  expect(modeOf(join(root, "var/lib/mender-orchestrator"))).toBe("700");
});

test("with --usb it brings what updates from USB sticks, too", () => {
  const root = join(scratchDirectory(), "device");
  const files = [
    "usr/lib/systemd/system/mender-orchestrator-usb@.service",
    "usr/lib/udev/rules.d/99-mender-orchestrator-usb.rules",
  ];
  const { stdout } = installDevice("--root", root, "--usb");
  for (const name of files) {
    expect(stdout).toContain(`${root}/${name}\n`);
    expect(readFileSync(join(root, name))).toEqual(readFileSync(join("bin/usb", basename(name))));
    expect(modeOf(join(root, name))).toBe("644");
  }
});

test("what is installed runs from there, by either name", () => {
  const root = join(scratchDirectory(), "device");
  installDevice("--root", root);
  for (const name of ["orchestrator", "mender-orchestrator"]) {
    const { stdout } = spawnSync(join(root, "usr/bin", name), ["--version"], { encoding: "utf8" });
    expect(stdout).toBe(`${programVersion}\n`);
  }
});

test("a second time it replaces the program and leaves alone what belongs to the device", () => {
  const root = join(scratchDirectory(), "device");
  installDevice("--root", root);
  const kept = {
    "etc/mender-orchestrator/mender-orchestrator.conf": "{}\n",
    "var/lib/mender-orchestrator/topology.yaml": "kind: topology\n",
    "usr/share/mender-orchestrator/interfaces/v1/rtos": "#!/bin/sh\n",
    "usr/share/mender/modules/v3/single-file": "#!/bin/sh\n",
  };
  for (const [name, content] of Object.entries(kept)) writeFileSync(join(root, name), content);
  writeFileSync(join(root, "usr/lib/mender-orchestrator/dist/of-an-older-version.js"), "");
  writeFileSync(join(root, "usr/share/mender/modules/v3/mender-orchestrator-manifest"), "old");
  mkdirSync(join(root, "usr/lib/mender-orchestrator.new"));
  expect(installDevice(`--root=${root}`)).toMatchObject({ status: 0, stderr: "" });
  expect(places(root)).toEqual([...installed, ...Object.keys(kept)].toSorted());
  for (const [name, content] of Object.entries(kept)) {
    expect(readFileSync(join(root, name), "utf8")).toBe(content);
  }
  expect(readdirSync(join(root, "usr/lib/mender-orchestrator/dist"))).not.toContain(
    "of-an-older-version.js",
  );
  const module = "usr/share/mender/modules/v3/mender-orchestrator-manifest";
  expect(readFileSync(join(root, module), "utf8")).toBe(
    readFileSync("bin/mender-orchestrator-manifest", "utf8"),
  );
});

test.each([
  [[], "where to is missing"],
  [["--root"], "--root needs a directory"],
  [["--prefix", "/usr"], '"--prefix" is not known'],
])("called with %j it changes nothing and says how", (args, complaint) => {
  expect(installDevice(...args)).toEqual({
    status: 10,
    stdout: "",
    stderr: `install-device: ${complaint}\nusage: install-device --root DIR [--usb]   (--root / for this machine)\n`,
  });
});

test("a root that is a file is named, and what to give instead", () => {
  const root = join(scratchDirectory(), "file");
  writeFileSync(root, "");
  const { status, stdout, stderr } = installDevice("--root", root);
  expect([status, stdout]).toEqual([15, ""]);
  expect(stderr).toContain(
    `\ninstall-device: "${root}" is no directory, and none can be made there; give the root directory of the device\n`,
  );
});
