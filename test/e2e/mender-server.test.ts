import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { issue, makeAuthority } from "../support/certificates.ts";
import { type MenderBackend, startMenderBackend } from "../support/mender-backend.ts";
import {
  makeMenderDevice,
  type MenderDevice,
  menderDevicesWork,
} from "../support/mender-device.ts";
import { needs } from "../support/needs.ts";
import { runProgram } from "../support/program.ts";
import { v1, v2 } from "../support/seed-program.ts";
import { storedSeed } from "../support/supplies.ts";
import { widening } from "../support/tier.ts";

/** What docs/mender-server.md has people do, and see. */
const steps = stepsIn(readFileSync("docs/mender-server.md", "utf8"));

function stepsIn(page: string) {
  const blocks = [...page.matchAll(/^ {3}```.*\n((?: {3}.*\n)+?) {3}```$/gm)].map(([, text = ""]) =>
    text.replaceAll(/^ {3}/gm, ""),
  );
  const [configuration = "", types = "", wrap = "", sources = "", look = "", provides = ""] =
    blocks;
  expect(blocks).toHaveLength(6);
  return { configuration, types, wrap, sources, look, provides };
}

const works = [menderDevicesWork(), needs("openssl"), needs("dbus-daemon")].every(Boolean);

/**
 * docs/mender-server.md, step by step: Debian's Mender Client 3.4 runs as a daemon on a throw-away machine, lets it in
 * at an HTTPS server and deploys what that has for it; the Artifacts are pulled by their names. It needs root and
 * namespaces.
 */
describe.skipIf(!works)("the Mender Client as a daemon", () => {
  let directory: string;
  let device: MenderDevice;
  let backend: MenderBackend;
  let update: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "orchestrator-backend-"));
    const authority = makeAuthority(directory, "ca");
    const certificate = issue(directory, authority, "server");
    const onDevice = "/etc/mender/server.crt";
    const stored = await storedSeed(resolve("fixtures/systems/seed"), "v2");
    backend = await startMenderBackend(stored, certificate, { certificateFile: onDevice });
    update = namesOnly();
    device = await makeMenderDevice();
    device.write(onDevice, readFileSync(authority.certificateFile, "utf8"));
    device.write("/etc/mender/mender.conf", JSON.stringify(backend.configuration));
    device.write("/etc/mender-orchestrator/mender-orchestrator.conf", steps.configuration);
    device.write(
      "/usr/share/mender/identity/mender-device-identity",
      "#!/bin/sh\necho mac=02:00:00:00:00:01\n",
      0o755,
    );
    device.write("/root/bus.conf", busConfiguration);
    await device.save("furnished");
  });
  afterAll(async () => {
    device.remove();
    await backend.close();
    rmSync(directory, { recursive: true, force: true });
  });
  afterEach(() => device.restore("furnished"));

  /** The Manifest of the seed's System with the names of its Artifacts alone, as a Mender Artifact. */
  function namesOnly(): string {
    const manifest = join(directory, "manifest.yaml");
    const text = readFileSync(resolve("fixtures/systems/seed/manifest-v2.yaml"), "utf8");
    writeFileSync(manifest, text.replace(/component_types:\n( +.*\n)+/, steps.types));
    const [program, ...args] = steps.wrap.trim().split(" ");
    expect([program, runProgram(args, { cwd: directory }).exit]).toEqual(["orchestrator", 0]);
    return join(directory, "system-core-v2.mender");
  }

  /** Runs the daemon until it has reported the end of the deployment. */
  async function deploy(): Promise<string> {
    const status = backend.deploy(update).then((ended) => {
      device.write("/root/ended", "yes\n");
      return ended;
    });
    const run = device.run("sh", "-c", `${daemon}until [ -e /root/ended ]; do sleep 0.1; done\n`);
    const ended = await Promise.race([status, run.then(({ stderr }) => `it ended: ${stderr}`)]);
    const { stderr } = await run;
    expect(stderr).not.toContain("token-1");
    return ended;
  }

  test("deploys a Manifest, whose Artifacts are pulled by their names", async () => {
    expect(await deploy()).toBe("success");
    expect(device.versions()).toEqual(v2);
    const stored = backend.requests.filter(({ path }) => path.startsWith("/store/"));
    expect(stored.map(({ hasToken }) => hasToken)).not.toContain(true);
    const [program = "", ...args] = steps.look.trim().split(" ");
    const { stdout } = await device.run(program, ...args);
    expect(stdout).toBe(steps.provides);
  });

  test(
    "lets a plan tell beforehand what would come from where",
    widening(async () => {
      cpSync(join(directory, "manifest.yaml"), device.path("/root/manifest.yaml"));
      const plan = "until orchestrator plan /root/manifest.yaml 2>/dev/null; do sleep 0.2; done\n";
      const { stdout } = await device.run("sh", "-c", daemon + plan);
      expect(stdout).toContain(steps.sources);
      expect(device.versions()).toEqual(v1);
    }),
  );

  test(
    "rolls back what has failed",
    widening(async () => {
      device.failIn("R998", "ArtifactInstall", 1);
      expect(await deploy()).toBe("failure");
      expect(device.versions()).toEqual(v1);
      expect(device.calls()).toContain("ArtifactRollback R456");
    }),
  );
});

const bus = "unix:path=/root/bus";

/** On which everybody may do anything. */
const busConfiguration = `<busconfig>
  <listen>${bus}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;

const daemon = `
dbus-daemon --config-file=/root/bus.conf --nofork --nopidfile &
until [ -S /root/bus ]; do sleep 0.1; done
export DBUS_SYSTEM_BUS_ADDRESS=${bus}
mender --no-syslog daemon &
`;
