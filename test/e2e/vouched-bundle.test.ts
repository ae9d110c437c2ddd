import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readSigningKey } from "../../src/artifact/keys.ts";
import { openBundle } from "../../src/bundle/bundle.ts";
import { partOf, sumOf } from "../../src/bundle/entry-content.ts";
import type { PayloadSize } from "../../src/bundle/entry-list.ts";
import { type Part, sourceOf, writeBundle } from "../../src/bundle/write.ts";
import { collect, memorySource } from "../support/byte-sources.ts";
import { needs } from "../support/needs.ts";
import { type SeedProgram, v1, v2 } from "../support/seed-program.ts";
import { type SignedSeed, signedSeed } from "../support/signed-seed.ts";
import { valueOf } from "../support/results.ts";

/**
 * The built program installs bundles that a configured key has signed, with what is wrong in them found early or late.
 */

const works = [needs("openssl"), needs("mender-artifact")].every(Boolean);
const payload = "rtos-v2 image";

describe.skipIf(!works)("a bundle that a configured key has signed", () => {
  let signed: SignedSeed;
  let system: SeedProgram;
  beforeAll(() => {
    const args = ["bundle", "create", "--manifest", "manifest-v2.yaml", "--key", "mine.pem"];
    signed = signedSeed(({ run }) => run([...args, "-o", "b.tar"]));
  });
  afterAll(() => {
    signed.remove();
  });
  beforeEach(() => {
    system = signed.copy();
  });
  afterEach(() => {
    system.remove();
  });

  /** The same bundle, its key's owner having packed damaged Artifacts, as `bundle create` never would. */
  async function packDamaged(whole: PayloadSize | null): Promise<void> {
    const source = memorySource("b.tar", readFileSync(system.path("b.tar")));
    const { manifest, entries } = valueOf(await openBundle(source, []));
    const artifacts = await Promise.all(
      entries.map(async (entry): Promise<Part> => {
        const bytes = damaged(await collect(partOf(source, entry).read(0, entry.size)));
        const { name } = entry;
        const changed = sourceOf(name, bytes);
        return { name, sha256: await sumOf(changed.read(0, changed.size)), whole, source: changed };
      }),
    );
    const first = sourceOf(manifest.entry, manifest.bytes);
    const sha256 = await sumOf(first.read(0, first.size));
    const parts = [{ name: manifest.entry, sha256, whole: null, source: first }, ...artifacts];
    const pem = readFileSync(system.path("mine.pem"));
    const { chunks } = writeBundle(parts, valueOf(readSigningKey({ name: "mine.pem", pem })));
    writeFileSync(system.path("b.tar"), await collect(chunks));
  }

  const called = () => [...new Set(system.calls().map((call) => call.split(" ")[0]))];

  test("is installed", () => {
    expect(system.run(["install", "b.tar"]).exit).toBe(0);
    expect(system.versions()).toEqual(v2);
  });

  test("is refused with any byte of an Artifact changed, before anything is", () => {
    const sound = readFileSync(system.path("b.tar"));
    const first = sound.indexOf("artifacts/");
    expect(first).toBeGreaterThan(0);
    for (
      let at = sound.indexOf("data/0000.tar.gz", first) + 520;
      at < sound.length;
      at += 4 * 512
    ) {
      const bytes = Buffer.from(sound);
      bytes[at] = (bytes[at] ?? 0) ^ 0x10;
      writeFileSync(system.path("b.tar"), bytes);
      const { exit } = system.run(["install", "b.tar"]);
      expect({ at, isRefused: exit === 11 || exit === 12 }).toEqual({ at, isRefused: true });
    }
    expect(system.versions()).toEqual(v1);
    expect(readdirSync(system.path("datastore/history"))).toEqual([]);
    expect(called()).toEqual(["Identity", "Provides"]);
  });

  test("and that does not say that its Artifacts were verified is unpacked before anything is changed", async () => {
    await packDamaged(null);
    const { exit, stderr } = system.run(["install", "b.tar"]);
    expect(stderr).toMatch(/\[(archive-compression|artifact-checksum)\]/);
    expect([11, 12]).toContain(exit);
    expect(called()).toEqual(["Identity", "Provides"]);
  });

  test("and that says so against the truth fails in Download, and nothing is installed", async () => {
    await packDamaged({ files: 1, bytes: payload.length });
    const { exit } = system.run(["install", "b.tar"]);
    expect(exit).toBe(20);
    expect(system.versions()).toEqual(v1);
    expect(called()).not.toContain("ArtifactInstall");
  });
});

/** The first byte of the payload's gzip data behind its header. */
function damaged(artifact: Uint8Array): Uint8Array {
  const bytes = Buffer.from(artifact);
  const at = bytes.indexOf("data/0000.tar.gz") + 512 + 24;
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  return bytes;
}
