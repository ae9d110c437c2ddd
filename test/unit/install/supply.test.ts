import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { readArtifact } from "../../../src/artifact/artifact.ts";
import { exitCode } from "../../../src/core/exit-code.ts";
import { fetchArtifacts } from "../../../src/install/fetch.ts";
import type { WriteBundle } from "../../../src/install/fetched-bundle.ts";
import { continueDeployment } from "../../../src/install/continue-deployment.ts";
import { carryOut } from "../../../src/install/carry-out.ts";
import type { InstallOptions } from "../../../src/install/install-options.ts";
import { prepareInstall } from "../../../src/install/prepare-install.ts";
import { systemOnWaysOut } from "../../../src/install/at-hand.ts";
import { readPrivateKey } from "../../../src/install/key-files.ts";
import { locked } from "../../../src/install/locked.ts";
import type { Machine } from "../../../src/install/machine.ts";
import { makeInstallPlan, withWaysOut } from "../../../src/install/make-plan.ts";
import type { OpenProgress } from "../../../src/install/progress.ts";
import { answerJson } from "../../../src/report/plan-json.ts";
import { planLines } from "../../../src/report/plan-text.ts";
import { plainStyle } from "../../../src/report/style.ts";
import { collect, memorySource } from "../../support/byte-sources.ts";
import { buildArtifact, sha256 } from "../../support/artifacts.ts";
import { needs } from "../../support/needs.ts";
import { copySeedSystem, type SeedSystem } from "../../support/seed-system.ts";
import { mountSmallDisk, smallDisksWork, unmountSmallDisk } from "../../support/small-disk.ts";
import { makeKeys, signArtifacts, trustKey } from "../../support/signing-keys.ts";
import { inTier, widening } from "../../support/tier.ts";
import { machineOf, startSeedServer, storedArtifact, storedSeed } from "../../support/supplies.ts";
import { startUpdateServer, type Stored, type UpdateServer } from "../../support/update-server.ts";
import { plainInstall } from "../../support/machine.ts";

let system: SeedSystem;
beforeEach(() => {
  system = copySeedSystem();
});
afterEach(() => {
  system.remove();
});

const notes: string[] = [];
beforeEach(() => {
  notes.length = 0;
});
const told: OpenProgress = () =>
  Promise.resolve({
    emit: (event) => {
      if (event.type === "note") notes.push(event.message);
    },
    close: () => {},
  });

async function install(
  machine: Machine,
  asked: Partial<InstallOptions> = {},
  progress: OpenProgress = told,
  file = "manifest-v2.yaml",
) {
  return await locked(machine, async () => {
    const all = { ...plainInstall, ...asked };
    const prepared = await prepareInstall(machine, file, all, progress);
    if (!prepared.ok) return prepared;
    return await carryOut(machine, prepared.value, all, progress);
  });
}

/** The Artifacts of v2 are on the Server alone. */
async function onServerOnly(): Promise<UpdateServer> {
  const server = await startSeedServer(system.directory, "v2");
  leaveNames();
  onTestFinished(() => server.close());
  return server;
}

/** Of the Manifest's Artifacts there are only the names here. */
function leaveNames(): void {
  rmSync(system.path("artifacts"), { recursive: true });
  const file = system.path("manifest-v2.yaml");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replaceAll(/ +artifact_path: .*\n/g, ""));
}

async function serving(stored: readonly Stored[]): Promise<UpdateServer> {
  const server = await startUpdateServer({ stored, certificate: null });
  leaveNames();
  onTestFinished(() => server.close());
  return server;
}

function configure(configuration: object): void {
  mkdirSync(system.path("conf"), { recursive: true });
  writeFileSync(system.path("conf/mender-orchestrator.conf"), JSON.stringify(configuration));
}

const versions = () => (["G13", "R456", "R998"] as const).map((board) => system.version(board));
const v1 = ["gateway-v1", "rtos-v1", "rtos-v1"];
const v2 = ["gateway-v2", "rtos-v2", "rtos-v2"];

const cached = () =>
  readdirSync(system.path("datastore/artifacts")).filter((name) => name.endsWith(".mender"));

/** The journals of all deployments so far. */
function journals(): string {
  return readdirSync(system.path("datastore"), { recursive: true, encoding: "utf8" })
    .filter((name) => /journal|history/.test(name))
    .map((name) => {
      try {
        return readFileSync(system.path("datastore", name), "latin1");
      } catch {
        return "";
      }
    })
    .join("\n");
}

const deployed = (exit: number) => ({
  ok: true,
  value: { kind: "deployed", deployed: { exit } },
});

describe("Artifacts that the Manifest names and nobody has brought", () => {
  test("are planned and installed from the Mender Server", async () => {
    const server = await onServerOnly();
    const machine = machineOf(system.directory, server);
    const made = await makeInstallPlan(machine, "manifest-v2.yaml", {
      allowUnsignedManifest: false,
    });
    expect(made).toMatchObject({ ok: true, value: { answer: { kind: "plan" } } });
    expect(await install(machine)).toMatchObject(deployed(exitCode.done));
    expect(versions()).toEqual(v2);
  });

  test("leave neither token nor link in any journal, but what a later run needs to find them", async () => {
    const server = await onServerOnly();
    const machine = machineOf(system.directory, server);
    await install(machine, { stopBefore: ["ArtifactCommit"] });
    const journal = readFileSync(system.path("datastore/deployment/journal"), "latin1");
    expect(journal).toContain(
      `{"kind":"server","id":"gateway-v2","name":"gateway-v2","size":5120}`,
    );
    await continueDeployment(
      machine,
      {
        request: { verb: "resume", stopBefore: [], exitOnReboot: false },
        takes: "any",
      },
      told,
    );
    expect(versions()).toEqual(v2);
    expect(journals()).not.toMatch(/token-1|signature|secret/);
  });
});

const planOf = async (machine: Machine) => {
  const made = await makeInstallPlan(machine, "manifest-v2.yaml", { allowUnsignedManifest: false });
  if (!made.ok) throw new Error(JSON.stringify(made.problems));
  const planned = await withWaysOut(machine, made.value);
  const { answer } = made.value;
  if (answer.kind !== "plan") throw new Error("no plan");
  return {
    json: answerJson(planned, answer),
    text: planLines(planned, answer.plan, plainStyle, {
      isUnicode: false,
      width: 80,
    }),
  };
};

test("a plan tells where each Artifact comes from and how large it is", async () => {
  const server = await onServerOnly();
  const { json, text } = await planOf(machineOf(system.directory, server));
  const from = { source: "mender-server", bytes: 5120 };
  expect(json).toMatchObject({
    stages: [{ groups: [[{ artifact: "gateway-v2", ...from }], [from, from]] }],
    notes: [],
  });
  expect(text).toContain(
    "From the Mender Server: gateway-v2 (5.0 KiB) and rtos-v2 (5.0 KiB), 10.0 KiB in all.",
  );
  // Only the headers were asked for.
  expect(server.requests.filter(({ path }) => path.startsWith("/store/"))).toHaveLength(2);
});

describe("the cache", () => {
  const files = (server: UpdateServer) =>
    server.requests.filter(({ path }) => path === "/store/rtos-v2").length;

  test("is filled by one download for both boards, and then the network is not needed", async () => {
    configure({ ArtifactsCache: { Enabled: true } });
    const server = await onServerOnly();
    expect(await install(machineOf(system.directory, server))).toMatchObject(
      deployed(exitCode.done),
    );
    // The header for the plan, and the whole.
    expect(files(server)).toBe(2);
    expect(cached()).toHaveLength(2);
    await server.close();
    for (const [board, version] of [
      ["G13", "gateway-v1"],
      ["R456", "rtos-v1"],
      ["R998", "rtos-v1"],
    ] as const)
      writeFileSync(system.path("boards", board, "version"), `${version}\n`);
    const machine = machineOf(system.directory, "no-bus");
    expect((await planOf(machine)).text).toContain(
      "From the cache: gateway-v2 (5.0 KiB) and rtos-v2 (5.0 KiB), 10.0 KiB in all.",
    );
    expect(await install(machine)).toMatchObject(deployed(exitCode.done));
    expect(versions()).toEqual(v2);
  });

  test("that holds a damaged Artifact is passed over", async () => {
    configure({ ArtifactsCache: { Enabled: true } });
    const server = await onServerOnly();
    const machine = machineOf(system.directory, server);
    await install(machine);
    for (const name of cached())
      writeFileSync(system.path("datastore/artifacts", name), Buffer.alloc(5120));
    for (const board of ["R456", "R998"])
      writeFileSync(system.path("boards", board, "version"), "rtos-v1\n");
    writeFileSync(system.path("boards/G13/version"), "gateway-v1\n");
    expect(await install(machine)).toMatchObject(deployed(exitCode.done));
    expect(versions()).toEqual(v2);
  });

  test("that cannot be written is told by the plan and before the first install, and stops nobody", async () => {
    writeFileSync(system.path("occupied"), "no directory");
    const directory = system.path("occupied/artifacts");
    configure({ ArtifactsCache: { Enabled: true, Path: directory, MaxSizeBytes: 1_000_000 } });
    const machine = machineOf(system.directory, await onServerOnly());
    const message = `The cache "${directory}" cannot be used: a part of the path is not a directory.`;
    const { json } = await planOf(machine);
    expect(json).toMatchObject({ notes: [{ code: "cache-not-written", message }] });
    const seen: string[] = [];
    const watched: OpenProgress = () =>
      Promise.resolve({
        emit: (event) => {
          if (event.type === "note") seen.push(event.message);
          if (event.type === "state-started" && event.state === "ArtifactInstall")
            seen.push(event.state);
        },
        close: () => {},
      });
    const telling = { ...machine, tell: (lines: readonly string[]) => seen.push(...lines) };
    expect(await install(telling, {}, watched)).toMatchObject(deployed(exitCode.done));
    expect(seen.filter((line) => line !== "ArtifactInstall")).toEqual([
      message,
      expect.stringContaining("is brought here first, for a way out may install it."),
    ]);
    expect(seen[0]).toBe(message);
    expect(versions()).toEqual(v2);
  });

  test("keeps nothing after a deployment where it is switched off", async () => {
    const server = await onServerOnly();
    expect(await install(machineOf(system.directory, server))).toMatchObject(
      deployed(exitCode.done),
    );
    expect(cached()).toEqual([]);
  });
});

describe.skipIf(!smallDisksWork())("a cache beside the work dirs on a small disk", () => {
  test(
    "gives way where an Interface leaves its payload to be stored",
    widening(async () => {
      mountSmallDisk(system.path("datastore"), 21 * 1024);
      configure({ ArtifactsCache: { Enabled: true } });
      const noise = randomBytes(4 * 1024 * 1024);
      const content = Buffer.concat([
        Buffer.from("gateway-v2\n"),
        noise,
        Buffer.alloc(14 * 1024 * 1024),
      ]);
      const large = await buildArtifact({
        ...headersOf("gateway"),
        files: [{ name: "gateway.img", content }],
      });
      const seed = await storedSeed(system.directory, "v2");
      const rtos = seed.filter(({ id }) => id === "rtos-v2");
      const server = await serving([await storedArtifact("gateway-v2", large), ...rtos]);
      const end = await install(machineOf(system.directory, server));
      expect(end).toMatchObject(deployed(exitCode.done));
      expect(versions()).toEqual(v2);
      expect(notes).toContainEqual(
        expect.stringContaining("its room is needed for the update itself"),
      );
      unmountSmallDisk(system.path("datastore"));
    }),
  );
});

describe("what a way out may install", () => {
  test("lies on the device before the first install", async () => {
    const server = await onServerOnly();
    const before: (readonly string[])[] = [];
    const watched: OpenProgress = () =>
      Promise.resolve({
        emit: (event) => {
          if (event.type === "state-started" && event.state === "ArtifactInstall")
            before.push(cached());
        },
        close: () => {},
      });
    await install(machineOf(system.directory, server), {}, watched);
    expect(before[0]).toHaveLength(1);
  });

  test(
    "lies in the datastore where the cache cannot be written, and nothing of it stays there",
    widening(async () => {
      configure({ RetryDownloadCount: 0, ArtifactsCache: { Path: system.path("occupied") } });
      writeFileSync(system.path("occupied"), "no directory");
      system.failIn("G13", "ArtifactRollback", 1);
      system.failIn("R456", "ArtifactInstall", 1);
      const server = await onServerOnly();
      const machine = machineOf(system.directory, server);
      const aside = () =>
        readdirSync(system.path("datastore/files")).filter((name) => name.endsWith(".mender"));
      const before: (readonly string[])[] = [];
      const watched: OpenProgress = () =>
        Promise.resolve({
          emit: (event) => {
            if (event.type !== "state-started" || event.state !== "ArtifactInstall") return;
            before.push(aside());
            // The board recovers: its install is made once more on the way out, without the network.
            if (event.component === "R456" && before.length > 1) void server.close();
            if (event.component === "R998")
              rmSync(system.path("boards/R456/fail"), { recursive: true, force: true });
          },
          close: () => {},
        });
      const end = await install(machine, {}, watched);
      expect(before[0]).toHaveLength(1);
      expect(JSON.stringify(end)).not.toContain("way-out-not-at-hand");
      expect(versions()).toEqual(v2);
      expect(aside()).toEqual([]);
    }),
  );

  test("is no way out where there is no room for it, and the plan tells so", async () => {
    configure({ ArtifactsCache: { MaxSizeBytes: 1000 } });
    const server = await onServerOnly();
    const machine = machineOf(system.directory, server);
    const { json } = await planOf(machine);
    expect(json).toMatchObject({
      notes: [
        {
          code: "way-out-not-at-hand",
          message: `"mender-server:rtos-v2" for the Component type "rtos" cannot be brought to this device before the first install, so no way out installs it: The cache has no room for "mender-server:rtos-v2" of 5120 bytes.`,
        },
      ],
    });
    const made = await makeInstallPlan(machine, "manifest-v2.yaml", {
      allowUnsignedManifest: false,
    });
    if (!made.ok || made.value.answer.kind !== "plan") throw new Error("there is a plan");
    // So `simulate` ends where the deployment would.
    const found = await systemOnWaysOut(machine, made.value, made.value.answer.plan);
    expect(found.notes).toMatchObject([{ code: "way-out-not-at-hand" }]);
    const { types, components } = found.system;
    const hops = components.map(({ type, start, hops: all }) =>
      (all[start] ?? []).map((to) => types[type]?.versions[to]),
    );
    expect(hops).toEqual([[], [], []]);
    // Behind the first step, which cannot be taken back: the boards cannot follow it.
    expect(json).toMatchObject({ contingencies: [{ component: "G13", groups: null }, {}, {}] });
    expect(await install(machine)).toMatchObject(deployed(exitCode.done));
    expect(versions()).toEqual(v2);
    expect(notes).toContainEqual(expect.stringContaining("so no way out installs it"));
  });
});

describe("a deployment that stopped before its Downloads", () => {
  async function stopped(server: UpdateServer) {
    const machine = machineOf(system.directory, server);
    const at = { stopBefore: ["ArtifactInstall"] as const };
    expect(await install(machine, at)).toMatchObject(deployed(exitCode.done));
    return machine;
  }
  const call = async (machine: Machine, verb: "resume" | "rollback") =>
    await continueDeployment(
      machine,
      { request: { verb, stopBefore: [], exitOnReboot: false }, takes: "any" },
      told,
    );

  test("is rolled back without the network", async () => {
    const server = await onServerOnly();
    await stopped(server);
    await server.close();
    const end = await call(machineOf(system.directory, "no-bus"), "rollback");
    expect(end).toMatchObject(deployed(exitCode.done));
    expect(versions()).toEqual(v1);
  });

  test("goes on without asking anew what was chosen", async () => {
    const server = await onServerOnly();
    const machine = await stopped(server);
    const lists = server.requests.filter(({ path }) => path.endsWith("/artifacts")).length;
    expect(await call(machine, "resume")).toMatchObject(deployed(exitCode.done));
    expect(versions()).toEqual(v2);
    expect(server.requests.filter(({ path }) => path.endsWith("/artifacts"))).toHaveLength(lists);
  });
});

describe("bad input changes nothing:", () => {
  /** The codes with which it is refused. */
  async function refusal(machine: Machine): Promise<readonly string[]> {
    const result = await install(machine);
    expect(versions()).toEqual(v1);
    expect(system.calls().filter((call) => /^Download|^Artifact/.test(call))).toEqual([]);
    return result.ok ? [] : result.problems.map(({ code }) => code);
  }

  test.each([
    ["no-bus", "bus-unreachable"],
    ["no-service", "authentication-missing"],
    ["no-answer", "authentication-failed"],
  ] as const)("%s", async (reason, code) => {
    leaveNames();
    expect(await refusal(machineOf(system.directory, reason))).toEqual([code]);
  });

  test("a path that leads nowhere, where there is no Server either", async () => {
    rmSync(system.path("artifacts/rtos-v2.mender"));
    expect(await refusal(machineOf(system.directory, "no-bus"))).toEqual([
      "artifact-missing",
      "bus-unreachable",
    ]);
  });

  test("a path that leads nowhere, where the Server does not let the device in", async () => {
    const server = await startSeedServer(system.directory, "v2");
    onTestFinished(() => server.close());
    server.tokens.clear();
    rmSync(system.path("artifacts/rtos-v2.mender"));
    expect(await refusal(machineOf(system.directory, server))).toEqual([
      "device-not-authorised",
      "artifact-missing",
    ]);
  });

  test("a Server that cannot be reached", async () => {
    const server = await onServerOnly();
    await server.close();
    const machine = machineOf(system.directory, server);
    const waits: number[] = [];
    const clock = {
      ...machine.platform.clock,
      sleep: (ms: number) => {
        waits.push(ms);
        return Promise.resolve();
      },
    };
    const hasty = { ...machine, platform: { ...machine.platform, clock } };
    expect(await refusal(hasty)).toEqual(["server-unreachable"]);
    // Whoever plans is not kept waiting.
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(10_000);
  });

  test("a Server that is busy for longer than whoever plans can wait", async () => {
    const server = await onServerOnly();
    server.onList.push((_, response) => {
      response.writeHead(503, { "retry-after": "300" }).end();
    });
    const machine = machineOf(system.directory, server);
    const sleep = () => Promise.reject(new Error("it is waited for"));
    const clock = { ...machine.platform.clock, sleep };
    const hasty = { ...machine, platform: { ...machine.platform, clock } };
    expect(await refusal(hasty)).toEqual(["server-unavailable"]);
  });

  test("a device that is not authorised", async () => {
    const server = await onServerOnly();
    server.tokens.clear();
    expect(await refusal(machineOf(system.directory, server))).toEqual(["device-not-authorised"]);
  });

  const changed = async (change: (stored: Stored) => Stored) =>
    machineOf(
      system.directory,
      await serving((await storedSeed(system.directory, "v2")).map(change)),
    );

  test("a release that does not exist", async () => {
    const machine = await changed((stored) =>
      stored.id === "rtos-v2" ? { ...stored, release: "other" } : stored,
    );
    expect(await refusal(machine)).toEqual(["release-missing"]);
  });

  test.each([
    [
      "nothing for the type",
      { artifact_depends: { device_type: ["car"] } },
      "release-incompatible",
    ],
    ["an Artifact without provides", { artifact_provides: null }, "release-without-provides"],
    ["another Artifact than listed", { artifact_provides: { x: "1" } }, "source-changed"],
    ["a size that is too large", { size: 6000 }, "source-changed"],
    ["what cannot be read", { size: "large" }, "server-answer-invalid"],
  ])("%s", async (_, item, code) => {
    const machine = await changed((stored) =>
      stored.id === "rtos-v2" ? { ...stored, item: { ...stored.item, ...item } } : stored,
    );
    expect(await refusal(machine)).toEqual([code]);
  });

  test("wrong bytes of what a way out may install", async () => {
    const machine = await changed((stored) => {
      if (stored.id !== "rtos-v2") return stored;
      const bytes = Uint8Array.from(stored.bytes);
      // In the compressed payload.
      const at = bytes.length - 1024 - 512;
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      return { ...stored, bytes };
    });
    expect(await refusal(machine)).toEqual([expect.stringMatching(/^artifact-|^archive-/)]);
  });

  test("a pin of what a way out may install", async () => {
    pin("rtos-v2");
    const server = await onServerOnly();
    expect(await refusal(machineOf(system.directory, server))).toEqual(["artifact-pin"]);
  });
});

/** By default another sum than that of the Artifact of that name. */
function pin(name: string, sum = "0".repeat(64)): void {
  const file = system.path("manifest-v2.yaml");
  const text = readFileSync(file, "utf8");
  const line = `    artifact_name: ${name}\n`;
  writeFileSync(file, text.replace(line, `${line}    sha256: ${sum}\n`));
}

test("a pin that does not hold fails Download, before anything is installed", async () => {
  pin("gateway-v2");
  const server = await onServerOnly();
  const end = await install(machineOf(system.directory, server));
  expect(end).toMatchObject(deployed(exitCode.failedUnchanged));
  expect(versions()).toEqual(v1);
  expect(journals()).toContain(`"code":"artifact-pin"`);
  expect(system.calls()).not.toContainEqual(expect.stringMatching(/^ArtifactInstall/));
});

/** Installs with a network that is gone once this state begins, on whichever board. */
async function goneAt(
  state: string,
  asked: Partial<InstallOptions> = {},
): Promise<Awaited<ReturnType<typeof install>>> {
  const server = await onServerOnly();
  const watched: OpenProgress = () =>
    Promise.resolve({
      emit: (event) => {
        if (event.type === "state-started" && event.state === state) void server.close();
      },
      close: () => {},
    });
  return await install(machineOf(system.directory, server), asked, watched);
}

describe("a network that is gone", () => {
  test("before the first Download leaves everything as it was", async () => {
    configure({ RetryDownloadCount: 0 });
    expect(await goneAt("NeedsUnpackedArtifact")).toMatchObject(deployed(exitCode.failedUnchanged));
    expect(versions()).toEqual(v1);
  });

  test("after the first install is not missed", async () => {
    configure({ RetryDownloadCount: 0 });
    expect(await goneAt("ArtifactInstall")).toMatchObject(deployed(exitCode.done));
    expect(versions()).toEqual(v2);
  });

  test("is not needed for the way back, whatever was not brought before", async () => {
    configure({ RetryDownloadCount: 0, ArtifactsCache: { MaxSizeBytes: 1000 } });
    expect(await goneAt("ArtifactInstall")).toMatchObject(deployed(exitCode.failedRolledBack));
    expect(versions()).toEqual(v1);
  });

  test("is not asked for a way out that was not brought before", async () => {
    configure({ RetryDownloadCount: 0, ArtifactsCache: { MaxSizeBytes: 1000 } });
    system.failIn("G13", "ArtifactRollback", 1);
    system.failIn("R456", "ArtifactInstall", 1);
    const server = await onServerOnly();
    const end = await install(machineOf(system.directory, server));
    expect(end).toMatchObject(deployed(exitCode.inconsistent));
    // Once each, on the way forward.
    const downloads = system.calls().filter((call) => call.startsWith("Download"));
    expect(new Set(downloads).size).toBe(downloads.length);
  });
});

describe("what was fetched before", () => {
  const fetch = async (machine: Machine) =>
    await fetchArtifacts(machine, "manifest-v2.yaml", { allowUnsignedManifest: false }, null);

  test("is installed without the network, and stays until it is committed", async () => {
    const server = await onServerOnly();
    const artifact = (name: string, type: string) => ({
      name,
      type,
      source: "mender-server",
      bytes: 5120,
    });
    expect(await fetch(machineOf(system.directory, server))).toMatchObject({
      ok: true,
      value: {
        manifest: "system-core-v2",
        directory: system.path("datastore/artifacts"),
        artifacts: [artifact("gateway-v2", "gateway"), artifact("rtos-v2", "rtos")],
      },
    });
    await server.close();
    const offline = machineOf(system.directory, "no-bus");
    system.failIn("R998", "ArtifactInstall", 1);
    expect(await install(offline)).toMatchObject(deployed(exitCode.failedRolledBack));
    expect(cached()).toHaveLength(2);
    rmSync(system.path("boards/R998/fail"), { recursive: true });
    expect(await install(offline)).toMatchObject(deployed(exitCode.done));
    expect(versions()).toEqual(v2);
    expect(cached()).toEqual([]);
  });

  test(
    "may have been files that are not there any more",
    widening(async () => {
      expect(await fetch(machineOf(system.directory, "no-bus"))).toMatchObject({ ok: true });
      rmSync(system.path("artifacts"), { recursive: true });
      expect(await install(machineOf(system.directory, "no-bus"))).toMatchObject(
        deployed(exitCode.done),
      );
    }),
  );

  test("as one bundle is installed without the network, and leaves nothing in the cache", async () => {
    const server = await onServerOnly();
    const machine = machineOf(system.directory, server);
    const written = await fetchArtifacts(
      machine,
      "manifest-v2.yaml",
      { allowUnsignedManifest: false },
      async (chunks) => {
        const bytes = await collect(chunks);
        writeFileSync(system.path("v2.tar"), bytes);
        return { ok: true, value: bytes.length };
      },
    );
    expect(written).toMatchObject({ ok: true, value: { bundleBytes: 16_384 } });
    expect(cached()).toEqual([]);
    await server.close();
    const offline = machineOf(system.directory, "no-bus");
    expect(await install(offline, {}, told, "v2.tar")).toMatchObject(deployed(exitCode.done));
    expect(versions()).toEqual(v2);
  });

  test.skipIf(!needs("mender-artifact"))(
    "as one signed bundle is what a key trusts",
    widening(async () => {
      makeKeys(system.directory, "key");
      signArtifacts(system.directory, "key");
      const server = await onServerOnly();
      const machine = machineOf(system.directory, server);
      const key = readPrivateKey(machine, "key.pem");
      if (!key.ok) throw new Error(JSON.stringify(key.problems));
      const write: WriteBundle = async (chunks) => {
        writeFileSync(system.path("v2.tar"), await collect(chunks));
        return { ok: true, value: 1 };
      };
      const asked = { allowUnsignedManifest: false };
      expect(
        await fetchArtifacts(machine, "manifest-v2.yaml", asked, write, key.value),
      ).toMatchObject({ ok: true });
      await server.close();
      trustKey(system, "key");
      const offline = machineOf(system.directory, "no-bus");
      expect(await install(offline, {}, told, "v2.tar")).toMatchObject(deployed(exitCode.done));
      expect(versions()).toEqual(v2);
    }),
  );

  test("must have room", async () => {
    configure({ ArtifactsCache: { MaxSizeBytes: 1000 } });
    const server = await onServerOnly();
    const refused = { ok: false, problems: [{ code: "not-enough-space" }] };
    expect(await fetch(machineOf(system.directory, server))).toMatchObject(refused);
    const machine = machineOf(system.directory, server);
    expect(await install(machine, { prefetch: true })).toMatchObject(refused);
    expect(versions()).toEqual(v1);
  });

  test("by the install itself spares every Download the network", async () => {
    configure({ RetryDownloadCount: 0 });
    expect(await goneAt("NeedsUnpackedArtifact", { prefetch: true })).toMatchObject(
      deployed(exitCode.done),
    );
    expect(versions()).toEqual(v2);
  });
});

/** Of v2 for a type of the seed's System. */
function headersOf(type: "gateway" | "rtos", depends: Readonly<Record<string, string>> = {}) {
  return {
    headerInfo: {
      payloads: [{ type }],
      artifact_provides: { artifact_name: `${type}-v2` },
      artifact_depends: { device_type: [type] },
    },
    typeInfo: {
      type,
      artifact_provides: { [`rootfs-image.${type}.version`]: `${type}-v2` },
      artifact_depends: depends,
      clears_artifact_provides: [`rootfs-image.${type}.*`],
    },
  };
}

/** A delta is smaller than the whole, and depends on what it is made from. */
async function rtosV2(id: string, depends: Readonly<Record<string, string>>): Promise<Stored> {
  const isDelta = "rootfs-image.rtos.version" in depends;
  const changes = isDelta
    ? {}
    : { headerName: "header.tar", dataName: "data/0000.tar", compress: (tar: Uint8Array) => tar };
  const bytes = await buildArtifact({
    ...headersOf("rtos", depends),
    files: [{ name: "rtos.img", content: "rtos-v2\n" }],
    ...changes,
  });
  return await storedArtifact(id, bytes);
}

describe("of several Artifacts of one release the smallest that may be installed is taken,", () => {
  /** Which of them were planned, with the release on the Server and then where `bring` brings it. */
  async function planned(
    deltaFrom: string,
    bring: (server: UpdateServer) => Promise<{ readonly machine: Machine; readonly file?: string }>,
  ): Promise<readonly string[]> {
    const delta = await rtosV2("delta", { "rootfs-image.rtos.version": deltaFrom });
    const whole = await rtosV2("whole", {});
    const gateway = (await storedSeed(system.directory, "v2")).filter(
      ({ id }) => id === "gateway-v2",
    );
    expect(delta.bytes.length).toBeLessThan(whole.bytes.length);
    const { machine, file } = await bring(await serving([...gateway, whole, delta]));
    expect(await install(machine, {}, told, file)).toMatchObject(deployed(exitCode.done));
    expect(versions()).toEqual(v2);
    const journal = journals();
    const identity = async ({ id, bytes }: Stored) => {
      const read = await readArtifact(memorySource(id, bytes), []);
      return read.ok ? read.value.identity : "";
    };
    const each = [delta, whole].map(async (stored) =>
      journal.includes(`"identity":"${await identity(stored)}"`) ? [stored.id] : [],
    );
    return (await Promise.all(each)).flat();
  }

  const fromServer = (server: UpdateServer) =>
    Promise.resolve({ machine: machineOf(system.directory, server) });
  const fetched = async (server: UpdateServer, write: WriteBundle | null) => {
    const asked = { allowUnsignedManifest: false };
    const online = machineOf(system.directory, server);
    expect(await fetchArtifacts(online, "manifest-v2.yaml", asked, write)).toMatchObject({
      ok: true,
      value: { artifacts: { length: 3 } },
    });
    await server.close();
    return { machine: machineOf(system.directory, "no-bus") };
  };
  const fromCache = (server: UpdateServer) => fetched(server, null);
  const fromBundle = async (server: UpdateServer) => {
    const { machine } = await fetched(server, async (chunks) => {
      const bytes = await collect(chunks);
      writeFileSync(system.path("v2.tar"), bytes);
      return { ok: true, value: bytes.length };
    });
    return { machine, file: "v2.tar" };
  };

  const ways = [
    ["the Server", fromServer],
    ["the cache", fromCache],
    ["the bundle", fromBundle],
  ] as const;
  test.each(inTier(ways.slice(0, 1), [...ways]))("from %s", async (_, bring) => {
    expect(await planned("rtos-v1", bring)).toEqual(["delta"]);
  });

  test.each(inTier(ways.slice(2), [...ways]))(
    "and a larger one where a smaller one is refused by what it depends on, from %s",
    async (_, bring) => {
      expect(await planned("rtos-v0", bring)).toEqual(["whole"]);
    },
  );
});

describe("two boards of one type that need different Artifacts of one release", () => {
  /** Without tables, or with those that know both old versions. */
  function writeManifest(constraints: readonly string[]): void {
    const lines = [
      "api_version: mender/v1",
      "kind: manifest",
      "name: system-core-v2",
      "system_types_compatible: [gateway-with-two-rtos]",
      "component_types:",
      "  gateway: { artifact_name: gateway-v2, update_strategy: { order: 1 } }",
      "  rtos: { artifact_name: rtos-v2, update_strategy: { order: 2 } }",
      ...constraints,
    ];
    writeFileSync(system.path("manifest-v2.yaml"), `${lines.join("\n")}\n`);
  }
  const tables = [
    "constraints:",
    "  end_states:",
    "    columns: [gateway, rtos@R456, rtos@R998]",
    "    rows:",
    "      v.1: [gateway-v1, rtos-v1, rtos-v0]",
    "      v.2: [gateway-v2, rtos-v2, rtos-v2]",
    "  transition_states:",
    "    columns: [gateway]",
    "    default: allow",
    "    rows: []",
  ];

  async function boardsApart(constraints: readonly string[] = []): Promise<{
    readonly deltas: readonly Stored[];
    readonly rest: readonly Stored[];
  }> {
    const fromV1 = await rtosV2("from-v1", { "rootfs-image.rtos.version": "rtos-v1" });
    const fromV0 = await rtosV2("from-v0", { "rootfs-image.rtos.version": "rtos-v0" });
    const seed = await storedSeed(system.directory, "v2");
    writeFileSync(system.path("boards/R998/version"), "rtos-v0\n");
    rmSync(system.path("artifacts"), { recursive: true });
    writeManifest(constraints);
    return { deltas: [fromV1, fromV0], rest: seed.filter(({ id }) => id === "gateway-v2") };
  }

  const identityOf = async ({ id, bytes }: Stored): Promise<string> => {
    const read = await readArtifact(memorySource(id, bytes), []);
    return read.ok ? read.value.identity : "";
  };

  async function startServer(stored: readonly Stored[]): Promise<UpdateServer> {
    const server = await startUpdateServer({ stored, certificate: null });
    onTestFinished(() => server.close());
    return server;
  }

  test("each get their own, and the plan tells which", async () => {
    const { deltas, rest } = await boardsApart();
    const machine = machineOf(system.directory, await startServer([...rest, ...deltas]));
    const { json, text } = await planOf(machine);
    const [v1Sum, v0Sum] = await Promise.all(deltas.map(identityOf));
    expect(json).toMatchObject({
      stages: [
        {
          groups: [
            [{ component: "G13" }],
            [
              { component: "R456", artifact: "rtos-v2", manifest_sha256: v1Sum },
              { component: "R998", artifact: "rtos-v2", manifest_sha256: v0Sum },
            ],
          ],
        },
      ],
    });
    expect(text).toContain(
      "From the Mender Server: gateway-v2 (5.0 KiB), rtos-v2 for R456 (5.0 KiB) and rtos-v2 for R998 (5.0 KiB), 15.0 KiB in all.",
    );
    expect(await install(machine)).toMatchObject(deployed(exitCode.done));
    expect(versions()).toEqual(v2);
    const chosen = journals().matchAll(/"component":"(R\d+)"[^\n]*"artifact":"(\w+)"/g);
    expect(new Map([...chosen].map(([, component, sum]) => [component, sum]))).toEqual(
      new Map([
        ["R456", v1Sum],
        ["R998", v0Sum],
      ]),
    );
  });

  test(
    "go on with what was chosen, where they were ended before Download",
    widening(async () => {
      const { deltas, rest } = await boardsApart();
      const server = await startServer([...rest, ...deltas]);
      const controller = new AbortController();
      const machine = machineOf(system.directory, server);
      const ending: OpenProgress = () =>
        Promise.resolve({
          emit: (event) => {
            const isAsked = event.type === "state-ended" && event.state === "NeedsUnpackedArtifact";
            if (isAsked && event.component === "R998") controller.abort();
          },
          close: () => {},
        });
      await install({ ...machine, signal: controller.signal }, { prefetch: true }, ending);
      expect(versions()).toEqual(["gateway-v2", "rtos-v1", "rtos-v0"]);
      await server.close();
      const request = { verb: "resume", stopBefore: [], exitOnReboot: false } as const;
      const resumed = await continueDeployment(machine, { request, takes: "any" }, told);
      expect(resumed).toMatchObject({ ok: true });
      expect(versions()).toEqual(v2);
    }),
  );

  test("have a way out only where each one's own is at hand", async () => {
    const { deltas, rest } = await boardsApart(tables);
    configure({ ArtifactsCache: { MaxSizeBytes: deltas[0]?.bytes.length ?? 0 } });
    const server = await startServer([...rest, ...deltas]);
    const made = await makeInstallPlan(machineOf(system.directory, server), "manifest-v2.yaml", {
      allowUnsignedManifest: false,
    });
    if (!made.ok) throw new Error(JSON.stringify(made.problems));
    const { notes: lost } = await withWaysOut(machineOf(system.directory, server), made.value);
    expect(lost.map(({ code }) => code)).toContain("way-out-not-at-hand");
  });

  test("are refused where one of them has none, and all that there are is told", async () => {
    const { deltas, rest } = await boardsApart();
    writeFileSync(system.path("boards/R998/version"), "rtos-v7\n");
    const machine = machineOf(system.directory, await startServer([...rest, ...deltas]));
    expect(await install(machine)).toMatchObject({
      ok: false,
      problems: [
        {
          code: "artifact-depends-unmet",
          message: `"rtos-v2" cannot be installed on "R998" by any of its 2 Artifacts: it depends on "rootfs-image.rtos.version" being "rtos-v0" or "rtos-v1", and finds "rtos-v7".`,
        },
      ],
    });
  });

  test(
    "get what the next source has where the first one has nothing that fits",
    widening(async () => {
      const { deltas, rest } = await boardsApart();
      const [fromV1, fromV0] = deltas;
      if (fromV1 === undefined || fromV0 === undefined) throw new Error("there are two");
      const first = await startServer([...rest, fromV1]);
      const asked = { allowUnsignedManifest: false };
      const fetched = await fetchArtifacts(
        machineOf(system.directory, first),
        "manifest-v2.yaml",
        asked,
        null,
      );
      expect(fetched).toMatchObject({ ok: true });
      const second = await startServer([...rest, fromV1, fromV0]);
      const machine = machineOf(system.directory, second);
      const { json } = await planOf(machine);
      expect(json).toMatchObject({
        stages: [
          {
            groups: [
              [{ component: "G13", source: "cache" }],
              [
                { component: "R456", source: "cache" },
                { component: "R998", source: "mender-server" },
              ],
            ],
          },
        ],
      });
      expect(await install(machine)).toMatchObject(deployed(exitCode.done));
      expect(versions()).toEqual(v2);
    }),
  );

  test("are both fetched where one of them has come before, and then need no network", async () => {
    const { deltas, rest } = await boardsApart();
    const asked = { allowUnsignedManifest: false };
    for (const stored of [
      [...rest, ...deltas.slice(0, 1)],
      [...rest, ...deltas],
    ]) {
      const machine = machineOf(system.directory, await startServer(stored));
      expect(await fetchArtifacts(machine, "manifest-v2.yaml", asked, null)).toMatchObject({
        ok: true,
      });
    }
    expect(cached()).toHaveLength(3);
    const offline = machineOf(system.directory, "refused");
    const told: string[] = [];
    const again = await fetchArtifacts(
      { ...offline, tell: (lines) => told.push(...lines) },
      "manifest-v2.yaml",
      asked,
      null,
    );
    expect(again).toMatchObject({ ok: true, value: { artifacts: { length: 3 } } });
    expect(told).toEqual([
      "The Mender Client's authentication service gives no token: it is not there. Whether there are more Artifacts of these releases is not known.",
    ]);
    expect(await install(offline)).toMatchObject(deployed(exitCode.done));
    expect(versions()).toEqual(v2);
  });

  test(
    "are told of a next source that cannot be asked",
    widening(async () => {
      const { deltas, rest } = await boardsApart();
      const first = await startServer([...rest, ...deltas.slice(0, 1)]);
      const asked = { allowUnsignedManifest: false };
      await fetchArtifacts(machineOf(system.directory, first), "manifest-v2.yaml", asked, null);
      expect(await install(machineOf(system.directory, "refused"))).toMatchObject({
        ok: false,
        problems: [{ code: "artifact-depends-unmet" }, { code: "authentication-failed" }],
      });
      expect(await install(machineOf(system.directory, "no-bus"))).toMatchObject({
        ok: false,
        problems: [{ code: "artifact-depends-unmet" }],
      });
    }),
  );
});

describe("what of the Mender Client's configuration is not used", () => {
  /** The machine as it is with a configuration of the Mender Client that names a file which is not there. */
  function withClientConfiguration(machine: Machine): Machine {
    mkdirSync(system.path("client"), { mode: 0o755 });
    const configuration = `{"ServerCertificate": "/nowhere/ca.pem"}\n`;
    writeFileSync(system.path("client/mender.conf"), configuration, { mode: 0o644 });
    const { files } = machine.platform;
    const here = (path: string) => path.replace(/^\/etc\/mender(?=\/|$)/, system.path("client"));
    return {
      ...machine,
      platform: {
        ...machine.platform,
        files: {
          ...files,
          status: (path) => files.status(here(path)),
          read: (path, most) => files.read(here(path), most),
        },
      },
      tell: (lines) => notes.push(...lines),
    };
  }

  const unused = [
    `"ServerCertificate" of the Mender Client's configuration (/etc/mender/mender.conf:1) is not used: "/nowhere/ca.pem" cannot be read: there is no such file.`,
  ];

  test("is told once by an install, though its plan and its Downloads ask the Server", async () => {
    const machine = withClientConfiguration(machineOf(system.directory, await onServerOnly()));
    expect(await install(machine)).toMatchObject(deployed(exitCode.done));
    expect(notes.filter((note) => note.includes("is not used"))).toEqual(unused);
  });

  test("is told once by fetch", async () => {
    const machine = withClientConfiguration(machineOf(system.directory, await onServerOnly()));
    const asked = { allowUnsignedManifest: false };
    expect(await fetchArtifacts(machine, "manifest-v2.yaml", asked, null)).toMatchObject({
      ok: true,
    });
    expect(notes).toEqual(unused);
  });
});

describe("told to end while the Server is asked, it is no bug:", () => {
  async function endedBy(what: "onList" | "onFile", asked: Partial<InstallOptions> = {}) {
    const server = await onServerOnly();
    const controller = new AbortController();
    // The header comes, and then nothing any more.
    if (what === "onFile")
      for (let nth = 0; nth < 2; nth += 1) server.onFile.push((_, __, honest) => honest());
    server[what].push(() => controller.abort());
    const machine = { ...machineOf(system.directory, server), signal: controller.signal };
    return await install(machine, asked);
  }
  const interrupted = { ok: false, problems: [{ code: "interrupted" }] };

  test("the list", async () => {
    expect(await endedBy("onList")).toMatchObject(interrupted);
  });

  test("what a way out may install", async () => {
    expect(await endedBy("onFile")).toMatchObject(interrupted);
    expect(versions()).toEqual(v1);
  });

  test("what is fetched before the first install", async () => {
    expect(await endedBy("onFile", { prefetch: true })).toMatchObject(interrupted);
    expect(versions()).toEqual(v1);
  });
});

describe.skipIf(!needs("mender-artifact"))("with a key, each Artifact of the Server", () => {
  async function installTrusting(signed: boolean) {
    makeKeys(system.directory, "key");
    if (signed) signArtifacts(system.directory, "key");
    const server = await onServerOnly();
    trustKey(system, "key");
    return await install(machineOf(system.directory, server), { allowUnsignedManifest: true });
  }

  test("must be signed", async () => {
    expect(await installTrusting(false)).toMatchObject({
      ok: false,
      problems: [{ code: "artifact-unsigned" }, { code: "artifact-unsigned" }],
    });
    expect(versions()).toEqual(v1);
  });

  test("is installed if it is", async () => {
    expect(await installTrusting(true)).toMatchObject(deployed(exitCode.done));
    expect(versions()).toEqual(v2);
  });
});

describe.skipIf(!needs("mender-artifact"))(
  "an Artifact in the cache that was signed again since",
  () => {
    /** Signed by one key, installed, and kept; then signed by the other, which is no change of its contents. */
    async function signedAgain(first: string, second: string) {
      makeKeys(system.directory, ...new Set([first, second]));
      const originals = system.path("originals");
      cpSync(system.path("artifacts"), originals, { recursive: true });
      signArtifacts(system.directory, first);
      const server = await onServerOnly();
      trustKey(system, first, enabled);
      const machine = machineOf(system.directory, server);
      expect(await install(machine, { allowUnsignedManifest: true })).toMatchObject(
        deployed(exitCode.done),
      );
      expect(cached()).toHaveLength(2);
      for (const [board, version] of [
        ["G13", "gateway-v1"],
        ["R456", "rtos-v1"],
        ["R998", "rtos-v1"],
      ] as const)
        writeFileSync(system.path("boards", board, "version"), `${version}\n`);
      cpSync(originals, system.path("artifacts"), { recursive: true });
      signArtifacts(system.directory, second);
      trustKey(system, second, enabled);
      const stored = await storedSeed(system.directory, "v2");
      return { stored, server: await onServerOnly() };
    }

    const enabled = { ArtifactsCache: { Enabled: true } };
    const trusting = { allowUnsignedManifest: true };

    test.each(inTier([false], [false, true]))(
      "is not used where its key is not trusted any more (prefetch: %s)",
      async (prefetch) => {
        const { server } = await signedAgain("old", "new");
        const machine = machineOf(system.directory, server);
        const end = await install(machine, { ...trusting, prefetch });
        expect(end).toMatchObject(deployed(exitCode.done));
        expect(versions()).toEqual(v2);
      },
    );

    test.each(inTier([true], [false, true]))(
      "is not used where the Manifest pins the other (prefetch: %s)",
      async (prefetch) => {
        const { server, stored } = await signedAgain("key", "key");
        for (const { id, bytes } of stored) pin(id, sha256(bytes));
        const machine = machineOf(system.directory, server);
        const end = await install(machine, { ...trusting, prefetch });
        expect(end).toMatchObject(deployed(exitCode.done));
        expect(versions()).toEqual(v2);
      },
    );
  },
);
