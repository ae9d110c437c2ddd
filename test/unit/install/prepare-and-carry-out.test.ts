import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createBundle } from "../../../src/bundle/create.ts";
import { exitCode } from "../../../src/core/exit-code.ts";
import { carryOut } from "../../../src/install/carry-out.ts";
import type { InstallOptions } from "../../../src/install/install-options.ts";
import type { Machine } from "../../../src/install/machine.ts";
import { prepareInstall, type PreparedInstall } from "../../../src/install/prepare-install.ts";
import { locked } from "../../../src/install/locked.ts";
import type { OpenProgress } from "../../../src/install/progress.ts";
import { collect, memorySource } from "../../support/byte-sources.ts";
import { machineAt, plainInstall } from "../../support/machine.ts";
import { copySeedSystem, type SeedSystem } from "../../support/seed-system.ts";

let system: SeedSystem;
beforeEach(() => {
  system = copySeedSystem();
});
afterEach(() => {
  system.remove();
});

const unseen: OpenProgress = () => Promise.resolve({ emit: () => {}, close: () => {} });

/** Prepares under the lock, looks at what was prepared, then carries it out. */
const installedOn =
  (machine: Machine) =>
  async (
    file: string,
    look: (prepared: PreparedInstall) => void,
    asked: Partial<InstallOptions> = {},
  ) => {
    return await locked(machine, async () => {
      const prepared = await prepareInstall(machine, file, { ...plainInstall, ...asked }, unseen);
      if (!prepared.ok) return prepared;
      look(prepared.value);
      return await carryOut(machine, prepared.value, { ...plainInstall, ...asked }, unseen);
    });
  };

const installed = (...args: Parameters<ReturnType<typeof installedOn>>) =>
  installedOn(machineAt(system.directory))(...args);

const versions = () => (["G13", "R456", "R998"] as const).map((board) => system.version(board));

/** In the datastore, where a bundle is kept that its caller may remove or that is compressed. */
const keptBundles = () =>
  readdirSync(system.path("datastore"), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".tar"),
  );

test("an install is prepared with its plan while nothing changes, then carried out", async () => {
  const result = await installed("manifest-v2.yaml", ({ planning }) => {
    expect(planning.answer).toMatchObject({ kind: "plan" });
    expect(versions()).toEqual(["gateway-v1", "rtos-v1", "rtos-v1"]);
  });
  expect(result).toMatchObject({
    ok: true,
    value: { kind: "deployed", deployed: { exit: exitCode.done } },
  });
  expect(versions()).toEqual(["gateway-v2", "rtos-v2", "rtos-v2"]);
});

test("a compressed bundle is kept while it is prepared, and not when it is refused", async () => {
  await writeCompressedBundle("manifest-v3.yaml", "v3.tar.gz");
  const result = await installed(
    "v3.tar.gz",
    ({ id }) => {
      expect(keptBundles()).toEqual([expect.stringContaining(`${id}.tar`)]);
    },
    { stopBefore: ["ArtifactCommit"] },
  );
  expect(result).toMatchObject({ ok: false, problems: [{ code: "stages-need-commit" }] });
  expect(keptBundles()).toEqual([]);
  expect(versions()).toEqual(["gateway-v1", "rtos-v1", "rtos-v1"]);
});

test("a bundle that cannot be planned is not kept", async () => {
  await writeCompressedBundle("manifest-v2.yaml", "v2.tar.gz");
  system.answer("R998", "Provides", "nonsense\n");
  const result = await installed("v2.tar.gz", () => {
    throw new Error("it was prepared");
  });
  expect(result).toMatchObject({ ok: false });
  expect(keptBundles()).toEqual([]);
});

test("a compressed bundle is unpacked once, and stays while what is in its way is ended", async () => {
  const machine = machineAt(system.directory);
  await expect(
    installedOn({
      ...machine,
      reachCrashPoint: (point) => {
        if (point === "ArtifactVerifyReboot:outcome-appended")
          throw new Error("the process was killed");
      },
    })("manifest-v2.yaml", () => {}),
  ).rejects.toThrow("the process was killed");
  expect(versions()).not.toEqual(["gateway-v1", "rtos-v1", "rtos-v1"]);
  await writeCompressedBundle("manifest-v2.yaml", "v2.tar.gz");
  const unpacked: string[] = [];
  const { files } = machine.platform;
  const counting = {
    ...files,
    writeStream: (...[path, ...rest]: Parameters<typeof files.writeStream>) => {
      unpacked.push(path);
      return files.writeStream(path, ...rest);
    },
  };
  const result = await installedOn({
    ...machine,
    platform: { ...machine.platform, files: counting },
  })("v2.tar.gz", ({ id }) => {
    expect(keptBundles()).toEqual([expect.stringContaining(`${id}.tar`)]);
    expect(versions()).toEqual(["gateway-v1", "rtos-v1", "rtos-v1"]);
  });
  expect(result).toMatchObject({ ok: true, value: { deployed: { exit: exitCode.done } } });
  expect(unpacked.filter((path) => path.startsWith(system.path("datastore/bundles")))).toHaveLength(
    1,
  );
  expect(keptBundles()).toEqual([]);
});

async function writeCompressedBundle(manifest: string, name: string): Promise<void> {
  const text = readFileSync(system.path(manifest), "utf8");
  const entries = new Set(
    [...text.matchAll(/artifacts\/[\w.-]+\.mender/g)].map(([entry]) => entry),
  );
  const created = await createBundle({
    manifest: Buffer.from(text),
    artifacts: [...entries].map((entry) => ({
      entry,
      source: memorySource(entry, readFileSync(system.path(entry))),
    })),
    key: null,
  });
  if (!created.ok) throw new Error(JSON.stringify(created.problems));
  writeFileSync(system.path(name), gzipSync(await collect(created.value.chunks)));
}
