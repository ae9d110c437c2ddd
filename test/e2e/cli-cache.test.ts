import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { nodeFiles } from "../../src/platform/files.ts";
import { Sha256 } from "../../src/core/ids.ts";
import { noteFetched } from "../../src/sources/cache/fetched.ts";
import { sha256 } from "../support/artifacts.ts";
import { needs } from "../support/needs.ts";
import { type SeedProgram, seedProgram } from "../support/seed-program.ts";
import { makeKeys } from "../support/signing-keys.ts";

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
});
afterEach(() => system.remove());

const Entries = z.looseObject({ entries: z.array(z.record(z.string(), z.unknown())) });

const place = (): string => system.path("datastore/artifacts");

/** Puts an Artifact of the seed's System into the cache, as if it had been downloaded; its sum. */
function cached(name: string): Sha256 {
  mkdirSync(place(), { recursive: true, mode: 0o700 });
  const bytes = readFileSync(system.path(`artifacts/${name}.mender`));
  const sum = Sha256.parse(sha256(bytes));
  writeFileSync(`${place()}/${sum}.mender`, bytes, { mode: 0o600 });
  return sum;
}

function fetched(manifest: string, ...artifacts: readonly Sha256[]): void {
  noteFetched(nodeFiles(), place(), { at: "2026-01-02T03:04:05Z", manifest, artifacts });
}

function entries(): readonly string[] {
  return readdirSync(place()).filter((name) => name.endsWith(".mender"));
}

function enable(more: object): void {
  mkdirSync(system.path("conf"), { recursive: true, mode: 0o755 });
  const settings = { ArtifactsCache: { Enabled: true, ...more } };
  const file = system.path("conf/mender-orchestrator.conf");
  writeFileSync(file, JSON.stringify(settings), { mode: 0o644 });
}

function waitingBeforeCommit(): void {
  const args = ["install", "manifest-v2.yaml", "--stop-before", "ArtifactCommit"];
  expect(system.run(args).exit).toBe(0);
}

describe("show-cache", () => {
  test("of a machine that has no cache says so, and makes nothing", () => {
    expect(system.run(["show-cache"])).toMatchObject({
      exit: 0,
      stdout: `${place()}: 0 Artifacts, 0 B, no limit.\nIt is filled by fetch only; ArtifactsCache.Enabled is false.\n`,
      stderr: "",
    });
    expect(existsSync(place())).toBe(false);
  });

  test("tells each Artifact with its size and whom it is for, what is foreign, and the limit", () => {
    const gateway = cached("gateway-v2");
    const rtos = cached("rtos-v2");
    const size = (sum: Sha256) => readFileSync(`${place()}/${sum}.mender`).length;
    fetched("fleet-v3", rtos);
    writeFileSync(`${place()}/notes.txt`, "mine");
    symlinkSync("/etc", `${place()}/link`);
    const damaged = "0".repeat(64);
    writeFileSync(`${place()}/${damaged}.mender`, "no Artifact");
    enable({ MaxSizeBytes: 1024 * 1024 });
    waitingBeforeCommit();
    writeFileSync(`${place()}/.filling-${"0".repeat(32)}`, "half");
    const { exit, stdout } = system.run(["show-cache"]);
    expect(exit).toBe(0);
    const lines = stdout.replaceAll(/deployment [0-9a-f]{12}/g, "deployment ID").split("\n");
    expect(lines.slice(0, 2)).toEqual([
      expect.stringMatching(/artifacts: 3 Artifacts, [0-9.]+ KiB, at most 1\.0 MiB\.$/),
      "It is filled while Artifacts are read.",
    ]);
    const of = (name: string) => lines.find((line) => line.startsWith(`  ${name} `)) ?? "";
    expect(of("gateway-v2")).toMatch(
      /gateway-v2 {2}[0-9.]+ KiB {2}[0-9a-f]{12} {2}needed by the deployment ID of "/,
    );
    expect(of("rtos-v2")).toMatch(
      /needed by the deployment ID of ".*" and fetched for "fleet-v3" at 2026-01-02T03:04:05Z$/,
    );
    expect(of("?")).toContain("damaged:");
    expect(lines).toContain(
      "Not finished: 1 file, 4 B; the next deployment removes what is left over.",
    );
    expect(lines).toContain('"notes.txt" is not of the cache and left alone: a file, 4 B.');
    expect(lines.find((line) => line.startsWith('"link"'))).toContain("left alone: a link");

    const document: unknown = JSON.parse(system.run(["show-cache", "--json"]).stdout);
    expect(document).toMatchObject({
      type: "cache",
      directory: place(),
      enabled: true,
      max_bytes: 1024 * 1024,
      bytes: size(gateway) + size(rtos) + 11,
      partial: [{ name: `.filling-${"0".repeat(32)}`, bytes: 4 }],
      foreign: [
        { name: "link", kind: "link" },
        { name: "notes.txt", kind: "file", bytes: 4 },
      ],
    });
    const { entries: told } = Entries.parse(document);
    expect(told.find((entry) => entry["sha256"] === gateway)).toMatchObject({
      bytes: size(gateway),
      artifact: { name: "gateway-v2", device_types: ["gateway"] },
      problem: null,
      needed: true,
      uses: [{ kind: "deployment", state: "in-progress" }],
    });
    expect(told.find((entry) => entry["sha256"] === damaged)).toMatchObject({
      artifact: null,
      problem: { type: "warning" },
      needed: false,
      uses: [],
    });
  });

  test("tells the last deployment that used an Artifact", () => {
    cached("gateway-v2");
    enable({});
    expect(system.run(["install", "manifest-v2.yaml"]).exit).toBe(0);
    expect(system.run(["show-cache"]).stdout).toMatch(
      /gateway-v2 .* last used by the deployment [0-9a-f]{12} of "/,
    );
  });

  test("of a cache that cannot be read is not ready", () => {
    mkdirSync(system.path("datastore"), { recursive: true });
    writeFileSync(place(), "a file");
    const { exit, stderr } = system.run(["show-cache"]);
    expect(exit).toBe(15);
    expect(stderr).toContain("[cache-not-written]");
  });
});

test("fetch fills the cache with what a Manifest names, and says what for", () => {
  const { exit, stdout } = system.run(["fetch", "manifest-v2.yaml"]);
  expect(exit).toBe(0);
  expect(stdout).toBe(
    `gateway-v2  gateway  5.0 KiB  From files: is in the cache
rtos-v2  rtos  5.0 KiB  From files: is in the cache
2 Artifacts, 10.0 KiB, ready for "system-core-v2".
`,
  );
  expect(system.run(["show-cache"]).stdout).toContain('fetched for "system-core-v2" at ');
  expect(JSON.parse(system.run(["fetch", "manifest-v2.yaml", "--json"]).stdout)).toMatchObject({
    type: "fetched",
    manifest: "system-core-v2",
    directory: place(),
    artifacts: [
      { artifact: "gateway-v2", component_type: "gateway", source: "file", bytes: 5120 },
      { artifact: "rtos-v2", component_type: "rtos", source: "file", bytes: 5120 },
    ],
  });
});

test("fetch --bundle writes one bundle, and never over what it reads", () => {
  const { exit, stdout } = system.run(["fetch", "manifest-v2.yaml", "--bundle", "v2.tar"]);
  expect(exit).toBe(0);
  expect(stdout).toMatch(/^v2\.tar: "system-core-v2" with 2 Artifacts, [0-9.]+ KiB\n$/);
  expect(system.run(["bundle", "verify", "v2.tar"]).exit).toBe(0);
  for (const input of ["manifest-v2.yaml", "artifacts/gateway-v2.mender"]) {
    const before = readFileSync(system.path(input));
    const over = system.run(["fetch", "manifest-v2.yaml", "--bundle", input]);
    expect(over.exit).toBe(10);
    expect(over.stderr).toContain("[output-misplaced]");
    expect(readFileSync(system.path(input))).toEqual(before);
  }
});

test.skipIf(!needs("openssl"))("fetch --bundle --key signs it, and --key alone is refused", () => {
  makeKeys(system.directory, "mine", "theirs");
  const alone = system.run(["fetch", "manifest-v2.yaml", "--key", "mine.pem"]);
  expect(alone.exit).toBe(10);
  expect(alone.stderr).toContain('"--key" signs the bundle of "--bundle", and there is none.');
  expect(existsSync(place())).toBe(false);

  const signed = ["fetch", "manifest-v2.yaml", "--bundle", "v2.tar", "--key", "mine.pem"];
  expect(system.run(signed).exit).toBe(0);
  const verifiedBy = (name: string) => system.run(["bundle", "verify", "v2.tar", "--key", name]);
  expect(verifiedBy("mine.pub").exit).toBe(0);
  expect(verifiedBy("theirs.pub").stderr).toContain("[bundle-signature]");
});

describe("cache clean", () => {
  test("where there is no cache has nothing to do, and makes nothing", () => {
    expect(system.run(["cache", "clean"])).toMatchObject({
      exit: 0,
      stdout: "There was nothing to remove.\n",
    });
    expect(existsSync(place())).toBe(false);
  });

  test("removes what nobody needs, and leaves what was fetched and what is not ours", () => {
    const gateway = cached("gateway-v2");
    const rtos = cached("rtos-v2");
    fetched("fleet-v3", rtos);
    writeFileSync(`${place()}/notes.txt`, "mine");
    writeFileSync(`${place()}/.filling-${"0".repeat(32)}`, "half");
    const { exit, stdout } = system.run(["cache", "clean"]);
    expect(exit).toBe(0);
    expect(stdout).toContain(`removed gateway-v2`);
    expect(stdout).toContain(gateway.slice(0, 12));
    expect(stdout).toMatch(/were freed\.\n1 Artifact, .* is still needed\.\n$/);
    expect(entries()).toEqual([`${rtos}.mender`]);
    expect(readdirSync(place())).toContain("notes.txt");
    expect(readdirSync(place()).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("--all removes that, too", () => {
    const rtos = cached("rtos-v2");
    fetched("fleet-v3", rtos);
    writeFileSync(`${place()}/notes.txt`, "mine");
    const { exit, stdout } = system.run(["cache", "clean", "--all", "--json"]);
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      type: "cache-cleaned",
      directory: place(),
      removed: [{ sha256: rtos, artifact: { name: "rtos-v2" } }],
      kept: [],
    });
    expect(readdirSync(place())).toEqual(["notes.txt"]);
  });

  test("leaves what the deployment in progress may need, and with --all is refused for it", () => {
    const needed = cached("gateway-v2");
    cached("gateway-v1");
    waitingBeforeCommit();
    const refused = system.run(["cache", "clean", "--all"]);
    expect(refused.exit).toBe(17);
    expect(refused.stderr).toContain("may need 1 of the Artifacts in the cache");
    expect(entries()).toHaveLength(2);
    expect(system.run(["cache", "clean"]).exit).toBe(0);
    expect(entries()).toEqual([`${needed}.mender`]);
  });

  test("without a subcommand is told what there is", () => {
    expect(system.run(["cache"]).exit).toBe(10);
  });
});

test("a cache that others may write to keeps everything from being installed", () => {
  cached("gateway-v2");
  chmodSync(place(), 0o777);
  const { exit, stderr } = system.run(["install", "manifest-v2.yaml"]);
  expect(exit).toBe(15);
  expect(stderr).toContain(`The cache of Artifacts "${place()}" can be changed by others`);
  expect(stderr).toContain(`hint: Run: chmod go-w`);
});
