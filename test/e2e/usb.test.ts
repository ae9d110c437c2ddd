import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
} from "vitest";
import { loopDisksWork } from "../support/loop-disk.ts";
import { needs } from "../support/needs.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { type SeedProgram, v1, v2 } from "../support/seed-program.ts";
import { type SignedSeed, signedSeed } from "../support/signed-seed.ts";
import { widening } from "../support/tier.ts";

/** The unit that systemd starts for a USB stick: its own lines are run here, on a directory and on a mounted image. */

const unit = "bin/usb/mender-orchestrator-usb@.service";
const rules = "bin/usb/99-mender-orchestrator-usb.rules";
const mountPoint = "/run/mender-orchestrator-usb/%i";
const program = "/usr/bin/mender-orchestrator";

/** The values of a key of the unit, in their order. */
function linesOf(key: string): readonly string[] {
  return readFileSync(unit, "utf8")
    .split("\n")
    .filter((line) => line.startsWith(`${key}=`))
    .map((line) => line.slice(key.length + 1));
}

/** What the unit calls our program with, for a stick that is mounted at `stick`. */
function argumentsFor(stick: string): readonly string[] {
  const [line = "", ...others] = linesOf("ExecStart");
  expect(others).toEqual([]);
  const [file, ...args] = line.split(" ");
  expect(file).toBe(program);
  return args.map((arg) => arg.replace(mountPoint, stick));
}

describe.skipIf(!needs("systemd-analyze"))("the unit", () => {
  test("is one that systemd takes, every line of it", () => {
    const directory = scratchDirectory();
    const copy = join(directory, "mender-orchestrator-usb@.service");
    const text = readFileSync(unit, "utf8");
    writeFileSync(copy, text.replace(program, resolve("bin/mender-orchestrator")));
    const { status, stderr } = spawnSync(
      "systemd-analyze",
      ["verify", "--recursive-errors=no", copy],
      { encoding: "utf8" },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  test("is what the udev rule starts, by the name of the partition", () => {
    const wanted = /ENV\{SYSTEMD_WANTS\}\+="([^"%]+)%k\.service"/.exec(readFileSync(rules, "utf8"));
    expect(`bin/usb/${wanted?.[1]}.service`).toBe(unit);
  });

  test("accepts no risk, and is not ended when the stick goes away", () => {
    expect(argumentsFor("stick")).toEqual(["install", "--unattended", "stick"]);
    expect(readFileSync(unit, "utf8")).not.toMatch(/^(BindsTo|Requires|PartOf)=/m);
  });
});

const works = [needs("openssl"), needs("mender-artifact")].every(Boolean);

describe.skipIf(!works)("a stick that is plugged in", () => {
  let signed: SignedSeed;
  let system: SeedProgram;
  beforeAll(() => {
    signed = signedSeed(({ run }) => {
      for (const version of ["v1", "v2"]) {
        const args = ["--manifest", `manifest-${version}.yaml`, "--key", "mine.pem"];
        run(["bundle", "create", ...args, "-o", `${version}.tar`]);
      }
    });
  });
  afterAll(() => {
    signed.remove();
  });
  beforeEach(() => {
    system = signed.copy();
    mkdirSync(system.path("sdb1"));
    copyFileSync(system.path("v2.tar"), system.path("sdb1/update.tar"));
  });
  afterEach(() => {
    system.remove();
  });

  const plugIn = (stick = "sdb1", env: Readonly<Record<string, string>> = {}) =>
    system.run(argumentsFor(system.path(stick)), env);
  const installs = () => system.calls().filter((call) => call.startsWith("ArtifactInstall"));
  /** Does something while the gateway installs, before the Artifacts of the others are read. */
  const whileGatewayInstalls = (script: string) => {
    const gateway = system.path("interfaces/v1/gateway");
    const text = readFileSync(gateway, "utf8");
    const act = `[ "$1" != ArtifactInstall ] || { ${script}; }`;
    writeFileSync(gateway, text.replace("\n", `\n${act}\n`));
    chmodSync(gateway, 0o755);
    return () => {
      writeFileSync(gateway, text);
    };
  };

  test("is installed, and left in it is nothing to do the next time", () => {
    expect(plugIn().exit).toBe(0);
    expect(system.versions()).toEqual(v2);
    const calls = installs();
    expect(plugIn().exit).toBe(0);
    expect(installs()).toEqual(calls);
  });

  test(
    "may have the Artifacts beside a thin bundle that pins them",
    widening(() => {
      cpSync(system.path("artifacts"), system.path("sdb1/artifacts"), { recursive: true });
      const args = ["--manifest", "manifest-v2.yaml", "--thin", "--pin", "--key", "mine.pem"];
      system.run(["bundle", "create", ...args, "-o", "sdb1/update.tar"]);
      rmSync(system.path("artifacts"), { recursive: true });
      expect(plugIn().exit).toBe(0);
      expect(system.versions()).toEqual(v2);
    }),
  );

  test("is refused where no key is configured, whatever is on it", () => {
    writeFileSync(system.path("conf/mender-orchestrator.conf"), "{}");
    const refused = plugIn();
    expect(refused.stderr).toBe(
      `error: Nobody watches this install, and no key is configured to tell whose bundle it is. [verify-key-missing]
  expected: ArtifactVerifyKey or ArtifactVerifyKeys in the configuration
  hint: Configure a key and sign the bundles with it; without one, somebody must call install by hand.
`,
    );
    expect(refused.exit).toBe(12);
    expect(system.calls()).toEqual([]);
  });

  test("is refused where nobody has signed what is on it", () => {
    copyFileSync("fixtures/bundles/seed-v2.tar", system.path("sdb1/update.tar"));
    expect(plugIn().stderr).toContain("[bundle-unsigned]");
    rmSync(system.path("sdb1/update.tar"));
    copyFileSync(system.path("manifest-v2.yaml"), system.path("sdb1/manifest.yaml"));
    expect(plugIn().stderr).toContain("[manifest-unsigned]");
    expect(system.versions()).toEqual(v1);
  });

  test("cannot be called with a risk taken", () => {
    for (const risk of ["--allow-downgrade", "--allow-unsigned-manifest", "--accept=expired"]) {
      const { exit, stderr } = system.run([...argumentsFor("sdb1"), risk]);
      expect(stderr).toContain("--unattended");
      expect(exit).toBe(10);
    }
  });

  test("that has failed is tried again only by hand, another one is installed", () => {
    system.failIn("R998", "ArtifactInstall", 1);
    expect(plugIn().exit).toBe(22);
    expect(system.versions()).toEqual(v1);
    rmSync(system.path("boards/R998/fail"), { recursive: true });
    const calls = installs();

    const again = plugIn();
    expect(again.stderr).toMatch(
      /error: Deployment "[0-9a-f]{12}" of this very release, "[^"]+", has failed here, and nobody watches whether it does again. \[failed-before\]/,
    );
    expect(again.exit).toBe(15);
    // Renamed or signed anew it is the same.
    renameSync(system.path("sdb1/update.tar"), system.path("sdb1/other.tar"));
    system.run(["bundle", "sign", "sdb1/other.tar", "--key", "mine.pem"]);
    expect(plugIn().exit).toBe(15);
    expect(installs()).toEqual(calls);

    expect(system.run(["install", "sdb1"]).exit).toBe(0);
    expect(system.versions()).toEqual(v2);
    // The last time it went well.
    expect(plugIn().exit).toBe(0);
  });

  test("goes on with its deployment that was killed, be it mounted elsewhere now", () => {
    plugIn("sdb1", { ORCHESTRATOR_CRASH_POINT: "ArtifactVerifyReboot:outcome-appended" });
    expect(system.versions()).not.toEqual(v2);
    const calls = installs().length;
    renameSync(system.path("sdb1"), system.path("sdc1"));
    expect(plugIn("sdc1").exit).toBe(0);
    expect(system.versions()).toEqual(v2);
    expect(installs().filter((call) => call.endsWith("G13"))).toHaveLength(1);
    expect(installs().length).toBeGreaterThan(calls);
  });

  test(
    "goes on with it under another name, too",
    widening(() => {
      plugIn("sdb1", { ORCHESTRATOR_CRASH_POINT: "ArtifactVerifyReboot:outcome-appended" });
      expect(system.versions()).not.toEqual(v2);
      renameSync(system.path("sdb1"), system.path("sdc1"));
      renameSync(system.path("sdc1/update.tar"), system.path("sdc1/renamed.tar"));
      expect(plugIn("sdc1")).toMatchObject({ exit: 0 });
      expect(system.versions()).toEqual(v2);
      expect(system.run(["history"]).stdout.match(/[0-9a-f]{12}/g)).toHaveLength(1);
    }),
  );

  test(
    "goes on with it where gzip has compressed it",
    widening(() => {
      spawnSync("gzip", [system.path("sdb1/update.tar")]);
      const named = ["install", "--unattended", system.path("sdb1/update.tar.gz")];
      system.run(named, { ORCHESTRATOR_CRASH_POINT: "ArtifactVerifyReboot:outcome-appended" });
      expect(system.versions()).not.toEqual(v2);
      expect(system.run(named)).toMatchObject({ exit: 0 });
      expect(system.versions()).toEqual(v2);
      expect(system.run(["history"]).stdout.match(/[0-9a-f]{12}/g)).toHaveLength(1);
    }),
  );

  test("with another bundle has what was interrupted rolled back first", () => {
    plugIn("sdb1", { ORCHESTRATOR_CRASH_POINT: "ArtifactVerifyReboot:outcome-appended" });
    mkdirSync(system.path("sdc1"));
    copyFileSync(system.path("v1.tar"), system.path("sdc1/v1.tar"));
    expect(plugIn("sdc1").exit).toBe(0);
    expect(system.versions()).toEqual(v1);
    expect(system.run(["status"]).stdout).toBe("No deployment is in progress.\n");
    // It was not through, which is not to have failed.
    expect(plugIn().exit).toBe(0);
    expect(system.versions()).toEqual(v2);
  });

  test(
    "that will not do changes nothing of what was interrupted",
    widening(() => {
      plugIn("sdb1", { ORCHESTRATOR_CRASH_POINT: "ArtifactVerifyReboot:outcome-appended" });
      const before = { calls: system.calls(), versions: system.versions() };
      mkdirSync(system.path("sdc1"));
      const made = ["bundle", "create", "--manifest", "manifest-v1.yaml"];
      system.run([...made, "-o", "sdc1/unsigned.tar"]);
      const refused = plugIn("sdc1");
      expect(refused.stderr).toContain("[bundle-unsigned]");
      expect(refused.exit).toBe(12);
      expect({ calls: system.calls(), versions: system.versions() }).toEqual(before);
      // The right one goes on.
      expect(plugIn().exit).toBe(0);
      expect(system.versions()).toEqual(v2);
    }),
  );

  test("leaves alone what waits for somebody else, be it of the same bundle", () => {
    system.run(["install", "v2.tar", "--stop-before", "ArtifactCommit"]);
    const { exit, stderr } = plugIn();
    expect(stderr).toContain("[deployment-in-progress]");
    expect(exit).toBe(17);
    expect(system.run(["commit"]).exit).toBe(0);
  });

  test("that is pulled out in the middle is rolled back, and tried again when it is back", () => {
    const stop = whileGatewayInstalls(`mv "${system.path("sdb1")}" "${system.path("pulled")}"`);
    const pulled = plugIn();
    expect(pulled.stderr).toContain(`"${system.path("sdb1/update.tar")}"`);
    expect(pulled.exit).toBe(22);
    expect(system.versions()).toEqual(v1);
    stop();
    renameSync(system.path("pulled"), system.path("sdb1"));
    expect(plugIn().exit).toBe(0);
    expect(system.versions()).toEqual(v2);
  });

  test(
    "that is cut short in the middle is rolled back, and tried again when it is whole",
    widening(() => {
      const stop = whileGatewayInstalls(`truncate --size=2000 "${system.path("sdb1/update.tar")}"`);
      const { exit, stderr } = plugIn();
      expect(stderr).toContain("is shorter than its contents say.");
      expect(exit).toBe(22);
      expect(system.versions()).toEqual(v1);
      stop();
      copyFileSync(system.path("v2.tar"), system.path("sdb1/update.tar"));
      expect(plugIn().exit).toBe(0);
      expect(system.versions()).toEqual(v2);
    }),
  );

  describe.skipIf(!loopDisksWork())("and mounted as the unit does it", () => {
    let image: string;
    let stick: string;
    beforeEach(() => {
      image = system.path("stick.img");
      stick = system.path("run/sdb1");
      command("truncate", "--size=8M", image);
      command("mkfs.ext4", "-q", "-F", "-d", system.path("sdb1"), image);
      onTestFinished(() => {
        spawnSync("umount", ["--lazy", stick]);
      });
    });

    function command(file: string, ...args: readonly string[]) {
      const { status, stderr } = spawnSync(file, args, { encoding: "utf8" });
      expect({ file, status, stderr }).toEqual({ file, status: 0, stderr: "" });
    }
    /** A line that begins with `-` may fail. */
    function runLines(key: string) {
      for (const line of linesOf(key)) {
        const words = line.replaceAll(mountPoint, stick).replace("/dev/%i", image).split(" ");
        const [file = "", ...args] = words;
        if (file.startsWith("-")) spawnSync(file.slice(1), args);
        else command(file, ...args);
      }
    }

    test("is installed, and nothing of the mount stays", () => {
      runLines("ExecStartPre");
      expect(readFileSync(join(stick, "update.tar"))).toEqual(readFileSync(system.path("v2.tar")));
      expect(plugIn("run/sdb1").exit).toBe(0);
      runLines("ExecStopPost");
      expect(system.versions()).toEqual(v2);
      expect(existsSync(stick)).toBe(false);
    });

    test("is rolled back where the medium itself breaks off in the middle", () => {
      runLines("ExecStartPre");
      const forgetWhatWasRead = `dd if="${stick}/update.tar" iflag=nocache count=0 2>/dev/null`;
      whileGatewayInstalls(`truncate --size=4K "${image}"; ${forgetWhatWasRead}`);
      const { exit, stderr } = plugIn("run/sdb1");
      expect(stderr).toMatch(/R456 .*failed: .*update\.tar/);
      expect(exit).toBe(22);
      runLines("ExecStopPost");
      expect(system.versions()).toEqual(v1);
    });

    test(
      "is rolled back where it is unmounted in the middle",
      widening(() => {
        runLines("ExecStartPre");
        whileGatewayInstalls(`umount --lazy "${stick}"`);
        const { exit, stderr } = plugIn("run/sdb1");
        expect(stderr).toContain("is needed and cannot be read");
        expect(exit).toBe(22);
        runLines("ExecStopPost");
        expect(system.versions()).toEqual(v1);
        expect(existsSync(stick)).toBe(false);
      }),
    );
  });
});
