import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { keptCodeOf } from "../../src/platform/kept-code.ts";
import { programVersion } from "../../src/core/program-version.ts";
import { buildPackages, type BuiltPackages, packagedAt } from "../support/built-packages.ts";
import {
  makeMenderDevice,
  type MenderDevice,
  menderDevicesWork,
} from "../support/mender-device.ts";
import { bundleArtifact } from "../support/mender-payloads.ts";
import { needs } from "../support/needs.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { v1, v2 } from "../support/seed-program.ts";
import { inTier, widening } from "../support/tier.ts";

const works = [needs("dpkg-deb"), needs("tar"), needs("lintian")].every(Boolean);

/** What a program prints; it must end well. */
function printed(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return stdout;
}

/** On a busy machine; dpkg syncs. */
const hookMs = 240_000;

const linesOf = (text: string) => text.split("\n").filter((line) => line !== "");

/** All files and links below a directory. */
const filesBelow = (directory: string) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name).slice(directory.length + 1))
    .toSorted();

const SumsLine = /^([0-9a-f]{64}) {2}(.+)$/;

const Bill = z.looseObject({
  bomFormat: z.literal("CycloneDX"),
  serialNumber: z
    .string()
    .regex(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/),
  components: z.array(
    z.looseObject({ name: z.string(), version: z.string(), licenses: z.array(z.unknown()).min(1) }),
  ),
});

const Package = z.looseObject({ dependencies: z.record(z.string(), z.string()) });

describe.skipIf(!works)("the packages", () => {
  let scratch: string;
  let made: BuiltPackages;
  /** The files of the Debian package, unpacked. */
  let root: string;

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), "orchestrator-packages-"));
    made = await buildPackages(join(scratch, "out"));
    root = join(scratch, "root");
    printed("dpkg-deb", "-x", made.debian, root);
  }, hookMs);
  afterAll(() => {
    rmSync(scratch, { recursive: true, force: true });
  });

  const sizeOf = (...names: readonly string[]) =>
    names.reduce((sum, name) => sum + statSync(join(root, name)).size, 0);

  test("are three, with their checksums", () => {
    const lines = linesOf(readFileSync(join(made.directory, "SHA256SUMS"), "utf8"));
    const sums = lines.map((line) => SumsLine.exec(line)?.slice(1));
    expect(made.names).toEqual(["SHA256SUMS", ...sums.map((sum) => sum?.[1] ?? "")].toSorted());
    for (const [sum, name = ""] of sums.map((one) => one ?? [])) {
      const content = readFileSync(join(made.directory, name));
      expect(createHash("sha256").update(content).digest("hex")).toBe(sum);
    }
    expect(sums).toHaveLength(3);
  });

  test("have nothing in them of whoever made them, nor of when", () => {
    const date = new Date(packagedAt * 1000).toISOString().slice(0, 10);
    const listed = [
      ...linesOf(printed("dpkg-deb", "-c", made.debian)),
      ...linesOf(printed("tar", "--utc", "--numeric-owner", "-tvzf", made.device)),
    ];
    const even = /^(?:drwxr-xr-x|-rw-r--r--|-rwxr-xr-x|lrwxrwxrwx) (?:root\/root|0\/0) +\d+ (\S+) /;
    const odd = listed.filter((line) => even.exec(line)?.[1] !== date);
    expect(odd.map((line) => line.replace(/ +0 .* /, " "))).toEqual([
      "drwx------ root/root ./var/lib/mender-orchestrator/",
    ]);
    expect(listed.filter((line) => line.endsWith(".code"))).toEqual([]);
  });

  test(
    "are the same, byte for byte, whoever makes them",
    widening(async () => {
      const again = await buildPackages(join(scratch, "again"), {
        umask: "077",
        env: { TZ: "Asia/Tokyo", LC_ALL: "C.UTF-8", NODE_ENV: "production" },
      });
      expect(again.names).toEqual(made.names);
      const sums = ({ directory }: BuiltPackages) =>
        readFileSync(join(directory, "SHA256SUMS"), "utf8");
      expect(sums(again)).toBe(sums(made));
    }),
  );

  test("each have the licences and the bill of all that is compiled in", () => {
    const unpacked = join(scratch, "unpacked");
    for (const [name, file] of Object.entries({ npm: made.npm, device: made.device })) {
      printed("mkdir", "-p", join(unpacked, name));
      printed("tar", "-C", join(unpacked, name), "--strip-components=1", "-xzf", file);
    }
    const places = [join(unpacked, "npm"), join(unpacked, "device"), join(root, documents)];
    const [bill = "", ...bills] = places.map((at) =>
      readFileSync(join(at, "sbom.cdx.json"), "utf8"),
    );
    expect(new Set(bills)).toEqual(new Set([bill]));
    const { components } = Bill.parse(JSON.parse(bill));
    const named = new Map(components.map(({ name, version }) => [name, version]));
    const { dependencies } = Package.parse(JSON.parse(readFileSync("package.json", "utf8")));
    for (const [name, version] of Object.entries(dependencies)) {
      expect(`${name} ${named.get(name) ?? "is not in it"}`).toBe(`${name} ${version}`);
    }
    const licences = places.map((at) => readFileSync(join(at, "THIRD-PARTY-LICENSES"), "utf8"));
    expect(new Set(licences).size).toBe(1);
    for (const { name, version } of components) {
      expect(licences[0]).toContain(`\n${name} ${version} (`);
    }
    expect(licences[0]).toContain("Eclipse Public License");
  });

  test(
    "for Debian: has no error by lintian",
    widening(() => {
      const said = printed(
        "lintian",
        "--allow-root",
        "--no-cfg",
        "--fail-on",
        "error",
        made.debian,
      );
      expect(linesOf(said).filter((line) => line.startsWith("E:"))).toEqual([]);
    }),
  );

  test("for Debian: says what it needs", () => {
    const field = (name: string) => printed("dpkg-deb", "-f", made.debian, name).trimEnd();
    expect(
      ["Package", "Version", "Architecture", "Maintainer", "Depends", "Recommends"].map(field),
    ).toEqual([
      "orchestrator",
      `${programVersion}-1`,
      "all",
      "Orchestrator maintainers <orchestrator@example.org>",
      "nodejs (>= 20.19), util-linux (>= 2.30)",
      "mender-client | mender-update, xz-utils, zstd",
    ]);
  });

  test("for Debian: takes at most 3 MB without its documents and the graph library", () => {
    const files = filesBelow(root).filter(
      (name) => !name.startsWith("usr/share/doc/") && !name.startsWith("usr/bin/"),
    );
    expect(files).toContain("usr/lib/mender-orchestrator/dist/viz.cjs");
    const needed = files.filter((name) => !name.endsWith("/viz.cjs"));
    expect(sizeOf(...needed)).toBeLessThan(3_000_000);
  });

  test("for devices without dpkg: the installer puts everything where the Debian package has it", () => {
    const to = scratchDirectory();
    printed("tar", "-C", to, "-xzf", made.device);
    const program = join(to, `orchestrator-${programVersion}`, "bin/install-device");
    const device = join(to, "device");
    printed("sh", program, "--root", device, "--no-enable");
    const same = (name: string) =>
      !/^usr\/share\/(doc|lintian)|\/(LICENSE|installed-files)$/.test(name);
    const installed = filesBelow(device).map((name) => name.replace(/(\.1)$/, "$1.gz"));
    expect(installed.filter(same)).toEqual(filesBelow(root).filter(same));
    expect(printed(join(device, "usr/bin/orchestrator"), "--version")).toBe(`${programVersion}\n`);
    const library = join(device, "usr/lib/mender-orchestrator");
    expect(printed(process.execPath, join(library, "bin/keep-code.mjs"))).toBe("");
    const names = readdirSync(join(library, "dist"));
    expect(names).toContain(basename(keptCodeOf("main.cjs", "plan")));
    expect(names).toContain(basename(keptCodeOf("main.cjs", "install")));
    printed("sh", program, "--root", device, "--uninstall");
    expect(readdirSync(device)).toEqual([]);
  });

  test("for npm: is installed without a network, and the demo runs", () => {
    const prefix = scratchDirectory();
    const cache = join(prefix, "cache");
    printed(
      "npm",
      "install",
      "--global",
      "--offline",
      "--cache",
      cache,
      "--prefix",
      prefix,
      made.npm,
    );
    const { status, stdout } = spawnSync(join(prefix, "bin/orchestrator"), ["demo"], {
      encoding: "utf8",
      cwd: prefix,
    });
    expect(status).toBe(0);
    expect(stdout).toContain('Done: the System is on "v.2".');
  });

  describe.skipIf(!menderDevicesWork())(
    "the one for Debian, on a throw-away machine",
    { timeout: hookMs },
    () => {
      let device: MenderDevice;
      /** The Artifact with the update, on the device. */
      let update: string;
      /** All that is on the device before the package. */
      let bare: readonly string[];

      beforeAll(async () => {
        const { debian } = made;
        const artifact = bundleArtifact(scratch, "manifest-v2.yaml");
        update = `/root/${basename(artifact)}`;
        device = await makeMenderDevice(() => {});
        for (const file of [artifact, `${scratch}/manifest-v2.yaml.tar`]) {
          cpSync(file, device.path("/root", basename(file)));
        }
        cpSync(debian, device.path("/root/this.deb"));
        cpSync(nextOf(debian, scratch), device.path("/root/next.deb"));
        bare = await contents();
        await dpkg("-i", "/root/this.deb");
        await device.save("installed");
      }, hookMs);
      afterAll(() => {
        device.remove();
      });
      afterEach(() => device.restore("installed"));

      /** Calls dpkg on the device; it must end well. */
      async function dpkg(...args: readonly string[]): Promise<void> {
        const { exit, stderr } = await device.run("dpkg", ...forced, ...args);
        if (exit !== 0)
          throw new Error(`dpkg ${args.join(" ")} ended in ${String(exit)}: ${stderr}`);
      }

      /** What lies where packages and their data lie, but for what dpkg keeps for itself, and for the boards. */
      async function contents(): Promise<readonly string[]> {
        const own = [
          "/var/lib/dpkg",
          "/var/log",
          "/var/cache",
          "/var/lib/systemd/deb-systemd-helper*",
          boards,
        ];
        const pruned = own.flatMap((path, at) => [...(at === 0 ? [] : ["-o"]), "-path", path]);
        const found = await device.run(
          "find",
          "/etc",
          "/usr",
          "/var",
          "/opt",
          "(",
          ...pruned,
          ")",
          "-prune",
          "-o",
          "-print",
        );
        return found.stdout
          .split("\n")
          .filter((line) => line !== "")
          .toSorted();
      }

      const run = async (...command: readonly string[]) => (await device.run(...command)).exit;
      const boards = "/usr/share/mender-orchestrator/boards";
      const wants =
        "/etc/systemd/system/multi-user.target.wants/mender-orchestrator-resume.service";

      test("is driven by the Mender Client, and a purge leaves nothing of it", async () => {
        expect(await run("node", "/usr/lib/mender-orchestrator/bin/keep-code.mjs")).toBe(0);
        expect(readdirSync(dirname(device.path(wants)))).toContain(basename(wants));
        expect(await run("mender", "install", update)).toBe(0);
        expect(await run("mender", "commit")).toBe(0);
        expect(device.versions()).toEqual(v2);
        await dpkg("-P", "orchestrator");
        const before = new Set(bare);
        const left = (await contents()).filter((path) => !before.has(path));
        expect(left).toEqual([]);
        expect(device.read("/var/lib/mender-orchestrator/topology.yaml")).toContain("system_type");
      });

      test("is upgraded while a deployment is open: the old one starts, the new one resumes", async () => {
        const cut = "ORCHESTRATOR_CRASH_POINT=ArtifactVerifyReboot:outcome-appended";
        await run("env", cut, "orchestrator", "install", "/root/manifest-v2.yaml.tar");
        expect(device.versions()).toEqual(["gateway-v2", "rtos-v1", "rtos-v1"]);
        await dpkg("-i", "/root/next.deb");
        const refused = await device.run("dpkg", "-r", "orchestrator");
        expect(refused.exit).toBe(1);
        expect(refused.stderr).toContain(
          'orchestrator: run "orchestrator status", then "orchestrator resume" or "orchestrator rollback", then remove the package.\n',
        );
        expect(await run("orchestrator", "resume", "--unattended")).toBe(0);
        expect(device.versions()).toEqual(v2);
        await dpkg("-r", "orchestrator");
        expect(await run("sh", "-c", "command -v orchestrator")).not.toBe(0);
      });

      test(
        "may go back to the old one, which rolls back what the new one has begun",
        widening(async () => {
          await dpkg("-i", "/root/next.deb");
          const stop = ["--stop-before", "ArtifactCommit"];
          expect(await run("orchestrator", "install", ...stop, "/root/manifest-v2.yaml.tar")).toBe(
            0,
          );
          await dpkg("-i", "/root/this.deb");
          expect(await run("orchestrator", "rollback")).toBe(0);
          expect(device.versions()).toEqual(v1);
        }),
      );

      const files = [
        ["an Interface", "interfaces/v1/deb"],
        ["a gate", "gates/v1/window"],
      ] as const;
      test.each(inTier(files.slice(1), [...files]))(
        "is refused where %s of the device's own has the name of one of ours",
        async (_, file) => {
          const own = `/usr/share/mender-orchestrator/${file}`;
          await dpkg("-r", "orchestrator");
          mkdirSync(dirname(device.path(own)), { recursive: true });
          writeFileSync(device.path(own), "#!/bin/sh\n");
          const refused = await device.run("dpkg", ...forced, "-i", "/root/next.deb");
          expect(refused.exit).toBe(1);
          expect(refused.stderr).toContain(`files that are not its own: ${own}\n`);
          expect(device.read(own)).toBe("#!/bin/sh\n");
          rmSync(device.path(own));
          await dpkg("-i", "/root/next.deb");
          await dpkg("-i", "/root/this.deb");
        },
      );

      test(
        "leaves the unit that resumes switched off where somebody has switched it off",
        widening(async () => {
          rmSync(device.path(wants));
          await dpkg("-i", "/root/next.deb");
          expect(readdirSync(dirname(device.path(wants)))).not.toContain(basename(wants));
        }),
      );
    },
  );
});

const documents = "usr/share/doc/orchestrator";

const forced = ["--no-triggers", "--force-depends", "--force-unsafe-io", "--force-downgrade"];

/** The same package as its next version. */
function nextOf(debian: string, scratch: string): string {
  const [tree, next] = [join(scratch, "next"), join(scratch, "next.deb")];
  printed("dpkg-deb", "-R", debian, tree);
  const control = join(tree, "DEBIAN/control");
  const text = readFileSync(control, "utf8");
  writeFileSync(control, text.replace(/^Version: .*/m, "Version: 99.0.0-1"));
  printed("dpkg-deb", "--root-owner-group", "-Znone", "-b", tree, next);
  return next;
}
