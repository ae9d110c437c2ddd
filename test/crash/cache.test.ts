import { expect, test } from "vitest";
import type { FileIo } from "../../src/platform/file-io.ts";
import { nodeFiles } from "../../src/platform/files.ts";
import type { Files } from "../../src/platform/types.ts";
import { listCache } from "../../src/sources/cache/contents.ts";
import { readFetched } from "../../src/sources/cache/fetched.ts";
import { sha256 } from "../support/artifacts.ts";
import { cacheIn, remote } from "../support/caches.ts";
import { collect } from "../support/byte-sources.ts";
import { Sha256 } from "../../src/core/ids.ts";
import { ProcessEnded, simDisk, withoutSync } from "../support/sim-fs.ts";

/**
 * The power goes at every call that changes the disk. The bytes are no Artifact: what lies in the cache is named by its
 * sum alone, and few of them make few ways in which a write is torn.
 */

const directory = "/datastore";
const bytes = new TextEncoder().encode("the bytes of an Artifact");
const sum = Sha256.parse(sha256(bytes));
const wanted = { name: "gateway-v2", identity: Sha256.parse("1".repeat(64)), size: bytes.length };

interface Promised {
  isKept?: true;
  isNoted?: true;
}

async function fillAndNote(files: Files, promised: Promised): Promise<void> {
  files.makeDirectory(directory);
  const { cache } = await cacheIn(files, directory);
  const source = cache.open(wanted, remote({ bytes, wanted }).origin());
  await collect(source.read(0, source.size));
  await source.keep();
  promised.isKept = true;
  source.close();
  await cache.idle();
  cache.noteFetched("fleet-v2", [sum]);
  promised.isNoted = true;
}

/** What is broken on the disk; null: nothing is. */
function broken(files: Files, promised: Promised): string | null {
  const cache = `${directory}/artifacts`;
  const { entries, foreign } = listCache(files, cache);
  if (foreign.length > 0) return "something that nobody knows";
  for (const { path, sha256: name } of entries) {
    if (sha256(files.read(path, 1000)) !== name) return "an entry that is not whole";
  }
  if (promised.isKept === true && entries.length === 0) return "an entry is lost";
  const { fetched, damaged } = readFetched(files, cache);
  if (damaged.length > 0) return "a record that is not whole";
  if (promised.isNoted === true && fetched.length === 0) return "a record is lost";
  return null;
}

async function explore(faulty = (io: FileIo) => io) {
  const whole = simDisk();
  await fillAndNote(nodeFiles(faulty(whole.io)), {});
  const complaints: (string | null)[] = [];
  for (let call = 0; call <= whole.calls(); call += 1) {
    const disk = simDisk();
    const promised: Promised = {};
    disk.endAt(call);
    await fillAndNote(nodeFiles(faulty(disk.io)), promised).catch((error: unknown) => {
      if (!(error instanceof ProcessEnded)) throw error;
    });
    disk.endAt(Number.POSITIVE_INFINITY);
    for (const left of disk.afterPowerCut()) {
      complaints.push(broken(nodeFiles(left.io), promised));
    }
  }
  return { disks: complaints.length, broken: new Set(complaints.filter((each) => each !== null)) };
}

test("a power cut at any moment leaves an entry whole, or none; and none that was promised is lost", async () => {
  const { disks, broken: found } = await explore();
  expect([...found]).toEqual([]);
  expect(disks).toBeGreaterThan(100);
});

test("the next process sweeps what was left half, and fills the cache as ever", async () => {
  const whole = simDisk();
  await fillAndNote(nodeFiles(whole.io), {});
  for (let call = 0; call <= whole.calls(); call += 1) {
    const disk = simDisk();
    disk.endAt(call);
    await fillAndNote(nodeFiles(disk.io), {}).catch(() => {});
    disk.endAt(Number.POSITIVE_INFINITY);
    const files = nodeFiles(disk.io);
    await fillAndNote(files, {});
    const { entries, partial } = listCache(files, `${directory}/artifacts`);
    expect([entries.map(({ sha256: name }) => name), partial]).toEqual([[sum], []]);
  }
});

test.each([
  ["files", "an entry that is not whole"],
  ["directories", "an entry is lost"],
] as const)("without the sync of %s it is noticed: %s", async (what, complaint) => {
  const { broken: found } = await explore((io) => withoutSync(io, what));
  expect([...found]).toContain(complaint);
});
