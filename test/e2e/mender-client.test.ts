import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { State } from "../../src/core/protocol.ts";
import {
  makeMenderDevice,
  type MenderDevice,
  menderDevicesWork,
} from "../support/mender-device.ts";
import {
  bundleArtifact,
  manifestArtifact,
  oddArtifact,
  realArtifact,
  recoveryArtifact,
} from "../support/mender-payloads.ts";
import { startInventoryServer } from "../support/inventory-server.ts";
import type { Board } from "../support/seed-system.ts";
import { makeKeys, signArtifacts } from "../support/signing-keys.ts";
import { v1, v2 } from "../support/seed-program.ts";
import { oneOfEachKind, widening } from "../support/tier.ts";

/**
 * Debian's Mender Client 3.4 drives the installed program on a throw-away machine: nothing is scripted, and only
 * its own commands are called. It needs root and namespaces.
 */
describe.skipIf(!menderDevicesWork())("the Mender Client", () => {
  let directory: string;
  let update: string;
  let device: MenderDevice;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "orchestrator-artifacts-"));
    update = bundleArtifact(directory, "manifest-v2.yaml");
    device = await makeMenderDevice();
  });
  afterAll(() => {
    device.remove();
    rmSync(directory, { recursive: true, force: true });
  });
  afterEach(() => device.restore());

  /** Brings an Artifact to the device and gives its path there. */
  function bring(artifact: string): string {
    const path = `/root/${basename(artifact)}`;
    cpSync(artifact, device.path(path));
    return path;
  }

  /** How far the device has come that many tests begin with. Each way is gone once and its end is looked at. */
  const ways = {
    installed: async () => {
      expect(await install(update)).toBe(0);
    },
    rebooted: async () => {
      device.rebootsHost("G13");
      expect(await install(update)).toBe(4);
      expect(device.versions()).toEqual(v1);
      device.reboot();
    },
    "installed-by-hand": async () => {
      cpSync(`${directory}/manifest-v2.yaml.tar`, device.path("/root/v2.tar"));
      const byHand = ["orchestrator", "install", "--stop-before", "ArtifactCommit", "/root/v2.tar"];
      expect((await device.run(...byHand)).exit).toBe(0);
    },
    "own-interface-rebooted": async () => {
      expect(await install(furnishGateway())).toBe(4);
      expect(os()).toBe("gateway-v2 is tried");
      device.reboot();
    },
  };

  const saved = new Set<string>();

  async function after(stage: keyof typeof ways): Promise<void> {
    if (saved.has(stage)) {
      await device.restore(stage);
      return;
    }
    await ways[stage]();
    await device.save(stage);
    saved.add(stage);
  }

  async function mender(...args: readonly string[]): Promise<number | null> {
    const { exit } = await device.run("mender", ...args);
    return exit;
  }

  const install = (artifact: string) => mender("install", "--reboot-exit-code", bring(artifact));

  /** Where the client keeps the tree of its update module. */
  const isTreeLeft = () => existsSync(device.path("/data/mender/modules/v3/payloads/0000/tree"));

  /** The outcome of the last deployment, as history tells it. */
  async function lastOutcome(): Promise<string> {
    const { stdout } = await device.run("orchestrator", "history");
    return / {2}(success|failed[\w, -]*|inconsistent) {2}/.exec(stdout)?.[1] ?? stdout;
  }

  /** As the journal tells, without a boot of the device that only asks. */
  const isIdle = () => !existsSync(device.path("/var/lib/mender-orchestrator/deployment/journal"));

  /** As status tells. */
  async function isSaidToBeIdle(): Promise<boolean> {
    const { stdout } = await device.run("orchestrator", "status");
    return stdout === "No deployment is in progress.\n";
  }

  /** The gateway's Interface is ours, with a client inside; `os` stands in for its root file system. */
  function furnishGateway(): string {
    const { write, read } = device;
    const system = "/var/lib/mender-orchestrator/topology.yaml";
    write(
      system,
      read(system).replace(
        "component_type: gateway\n",
        "component_type: gateway\n    interface: rootfs-image\n",
      ),
    );
    write("/etc/mender/artifact_info", "artifact_name=gateway-v1\n");
    write("/data/os", "gateway-v1\n");
    write("/usr/share/mender/modules/v3/os", osModule, 0o755);
    writeFileSync(join(directory, "os.img"), "gateway-v2\n");
    const args =
      "-T os -t gateway -n gateway-v2 --no-default-software-version --no-default-clears-provides " +
      "--provides rootfs-image.version:gateway-v2 --clears-provides rootfs-image.*";
    const gateway = realArtifact(directory, "os.img", args.split(" "));
    cpSync(resolve("fixtures/systems/seed/artifacts"), device.path("/data/artifacts"), {
      recursive: true,
    });
    cpSync(gateway, device.path("/data/artifacts/gateway-v2.mender"));
    return manifestArtifact(directory, "manifest-v2.yaml", "/data/artifacts");
  }

  const os = () => device.read("/data/os").trimEnd();

  describe("when all is well", () => {
    test("installs a bundle and commits it", async () => {
      expect(await install(update)).toBe(0);
      expect(device.versions()).toEqual(v2);
      expect(device.calls().filter((call) => call.startsWith("ArtifactCommit"))).toEqual([]);
      expect(await mender("commit")).toBe(0);
      expect(device.versions()).toEqual(v2);
      expect([isIdle(), await isSaidToBeIdle()]).toEqual([true, true]);
      expect(isTreeLeft()).toBe(false);
      const { stdout } = await device.run("mender", "show-provides");
      expect(stdout.trimEnd().split("\n").toSorted()).toEqual([
        "artifact_name=system-core-v2",
        "data-partition.mender-orchestrator-manifest.version=system-core-v2",
      ]);
    });

    test(
      "installs a Manifest whose Artifacts lie on the device, and the user rolls it back",
      widening(async () => {
        cpSync(resolve("fixtures/systems/seed/artifacts"), device.path("/data/artifacts"), {
          recursive: true,
        });
        const artifact = manifestArtifact(directory, "manifest-v2.yaml", "/data/artifacts");
        expect(await install(artifact)).toBe(0);
        expect(device.versions()).toEqual(v2);
        expect(await mender("rollback")).toBe(0);
        expect(device.versions()).toEqual(v1);
        expect(isIdle()).toBe(true);
      }),
    );

    test("asks for the reboot of the host, and commits after it", async () => {
      await after("rebooted");
      expect(await mender("commit")).toBe(0);
      expect(device.versions()).toEqual(v2);
      expect(isIdle()).toBe(true);
    });

    test(
      "rolls back after a reboot, which takes another one",
      widening(async () => {
        await after("rebooted");
        // This client does not reboot between its rollback and its clean-up: so the latter does it.
        await device.rebootIn("mender", "rollback");
        expect(await mender("rollback")).toBe(0);
        expect(device.versions()).toEqual(v1);
        expect(isIdle()).toBe(true);
      }),
    );

    test("sends the inventory that our script prints", async () => {
      const { exit, stdout } = await device.run(
        "/usr/share/mender/inventory/mender-inventory-mender-orchestrator",
      );
      expect(exit).toBe(0);
      expect(stdout).toContain("gateway.G13.network=eth0\ngateway.G13.network=can0\n");
    });
  });

  describe("when a state fails", () => {
    const states: readonly (readonly [State, Board])[] = [
      ["Download", "G13"],
      ["Download", "R456"],
      ["ArtifactInstall", "G13"],
      ["ArtifactInstall", "R998"],
      ["ArtifactReboot", "G13"],
      ["ArtifactVerifyReboot", "G13"],
    ];
    test.each(oneOfEachKind(states, ([state]) => (state === "Download" ? "before" : "amid")))(
      "%s of %s: the install fails and the old state is back",
      async (state, board) => {
        device.failIn(board, state, 1);
        expect(await install(update)).toBe(1);
        expect(device.versions()).toEqual(v1);
        expect(isIdle()).toBe(true);
        expect(isTreeLeft()).toBe(false);
        expect(await mender("commit")).toBe(2);
      },
    );

    test("ArtifactRollback: the client marks the device as inconsistent", async () => {
      await after("installed");
      device.failIn("R456", "ArtifactCommit", 1);
      device.failIn("R456", "ArtifactRollback", 1);
      expect(await mender("commit")).toBe(1);
      const { stdout } = await device.run("mender", "show-provides");
      expect(stdout).toContain("artifact_name=system-core-v2_INCONSISTENT\n");
      // It stays on its new version, and what it runs is committed by nobody.
      expect(await lastOutcome()).toBe("inconsistent");
    });

    test(
      "ArtifactCommit: the commit fails and the old state is back",
      widening(async () => {
        await after("installed");
        device.failIn("R456", "ArtifactCommit", 1);
        expect(await mender("commit")).toBe(1);
        expect(device.versions()).toEqual(v1);
        expect(isIdle()).toBe(true);
      }),
    );

    test(
      "what comes after the reboot: the commit fails and the old state is back after another one",
      widening(async () => {
        await after("rebooted");
        device.failIn("R998", "ArtifactInstall", 1);
        await device.rebootIn("mender", "commit");
        expect(await mender("rollback")).toBe(0);
        expect(device.versions()).toEqual(v1);
        expect(isIdle()).toBe(true);
      }),
    );

    test(
      "Cleanup: the update is committed all the same",
      widening(async () => {
        await after("installed");
        device.failIn("R456", "Cleanup", 1);
        expect(await mender("commit")).toBe(0);
        expect(device.versions()).toEqual(v2);
        expect(isIdle()).toBe(true);
      }),
    );
  });

  describe("when the power is lost", () => {
    test("in the install: the client has forgotten it, and the next install undoes it first", async () => {
      const artifact = bring(update);
      device.failIn("R456", "ArtifactInstall", "hang");
      await device.powerLossAt("ArtifactInstall R456", "mender", "install", artifact);
      expect(device.versions()).not.toEqual(v1);
      expect(await mender("rollback")).toBe(2);
      device.healAll();
      expect(await mender("install", artifact)).toBe(0);
      expect(await mender("commit")).toBe(0);
      expect(device.versions()).toEqual(v2);
    });

    test(
      "in the commit: the rollback restores the old state",
      widening(async () => {
        await after("installed");
        device.failIn("R456", "ArtifactCommit", "hang");
        await device.powerLossAt("ArtifactCommit R456", "mender", "commit");
        device.healAll();
        expect(await mender("rollback")).toBe(0);
        expect(device.versions()).toEqual(v1);
        expect(isIdle()).toBe(true);
      }),
    );

    test(
      "in the rollback: the next one goes on with it",
      widening(async () => {
        await after("installed");
        device.failIn("R456", "ArtifactRollback", "hang");
        await device.powerLossAt("ArtifactRollback R456", "mender", "rollback");
        device.healAll();
        expect(await mender("rollback")).toBe(0);
        expect(device.versions()).toEqual(v1);
        expect(isIdle()).toBe(true);
      }),
    );

    test(
      "in the Cleanup of a committed update: a rollback comes too late and changes nothing",
      widening(async () => {
        await after("installed");
        device.failIn("R456", "Cleanup", "hang");
        await device.powerLossAt("Cleanup R456", "mender", "commit");
        device.healAll();
        await mender("rollback");
        expect(device.versions()).toEqual(v2);
        expect(isIdle()).toBe(true);
      }),
    );
  });

  describe("when it is refused", () => {
    test("a wrong Manifest changes nothing, and the next install is accepted", async () => {
      const odd = oddArtifact(directory, "odd.yaml", "kind: manifest\n");
      expect(await install(odd)).toBe(1);
      expect(device.calls()).toEqual([]);
      expect(isIdle()).toBe(true);
      expect(await install(update)).toBe(0);
      expect(await mender("rollback")).toBe(0);
      expect(device.versions()).toEqual(v1);
    });

    test(
      "a payload that is neither Manifest nor bundle is named",
      widening(async () => {
        const odd = bring(oddArtifact(directory, "odd.txt", "hello\n"));
        const { exit, stderr } = await device.run("mender", "install", odd);
        expect(exit).toBe(1);
        expect(stderr).toContain("[module-payload]");
        expect(isIdle()).toBe(true);
      }),
    );

    test(
      "a plan of two stages cannot be undone at once, and nothing is changed",
      widening(async () => {
        expect(await install(bundleArtifact(directory, "manifest-v3.yaml"))).toBe(1);
        expect(device.versions()).toEqual(v1);
        expect(isIdle()).toBe(true);
      }),
    );

    test("while a deployment made by hand waits, that one stays as it is and can be committed", async () => {
      await after("installed-by-hand");
      expect(await install(update)).toBe(1);
      expect(device.versions()).toEqual(v2);
      expect([isIdle(), await isSaidToBeIdle()]).toEqual([false, false]);
      expect((await device.run("orchestrator", "commit")).exit).toBe(0);
      expect(device.versions()).toEqual(v2);
      expect(await lastOutcome()).toBe("success");
    });

    test(
      "where its own download fails, a deployment made by hand still waits",
      widening(async () => {
        await after("installed-by-hand");
        const cut = bring(update);
        await device.run("truncate", "--size=-6000", cut);
        expect(await mender("install", cut)).toBe(1);
        expect(isIdle()).toBe(false);
        expect(device.calls().filter((call) => call.startsWith("ArtifactCommit"))).toEqual([]);
      }),
    );

    test(
      "a second install of its own makes it forget the first, which still waits and can be undone",
      widening(async () => {
        await after("installed");
        expect(await install(update)).toBe(1);
        expect(device.versions()).toEqual(v2);
        expect(await mender("commit")).toBe(2);
        expect(isIdle()).toBe(false);
        expect((await device.run("orchestrator", "rollback")).exit).toBe(0);
        expect(device.versions()).toEqual(v1);
      }),
    );
  });

  describe("with a key that must have signed everything", () => {
    const keyed = JSON.stringify({ ArtifactVerifyKey: "/etc/mender/release.pub" });

    /** A Manifest alone, in a signed Artifact; the Artifacts that it names are signed and lie on the device. */
    function signedManifest(): string {
      makeKeys(directory, "release");
      cpSync(resolve("fixtures/systems/seed/artifacts"), join(directory, "artifacts"), {
        recursive: true,
      });
      signArtifacts(directory, "release", ["gateway-v2", "rtos-v2"]);
      cpSync(join(directory, "artifacts"), device.path("/data/artifacts"), { recursive: true });
      const outer = manifestArtifact(directory, "manifest-v2.yaml", "/data/artifacts");
      cpSync(outer, join(directory, "artifacts/outer.mender"));
      signArtifacts(directory, "release", ["outer"]);
      device.write("/etc/mender/release.pub", readFileSync(join(directory, "release.pub"), "utf8"));
      device.write("/etc/mender-orchestrator/mender-orchestrator.conf", keyed);
      return bring(join(directory, "artifacts/outer.mender"));
    }

    test("a Manifest alone is believed because the client has verified what it came in", async () => {
      const artifact = signedManifest();
      device.write("/etc/mender/mender.conf", keyed);
      expect(await mender("install", artifact)).toBe(0);
      expect(device.versions()).toEqual(v2);
      expect(await mender("commit")).toBe(0);
      expect(device.versions()).toEqual(v2);
    });

    test("and is refused where the client verifies nothing", async () => {
      const artifact = signedManifest();
      const { exit, stderr } = await device.run("mender", "install", artifact);
      expect(exit).toBe(1);
      expect(stderr).toContain("[manifest-unsigned]");
      expect(device.versions()).toEqual(v1);
      expect(isIdle()).toBe(true);
    });
  });

  describe("on a device whose device_type is the gateway's Component type", () => {
    const topology = "/var/lib/mender-orchestrator/topology.yaml";

    function makePlain(): string {
      device.write("/data/mender/device_type", "device_type=gateway\n");
      return recoveryArtifact(directory, "manifest-v2.yaml", "gateway");
    }

    test("an Artifact for the System type is refused, one made for recovery is installed", async () => {
      const recovery = makePlain();
      expect(await install(update)).toBe(1);
      expect(device.calls()).toEqual([]);
      expect(await install(recovery)).toBe(0);
      expect(await mender("commit")).toBe(0);
      expect(device.versions()).toEqual(v2);
    });

    test(
      "its Manifest is still checked against the Topology",
      widening(async () => {
        const recovery = makePlain();
        const text = device.read(topology);
        device.write(topology, text.replace("gateway-with-two-rtos", "another-system"));
        expect(await install(recovery)).toBe(1);
        expect(device.versions()).toEqual(v1);
        expect(isIdle()).toBe(true);
      }),
    );

    test(
      "the Topology of the published images is found where there is no other",
      widening(async () => {
        const recovery = makePlain();
        device.write("/data/mender-orchestrator/topology.yaml", device.read(topology));
        expect((await device.run("orchestrator", "show-config")).stdout).toMatch(
          /TopologyDir +\/var\/lib\/mender-orchestrator +default/,
        );
        rmSync(device.path(topology));
        expect((await device.run("orchestrator", "show-config")).stdout).toMatch(
          /TopologyDir +\/data\/mender-orchestrator +found there/,
        );
        expect(await install(recovery)).toBe(0);
        expect(await mender("commit")).toBe(0);
        expect(device.versions()).toEqual(v2);
      }),
    );
  });

  test("its daemon tells the Server what every Component runs", async () => {
    const server = await startInventoryServer();
    onTestFinished(server.close);
    device.write("/etc/mender/mender.conf", server.configuration);
    device.write(
      "/usr/share/mender/identity/mender-device-identity",
      "#!/bin/sh\necho mac=02:00:00:00:00:01\n",
      0o755,
    );
    const told = server.inventory.then((attributes) => {
      device.write("/root/told", "yes\n");
      return attributes;
    });
    const daemon = "mender daemon & until [ -e /root/told ]; do sleep 0.1; done; kill $!";
    const [attributes] = await Promise.all([told, device.run("sh", "-c", daemon)]);
    expect(attributes).toMatchObject({
      "gateway.G13.artifact_name": "gateway-v1",
      "gateway.G13.device_type": "gateway",
      "gateway.G13.network": ["eth0", "can0"],
      "gateway.G13.rootfs-image.gateway.version": "gateway-v1",
      "rtos.R456.rootfs-image.rtos.version": "rtos-v1",
      "rtos.R998.device_type": "rtos",
      "rtos.R998.rootfs-image.rtos.version": "rtos-v1",
      system_type: "gateway-with-two-rtos",
    });
  });

  describe("as the gateway's own Interface", () => {
    test("it updates the machine that it runs on", async () => {
      await after("own-interface-rebooted");
      expect(await mender("commit")).toBe(0);
      expect(os()).toBe("gateway-v2");
      expect(device.versions().slice(1)).toEqual(v2.slice(1));
      expect(await lastOutcome()).toBe("success");
      const { stdout } = await device.run("orchestrator", "show-provides");
      expect(stdout).toContain("rootfs-image.version=gateway-v2\n");
    });

    test(
      "it rolls the machine back",
      widening(async () => {
        await after("own-interface-rebooted");
        await device.rebootIn("mender", "rollback");
        expect(await mender("rollback")).toBe(0);
        expect(os()).toBe("gateway-v1");
        expect(isIdle()).toBe(true);
        const { stdout } = await device.run("orchestrator", "show-provides");
        expect(stdout).toContain("rootfs-image.version=gateway-v1\n");
      }),
    );

    test(
      "a failure of another board after its reboot takes it back, too",
      widening(async () => {
        await after("own-interface-rebooted");
        device.failIn("R456", "ArtifactInstall", 1);
        await device.rebootIn("mender", "commit");
        expect(await mender("rollback")).toBe(0);
        expect(os()).toBe("gateway-v1");
        expect(device.versions().slice(1)).toEqual(v1.slice(1));
      }),
    );
  });
});

/** An update module for a machine with two slots that needs a reboot. */
const osModule = `#!/bin/sh
case $1 in
  NeedsArtifactReboot) echo Automatic ;;
  SupportsRollback) echo Yes ;;
  ArtifactInstall)
    cp /data/os "$2/tmp/before"
    echo "$(cat "$2/files/os.img") is tried" >/data/os
    ;;
  ArtifactCommit) sed -i 's/ is tried//' /data/os ;;
  ArtifactRollback) cp "$2/tmp/before" /data/os ;;
esac
exit 0
`;
