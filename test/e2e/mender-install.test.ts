import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";
import { programVersion } from "../../src/core/program-version.ts";
import { allBut } from "../support/interface-in-shell.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { mountSmallDisk, smallDisksWork } from "../support/small-disk.ts";
import { treeOf } from "../support/tree.ts";
import { widening } from "../support/tier.ts";

function installDevice(...args: readonly string[]) {
  return installDeviceWith(process.env["PATH"] ?? "", ...args);
}

function installDeviceWith(path: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync("sh", ["bin/install-device", ...args], {
    encoding: "utf8",
    env: { ...process.env, PATH: path },
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

/** The Interfaces that come with the program, and their library. */
const shipped = readdirSync("bin/interfaces", { recursive: true, encoding: "utf8" }).toSorted();

/** The gates that come with it. */
const gates = readdirSync("bin/gates/v1").toSorted();

const stateScript = "Download_Enter_50_mender-orchestrator-gates";

/** The Systems to start from, as `init` writes them. */
const examples = readdirSync("bin/examples", { recursive: true, encoding: "utf8" }).toSorted();

const isFile = (name: string) => statSync(join("bin/examples", name)).isFile();

const installed = [
  "etc",
  "etc/mender-orchestrator",
  "etc/systemd",
  "etc/systemd/system",
  "etc/systemd/system/multi-user.target.wants",
  "etc/systemd/system/multi-user.target.wants/mender-orchestrator-resume.service",
  "usr",
  "usr/bin",
  "usr/bin/mender-orchestrator",
  "usr/bin/orchestrator",
  "usr/lib",
  "usr/lib/mender-orchestrator",
  "usr/lib/mender-orchestrator/LICENSE",
  "usr/lib/mender-orchestrator/bin",
  "usr/lib/mender-orchestrator/bin/examples",
  ...examples.map((name) => `usr/lib/mender-orchestrator/bin/examples/${name}`),
  "usr/lib/mender-orchestrator/bin/keep-code.mjs",
  "usr/lib/mender-orchestrator/bin/mender-orchestrator",
  "usr/lib/mender-orchestrator/bin/orchestrator",
  "usr/lib/mender-orchestrator/bin/package.json",
  "usr/lib/mender-orchestrator/dist",
  "usr/lib/mender-orchestrator/fixtures",
  "usr/lib/mender-orchestrator/installed-files",
  "usr/lib/mender-orchestrator/package.json",
  "usr/lib/systemd",
  "usr/lib/systemd/system",
  "usr/lib/systemd/system/mender-orchestrator-gates.service",
  "usr/lib/systemd/system/mender-orchestrator-gates.timer",
  "usr/lib/systemd/system/mender-orchestrator-resume.service",
  "usr/lib/systemd/system/mender-orchestrator-usb@.service",
  "usr/share",
  "usr/share/mender",
  "usr/share/mender-orchestrator",
  "usr/share/mender-orchestrator/gates",
  "usr/share/mender-orchestrator/gates/v1",
  ...gates.map((name) => `usr/share/mender-orchestrator/gates/v1/${name}`),
  "usr/share/mender-orchestrator/interfaces",
  ...shipped.map((name) => `usr/share/mender-orchestrator/interfaces/${name}`),
  "usr/share/mender-orchestrator/state-scripts",
  `usr/share/mender-orchestrator/state-scripts/${stateScript}`,
  "usr/share/mender-orchestrator/usb",
  "usr/share/mender-orchestrator/usb/99-mender-orchestrator-usb.rules",
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
      "usr/lib/mender-orchestrator/LICENSE",
      ...examples.filter(isFile).map((name) => `usr/lib/mender-orchestrator/bin/examples/${name}`),
      "usr/lib/mender-orchestrator/bin/keep-code.mjs",
      "usr/lib/mender-orchestrator/bin/mender-orchestrator",
      "usr/lib/mender-orchestrator/bin/orchestrator",
      "usr/lib/mender-orchestrator/bin/package.json",
      "usr/lib/mender-orchestrator/package.json",
      "usr/lib/systemd/system/mender-orchestrator-gates.service",
      "usr/lib/systemd/system/mender-orchestrator-gates.timer",
      "usr/lib/systemd/system/mender-orchestrator-resume.service",
      "usr/lib/systemd/system/mender-orchestrator-usb@.service",
      ...gates.map((name) => `usr/share/mender-orchestrator/gates/v1/${name}`),
      ...shipped
        .filter((name) => name.includes("/"))
        .map((name) => `usr/share/mender-orchestrator/interfaces/${name}`),
      `usr/share/mender-orchestrator/state-scripts/${stateScript}`,
      "usr/share/mender-orchestrator/usb/99-mender-orchestrator-usb.rules",
      "usr/share/mender/inventory/mender-inventory-mender-orchestrator",
      "usr/share/mender/modules/v3/mender-orchestrator-manifest",
    ]
      .map((name) => `${root}/${name}`)
      .join("\n")}\n`,
    stderr: `install-device: still missing: ${root}/var/lib/mender-orchestrator/topology.yaml, and the Interfaces that it names; see docs/topology.md\n`,
  });
  expect(places(root)).toEqual(installed);
  const all = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (name) => !name.includes(".wants/"),
  );
  expect(all.filter((name) => (statSync(join(root, name)).mode & 0o022) !== 0)).toEqual([]);
  for (const name of installed.filter((name) => /v[13]\/|inventory\/|\/bin\/[mo]/.test(name))) {
    expect(`${name} ${modeOf(join(root, name))}`).toBe(`${name} 755`);
  }
  expect(modeOf(join(root, "var/lib/mender-orchestrator"))).toBe("700");
});

test(
  "where there is no util-linux, the installer says so",
  widening(() => {
    const root = join(scratchDirectory(), "device");
    const { status, stderr } = installDeviceWith(allBut("flock"), "--root", root);
    expect(status).toBe(0);
    expect(stderr).toContain(
      "install-device: there is no flock on the PATH here; the device should have util-linux\n",
    );
  }),
);

test("with --usb what updates from USB sticks is in force, else it only lies there", () => {
  const root = join(scratchDirectory(), "device");
  const rules = join(root, "usr/lib/udev/rules.d/99-mender-orchestrator-usb.rules");
  installDevice("--root", root);
  expect(existsSync(dirname(rules))).toBe(false);
  const { stdout } = installDevice("--root", root, "--usb");
  expect(stdout).toContain(`${rules}\n`);
  const lies = readlinkSync(rules);
  expect(readFileSync(join(root, lies))).toEqual(readFileSync(join("bin/usb", basename(rules))));
  expect(modeOf(join(root, lies))).toBe("644");
  expect(installDevice("--root", root, "--uninstall").status).toBe(0);
  expect(readdirSync(root)).toEqual([]);
});

test("the unit that resumes is in force from the first time on, and stays off once it was switched off", () => {
  const root = join(scratchDirectory(), "device");
  const wanted = join(
    root,
    "etc/systemd/system/multi-user.target.wants/mender-orchestrator-resume.service",
  );
  installDevice("--root", root);
  const unit = readlinkSync(wanted);
  expect(readFileSync(join(root, unit))).toEqual(
    readFileSync("bin/systemd/mender-orchestrator-resume.service"),
  );
  rmSync(wanted);
  installDevice("--root", root);
  expect(existsSync(dirname(wanted)) && readdirSync(dirname(wanted))).toEqual([]);
  const other = join(scratchDirectory(), "device");
  installDevice("--root", other, "--no-enable");
  expect(existsSync(join(other, "etc/systemd"))).toBe(false);
});

test("what is installed runs from there, by either name", () => {
  const root = join(scratchDirectory(), "device");
  installDevice("--root", root);
  for (const name of ["orchestrator", "mender-orchestrator"]) {
    const { stdout } = spawnSync(join(root, "usr/bin", name), ["--version"], { encoding: "utf8" });
    expect(stdout).toBe(`${programVersion}\n`);
  }
});

test(
  "a second time it replaces the program and leaves alone what belongs to the device",
  widening(() => {
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
  }),
);

test.each([
  [[], "where to is missing"],
  [["--root"], "--root needs a directory"],
  [["--prefix", "/usr"], '"--prefix" is not known'],
])("called with %j it changes nothing and says how", (args, complaint) => {
  expect(installDevice(...args)).toEqual({
    status: 10,
    stdout: "",
    stderr: `install-device: ${complaint}\nusage: install-device --root DIR [--usb] [--no-enable] | --root DIR --uninstall   (--root / for this machine)\n`,
  });
});

test("a root that is a file is named, and what to give instead", () => {
  const root = join(scratchDirectory(), "file");
  writeFileSync(root, "");
  const { status, stdout, stderr } = installDevice("--root", root);
  expect([status, stdout]).toEqual([15, ""]);
  expect(stderr).toBe(
    `install-device: "${root}" is no directory, and none can be made there; give the root directory of the device\n`,
  );
});

test("--uninstall leaves nothing of it, and all that belongs to the device", () => {
  const root = join(scratchDirectory(), "device");
  const uninstall = () => installDevice("--root", root, "--uninstall");
  installDevice("--root", root);
  expect(uninstall()).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(readdirSync(root)).toEqual([]);

  installDevice("--root", root);
  const kept = [
    "etc/mender-orchestrator/mender-orchestrator.conf",
    "usr/share/mender-orchestrator/interfaces/v1/rtos",
    "var/lib/mender-orchestrator/topology.yaml",
  ];
  for (const name of kept) writeFileSync(join(root, name), "mine\n");
  expect(uninstall()).toEqual({
    status: 0,
    stdout: "",
    stderr: `install-device: left as it is: ${root}/etc/mender-orchestrator
install-device: left as it is: ${root}/var/lib/mender-orchestrator
`,
  });
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
    statSync(join(root, name)).isFile(),
  );
  expect(files.toSorted()).toEqual(kept);
  expect(uninstall()).toEqual({
    status: 15,
    stdout: "",
    stderr: `install-device: the program is not installed in "${root}/"\n`,
  });
});

test.each([
  ["an Interface", "interfaces/v1/deb"],
  ["a gate", "gates/v1/window"],
])(
  "%s of the device's own stays where one of ours has its name, and is no part of the program",
  (_, file) => {
    const root = join(scratchDirectory(), "device");
    const own = join(root, "usr/share/mender-orchestrator", file);
    mkdirSync(dirname(own), { recursive: true });
    writeFileSync(own, "#!/bin/sh\n");
    for (const time of ["first", "second"]) {
      const { status, stdout, stderr } = installDevice("--root", root);
      expect([time, status]).toEqual([time, 0]);
      expect(stderr).toContain(
        `install-device: left as it is: ${own}, which is not ours; to have the "${basename(file)}" that comes with the program, rename that file,`,
      );
      expect(stdout).not.toContain(own);
      expect(readFileSync(own, "utf8")).toBe("#!/bin/sh\n");
    }
    expect(installDevice("--root", root, "--uninstall").status).toBe(0);
    expect(readFileSync(own, "utf8")).toBe("#!/bin/sh\n");
  },
);

test("an Interface of ours that was changed in its place is ours still, and is replaced", () => {
  const root = join(scratchDirectory(), "device");
  installDevice("--root", root);
  const ours = join(root, "usr/share/mender-orchestrator/interfaces/v1/deb");
  writeFileSync(ours, "#!/bin/sh\n");
  expect(installDevice("--root", root).stderr).not.toContain("left as it is");
  expect(readFileSync(ours, "utf8")).toBe(readFileSync("bin/interfaces/v1/deb", "utf8"));
});

test("--uninstall is refused while a deployment is in progress, wherever the datastore is", () => {
  const root = join(scratchDirectory(), "device");
  installDevice("--root", root);
  const datastore = join(root, "data/orchestrator");
  mkdirSync(join(datastore, "deployment"), { recursive: true });
  writeFileSync(join(datastore, "deployment/journal"), "");
  rmdirSync(join(root, "var/lib/mender-orchestrator"));
  symlinkSync("/data/orchestrator", join(root, "var/lib/mender-orchestrator"));
  const before = treeOf(root);
  expect(installDevice("--root", root, "--uninstall")).toEqual({
    status: 17,
    stdout: "",
    stderr:
      "install-device: a deployment is in progress, and without the program nobody could end it; run: orchestrator status, then orchestrator resume or orchestrator rollback\n",
  });
  expect(treeOf(root)).toEqual(before);
  // A newer version may come at any time.
  expect(installDevice("--root", root).status).toBe(0);
});

test(
  "what a newer version does not bring any more is removed with the old one",
  widening(() => {
    const root = join(scratchDirectory(), "device");
    installDevice("--root", root);
    const dropped = "usr/share/mender-orchestrator/interfaces/v1/dropped";
    writeFileSync(join(root, dropped), "");
    appendFileSync(join(root, "usr/lib/mender-orchestrator/installed-files"), `${dropped}\n`);
    installDevice("--root", root);
    expect(places(root)).toEqual(installed);
  }),
);

test("what dpkg has installed is left to dpkg", () => {
  const root = join(scratchDirectory(), "device");
  mkdirSync(join(root, "var/lib/dpkg/info"), { recursive: true });
  writeFileSync(join(root, "var/lib/dpkg/info/orchestrator.list"), "");
  for (const more of [[], ["--uninstall"]]) {
    expect(installDevice("--root", root, ...more)).toEqual({
      status: 17,
      stdout: "",
      stderr:
        "install-device: the program was installed there as a Debian package; call apt or dpkg\n",
    });
  }
});

test.skipIf(!smallDisksWork())("a root without room is as it was, and the old version runs", () => {
  const root = join(scratchDirectory(), "device");
  mountSmallDisk(root, 16 * 1024);
  installDevice("--root", root);
  const { bavail, bsize } = statfsSync(root);
  writeFileSync(join(root, "fill"), Buffer.alloc(bavail * bsize - 1024 * 1024));
  const before = treeOf(root);
  expect(installDevice("--root", root)).toEqual({
    status: 15,
    stdout: "",
    stderr: `install-device: the files could not be written below "${root}/", and nothing was changed: is there room, and may you write there?\n`,
  });
  expect(treeOf(root)).toEqual(before);
});

test("a Node that is too old is told in one line, by either name", () => {
  const aged = join(scratchDirectory(), "aged.cjs");
  const version = "Object.defineProperty(process.versions, 'node', { value: '18.20.8' });";
  writeFileSync(aged, version);
  for (const name of ["orchestrator", "mender-orchestrator"]) {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--require", aged, join("bin", name), "--version"],
      { encoding: "utf8" },
    );
    expect({ status, stdout, stderr }).toEqual({
      status: 15,
      stdout: "",
      stderr: "orchestrator needs Node.js 20.19 or newer; this is 18.20.8\n",
    });
  }
});

test("the Yocto recipe of the documents installs it, and knows the licence", () => {
  const page = readFileSync("docs/install.md", "utf8");
  const [, recipe = ""] = /```bitbake\n(.*?)```/s.exec(page) ?? [];
  const [, body = ""] = /^do_install\(\) \{\n(.*?)^\}/ms.exec(recipe) ?? [];
  const image = join(scratchDirectory(), "image");
  const { status } = spawnSync("sh", ["-euc", body], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], S: resolve("."), D: image },
  });
  expect(status).toBe(0);
  expect(places(image)).toEqual(installed.filter((name) => !name.startsWith("etc/systemd")));
  const sum = createHash("md5").update(readFileSync("LICENSE")).digest("hex");
  expect(recipe).toContain(`file://LICENSE;md5=${sum}`);
});
