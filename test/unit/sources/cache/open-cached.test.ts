import { expect, test } from "vitest";
import { download } from "../../../../src/interface/download.ts";
import { nodePlatform } from "../../../../src/platform/node.ts";
import { openCached } from "../../../../src/sources/cache/open-cached.ts";
import { cacheIn, nowhere, remote, remoteArtifact } from "../../../support/caches.ts";
import { scratchDirectory } from "../../../support/scratch.ts";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../../support/artifacts.ts";
import { downloadSpec } from "../../../support/interfaces.ts";

const platform = nodePlatform();
const one = await remoteArtifact("gateway-v2", 1024 * 1024);
const trust = { keys: [], decompressors: null };

/** An Interface that takes its one stream and keeps it. */
const interfaceScript = `#!/bin/sh
read -r stream < stream-next
cat "$stream" > payload
cat stream-next > /dev/null
`;

test("ten Components of one Artifact in one group make one download, and each gets its payload", async () => {
  const directory = scratchDirectory();
  const executable = join(directory, "interface");
  writeFileSync(executable, interfaceScript);
  chmodSync(executable, 0o755);
  const { cache, told } = await cacheIn(platform.files, directory);
  const { origin, counts } = remote(one);
  const group = Array.from({ length: 10 }, async (_, index) => {
    const opened = await openCached(cache, one.wanted, origin(), trust);
    if (!opened.ok) throw new Error(JSON.stringify(opened.problems));
    const workDir = join(directory, `work-${String(index)}`);
    mkdirSync(workDir);
    const { failure } = await download(
      platform,
      downloadSpec({
        executable,
        workDir,
        source: opened.value.source,
        artifact: opened.value.artifact,
        atOnce: 10,
      }),
    );
    if (failure === null) await opened.value.keep();
    opened.value.close();
    return { failure, payload: sha256(readFileSync(join(workDir, "payload"))) };
  });
  const ends = await Promise.all(group);
  await cache.idle();
  expect(ends.map(({ failure }) => failure)).toEqual(ends.map(() => null));
  expect(new Set(ends.map(({ payload }) => payload)).size).toBe(1);
  expect(counts.bytes).toBe(one.bytes.length);
  expect(cache.entries().map(({ sha256: sum }) => sum)).toEqual([one.sha256]);
  expect(told).toEqual([]);
});

test("another Artifact than the one that was planned is refused, and nothing of it stays", async () => {
  const directory = scratchDirectory();
  const { cache } = await cacheIn(platform.files, directory);
  const other = await remoteArtifact("gateway-v9", 1024 * 1024);
  const wanted = { ...one.wanted, identity: other.wanted.identity };
  const opened = await openCached(cache, wanted, remote(one).origin(), trust);
  expect(opened).toMatchObject({ ok: false, problems: [{ code: "artifact-checksum" }] });
  await cache.idle();
  expect(platform.files.list(join(directory, "artifacts"))).toEqual([]);
});

test("what the cache holds is opened without asking anybody", async () => {
  const { cache } = await cacheIn(platform.files, scratchDirectory());
  await cache.store(one.wanted, remote(one).origin());
  const opened = await openCached(cache, one.wanted, nowhere, trust);
  expect(opened.ok).toBe(true);
  if (opened.ok) opened.value.close();
});
