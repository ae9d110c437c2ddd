import { createHash, randomBytes, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readArtifact } from "../../src/artifact/artifact.ts";
import { download, type DownloadEnd } from "../../src/interface/download.ts";
import { nodePlatform } from "../../src/platform/node.ts";
import { buildArtifact } from "../support/artifacts.ts";
import { callSpec, fixtureInterface, openBelow, processesOf } from "../support/interfaces.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { inTier } from "../support/tier.ts";

/** Each Interface several times. */
const iterations = inTier(100, 1000);
/** Parts, so that one that hangs is told sooner. */
const inOnePart = inTier(100, 250);
const parts = Array.from({ length: iterations / inOnePart }, (_, part) => part * inOnePart);
const atOnce = 50;

interface Case {
  readonly name: `${"behaving" | "misbehaving"}/${string}`;
  /** What its Download must come to. */
  readonly expected: string;
  /** One bit of its Artifact's last payload file is turned. */
  readonly isBroken: boolean;
}

const one = (name: Case["name"], expected: string, isBroken = false): Case => ({
  name,
  expected,
  isBroken,
});

const cases: readonly Case[] = [
  one("behaving/reads-streams", "streams"),
  one("behaving/reads-streams-with-sizes", "streams"),
  one("behaving/reads-lines", "streams"),
  one("behaving/reads-blocks", "streams"),
  one("behaving/reads-slowly", "streams"),
  one("behaving/reads-beside", "streams"),
  one("behaving/ignores-streams", "files"),
  one("behaving/takes-whole-artifact", "streams"),
  one("misbehaving/fails-at-once", "exited 3"),
  one("misbehaving/dies-half-way", "exited 4"),
  one("misbehaving/kills-itself", "signalled SIGKILL"),
  one("misbehaving/reads-half", "streams-unread"),
  one("misbehaving/reads-half-of-each", "streams-unread"),
  one("misbehaving/reads-only-first", "streams-unread"),
  one("misbehaving/reads-only-names", "streams-unread"),
  one("misbehaving/skips-last-read", "streams-unread"),
  one("misbehaving/reads-twice", "streams"),
  one("misbehaving/asks-beyond-the-end", "streams"),
  one("misbehaving/removes-pipes", "streams-unread"),
  one("misbehaving/replaces-pipes", "streams-unread"),
  one("misbehaving/hangs", "timed-out"),
  one("misbehaving/hangs-while-reading", "timed-out"),
  one("misbehaving/ignores-sigterm", "timed-out"),
  one("misbehaving/ends-well-on-sigterm", "timed-out"),
  one("misbehaving/escapes", "streams-unread"),
  one("misbehaving/forks-and-fails", "exited 6"),
  one("misbehaving/vanishes", "files"),
  one("behaving/reads-streams", "artifact-checksum", true),
  one("behaving/ignores-streams", "artifact-checksum", true),
  one("behaving/takes-whole-artifact", "artifact-checksum", true),
];

const platform = nodePlatform();
const runId = randomUUID();
const noise = randomBytes(2 ** 21);
const fileSizes = [0, 1, 511, 65_536, 65_537, 200_000, 2 ** 20];

interface Made {
  readonly path: string;
  readonly sums: ReadonlyMap<string, string>;
}

/** An Artifact of four files with awkward names; a broken one has one bit of its last file turned. */
async function make(directory: string, seed: number, isBroken: boolean): Promise<Made> {
  const files = [
    { name: "big-file.bin", size: 300_000 + ((seed * 7919) % 700_000) },
    { name: "dots..and--dashes", size: fileSizes[seed % fileSizes.length] ?? 0 },
    { name: "-,_commas,.deb", size: fileSizes[(seed * 3 + 1) % fileSizes.length] ?? 0 },
    { name: "UPPER.lower-0", size: 1000 + seed },
  ].map(({ name, size }) => ({ name, content: noise.subarray(seed, seed + size) }));
  const bytes = Buffer.from(
    await buildArtifact({
      files,
      dataName: "data/0000.tar",
      compress: (tar) => tar,
      headerName: "header.tar",
    }),
  );
  if (isBroken) {
    const last = bytes.lastIndexOf(Buffer.from(noise.subarray(seed, seed + 1000)));
    bytes[last + 500] = (bytes[last + 500] ?? 0) ^ 1;
  }
  const path = join(directory, `${isBroken ? "broken" : "sound"}-${seed}.mender`);
  writeFileSync(path, bytes);
  return { path, sums: new Map(files.map(({ name, content }) => [name, sumOf(content)])) };
}

function sumOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function sumsIn(directory: string): ReadonlyMap<string, string> {
  const names = existsSync(directory) ? readdirSync(directory) : [];
  return new Map(names.map((name) => [name, sumOf(readFileSync(join(directory, name)))]));
}

function told({ failure, taken }: DownloadEnd): string {
  if (failure === null) return taken ?? "neither";
  switch (failure.kind) {
    case "exited":
      return `exited ${failure.code}`;
    case "signalled":
      return `signalled ${failure.signal}`;
    case "problem":
      return failure.problem.code;
    default:
      return failure.kind;
  }
}

/** Null where all is as it must be. */
async function wrongWith(
  { name, expected }: Case,
  made: Made,
  workDir: string,
): Promise<string | null> {
  mkdirSync(join(workDir, "tmp"), { recursive: true });
  const original = fixtureInterface(name);
  const executable = join(workDir, "tmp", "interface");
  writeFileSync(executable, readFileSync(original), { mode: 0o755 });
  const source = platform.files.openSource(made.path);
  try {
    const artifact = await readArtifact(source, []);
    if (!artifact.ok) return JSON.stringify(artifact.problems);
    const isWhole = name.includes("whole");
    const call = callSpec({
      executable,
      call: "Download",
      workDir,
      timeoutMs: expected === "timed-out" ? 700 : 60_000,
      graceMs: 300,
      runId,
    });
    const end = await download(platform, {
      ...call,
      source,
      artifact: artifact.value,
      keys: [],
      decompressors: null,
      unpacked: isWhole ? "No" : "Yes",
      withSizes: name.includes("sizes") ? "Yes" : "No",
      atOnce,
      onProgress: () => {},
    });
    if (told(end) !== expected) return JSON.stringify(end);
    if (readdirSync(workDir).some((each) => each !== "tmp" && each !== "files"))
      return "pipes are left";
    return wrongContent(isWhole, made, workDir, end);
  } finally {
    source.close();
  }
}

function wrongContent(
  isWhole: boolean,
  made: Made,
  workDir: string,
  end: DownloadEnd,
): string | null {
  const isSound = made.path.includes("sound");
  if (isWhole && isSound) {
    const got = sumOf(readFileSync(join(workDir, "tmp/artifact.mender")));
    return got === sumOf(readFileSync(made.path)) ? null : "the Artifact arrived changed";
  }
  if (end.taken !== null) {
    const got = sumsIn(join(workDir, end.taken === "files" ? "files" : "tmp/out"));
    const isSame =
      got.size === made.sums.size && [...got].every(([name, sum]) => made.sums.get(name) === sum);
    return isSame ? null : `arrived changed: ${[...got.keys()].join(", ")}`;
  }
  if (existsSync(join(workDir, "files"))) return "files are left of a failed Download";
  if (isSound) return null;
  const seen = join(workDir, "tmp/seen-to-its-end");
  const wholly = existsSync(seen) ? readFileSync(seen, "utf8").trimEnd().split("\n") : [];
  return wholly.some((stream) => stream.endsWith("æøå–x") || stream === "seen")
    ? "the reader of a broken stream saw a clean end"
    : null;
}

test.each(parts)(
  `of ${iterations} Downloads, ${atOnce} at once, of Interfaces that do as they please, those from %i on end as they must`,
  async (first) => {
    const scratch = scratchDirectory();
    const sound = await Promise.all(
      [...fileSizes.keys()].map((seed) => make(scratch, seed, false)),
    );
    const broken = await Promise.all(
      [...fileSizes.keys()].map((seed) => make(scratch, seed, true)),
    );
    const wrong: string[] = [];
    let next = first;

    async function worker() {
      while (next < first + inOnePart) {
        const at = next;
        next += 1;
        const each = cases[at % cases.length];
        const seed = Math.floor(at / cases.length) % fileSizes.length;
        const made = (each?.isBroken === true ? broken : sound)[seed];
        if (each === undefined || made === undefined) throw new Error(`no case ${at}`);
        const workDir = join(scratch, `work ${at} 'of' "${each.name.replace("/", " ")}"`);
        const found = await wrongWith(each, made, workDir);
        if (found !== null) wrong.push(`${at} ${each.name}: ${found}`);
        rmSync(workDir, { recursive: true, force: true });
      }
    }
    await Promise.all(Array.from({ length: atOnce }, worker));

    expect(wrong).toEqual([]);
    expect(processesOf(runId)).toEqual([]);
    expect(openBelow(scratch)).toEqual([]);
  },
  300_000,
);
