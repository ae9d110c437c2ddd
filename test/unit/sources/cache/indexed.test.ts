import { generateKeyPairSync } from "node:crypto";
import * as fs from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readVerifyKey } from "../../../../src/artifact/keys.ts";
import { ArtifactName, ComponentType } from "../../../../src/core/ids.ts";
import { nodeFiles } from "../../../../src/platform/files.ts";
import { listCache } from "../../../../src/sources/cache/contents.ts";
import {
  cachedCandidates,
  entryOfListed,
  indexed,
  type ListedArtifact,
  soundEntries,
} from "../../../../src/sources/cache/indexed.ts";
import { buildArtifact, sha256 } from "../../../support/artifacts.ts";
import { scratchDirectory } from "../../../support/scratch.ts";

const ports = { files: nodeFiles(), decompressors: null, keys: [] };

/** A cache that holds these. */
function cacheWith(...artifacts: readonly Uint8Array[]): string {
  const directory = scratchDirectory();
  for (const bytes of artifacts) {
    fs.writeFileSync(join(directory, `${sha256(bytes)}.mender`), bytes);
  }
  return directory;
}

async function artifact(name: string, deviceType: string, payload = "payload") {
  return await buildArtifact({
    headerInfo: {
      payloads: [{ type: "gateway-image" }],
      artifact_provides: { artifact_name: name },
      artifact_depends: { device_type: [deviceType] },
    },
    files: [{ name: "image.bin", content: payload }],
  });
}

const small = await artifact("fleet-v2", "gateway");
const noise = Array.from({ length: 100 }, (_, index) => sha256(String(index))).join("");
const large = await artifact("fleet-v2", "gateway", noise);
const rtos = await artifact("fleet-v2", "rtos");
const otherRelease = await artifact("fleet-v1", "gateway");
const gateway = ComponentType.parse("gateway");
const release = ArtifactName.parse("fleet-v2");

test("candidates are the release's Artifacts for the type, the smallest first", async () => {
  const directory = cacheWith(large, rtos, small, otherRelease);
  const found = await cachedCandidates(ports, directory, release, gateway);
  expect(found.map(({ sha256: sum }) => sum)).toEqual([small, large].map(sha256));
});

test("what is broken or foreign is no candidate, and stays", async () => {
  const directory = cacheWith(small, new TextEncoder().encode("no Artifact"));
  fs.writeFileSync(join(directory, "mine.mender"), large);
  const found = await cachedCandidates(ports, directory, release, gateway);
  expect(found.map(({ sha256: sum }) => sum)).toEqual([sha256(small)]);
  expect(fs.readdirSync(directory)).toHaveLength(3);
});

test("where keys are configured, what none of them has signed is no candidate", async () => {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const pem = Buffer.from(publicKey.export({ type: "spki", format: "pem" }));
  const key = readVerifyKey({ name: "release.pub", pem });
  const found = await cachedCandidates(
    { ...ports, keys: key.ok ? [key.value] : [] },
    cacheWith(small),
    release,
    gateway,
  );
  expect(found).toEqual([]);
});

test("a cache that was never filled has no candidates", async () => {
  const directory = join(scratchDirectory(), "absent");
  expect(await cachedCandidates(ports, directory, release, gateway)).toEqual([]);
});

test("a listed Artifact is found by name, size, provides, depends and clears", async () => {
  const directory = cacheWith(small, rtos);
  const { entries } = listCache(ports.files, directory);
  const all = soundEntries(await indexed(ports, entries));
  const listed: ListedArtifact = {
    name: "fleet-v2",
    size: small.length,
    provides: new Map([["rootfs-image.gateway.version", "gateway-v2"]]),
    depends: new Map([["device_type", ["gateway"]]]),
    clears: ["rootfs-image.gateway.*"],
  };
  const find = (changes: Partial<ListedArtifact> = {}) =>
    entryOfListed(all, { ...listed, ...changes })?.sha256 ?? null;
  expect(find()).toBe(sha256(small));
  expect(find({ depends: new Map([["device_type", ["rtos"]]]) })).toBe(sha256(rtos));
  expect(find({ clears: null })).toBe(sha256(small));
  expect(find({ clears: [] })).toBe(null);
  expect(find({ name: "fleet-v3" })).toBe(null);
  expect(find({ size: small.length + 512 })).toBe(null);
  expect(find({ provides: new Map() })).toBe(null);
  expect(find({ provides: new Map([...listed.provides, ["more", "1"]]) })).toBe(null);
  expect(find({ depends: new Map() })).toBe(null);
});
