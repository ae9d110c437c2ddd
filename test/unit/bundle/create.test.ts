import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type BundleInput, createBundle } from "../../../src/bundle/create.ts";
import { entryBytes, entryHead } from "../../../src/bundle/format.ts";
import { bundleLimits } from "../../../src/bundle/limits.ts";
import { indexTar } from "../../../src/bundle/tar-index.ts";
import { verifyBundle } from "../../../src/bundle/verify.ts";
import { type ByteSource } from "../../../src/platform/types.ts";
import { buildArtifact, sha256 } from "../../support/artifacts.ts";
import { collect, memorySource } from "../../support/byte-sources.ts";
import { buildBundle, manifestText } from "../../support/bundles.ts";
import { needs } from "../../support/needs.ts";

const manifest = new TextEncoder().encode(manifestText);

async function artifactSource(name: string): Promise<ByteSource> {
  return memorySource(name, await buildArtifact());
}

async function created(input: Partial<BundleInput>): Promise<Uint8Array> {
  const result = await createBundle({ manifest, artifacts: [], key: null, ...input });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return collect(result.value.chunks);
}

describe("bundle create", () => {
  it("gives the same bytes for the same input, whatever its order", async () => {
    const source = await artifactSource("a.mender");
    const inOrder = ["a.mender", "b.mender", "B.mender"].map((entry) => ({ entry, source }));

    const first = await created({ artifacts: inOrder });

    expect(await created({ artifacts: inOrder.toReversed() })).toEqual(first);
    // Pinned: a bundle made today and one made by a later release must be the same file.
    expect(sha256(await created({}))).toBe(
      "279823f5b2217b460f1c20a4f3eb462a9bdfa58d6e7ab9295c353afa695beb53",
    );
  });

  it("gives a bundle that verifies", async () => {
    const bytes = await buildBundle();

    expect(
      await verifyBundle(memorySource("b.tar", bytes), { bundle: [], artifacts: [] }),
    ).toMatchObject({
      ok: true,
      value: {
        artifacts: [
          {
            entry: { name: "artifacts/gateway-v2.mender" },
            files: [{ name: "image.bin" }, { name: "notes.txt" }],
          },
          { entry: { name: "artifacts/rtos-v2.mender" }, files: [{ name: "rtos.bin" }] },
        ],
      },
    });
  });

  it.skipIf(!needs("tar") || !needs("sha256sum"))(
    "gives what tar and sha256sum understand",
    async () => {
      const directory = mkdtempSync(join(tmpdir(), "orchestrator-bundle-"));
      try {
        const long = `artifacts/${"long-".repeat(30)}name.mender`;
        const artifacts = [
          { entry: long, source: await artifactSource("a") },
          { entry: "artifacts/ü.mender", source: await artifactSource("b") },
        ];
        writeFileSync(join(directory, "b.tar"), await created({ artifacts }));
        const run = (file: string, ...args: readonly string[]) =>
          execFileSync(file, args, { cwd: directory }).toString();

        run("tar", "xf", "b.tar");
        expect(run("sha256sum", "--check", "--strict", "checksums").split("\n")).toEqual([
          "manifest.yaml: OK",
          `${long}: OK`,
          "artifacts/ü.mender: OK",
          "",
        ]);
        expect(readFileSync(join(directory, "version")).toString()).toBe(
          '{"format":"mender-orchestrator-bundle","version":1}',
        );
        expect(run("tar", "tvf", "b.tar").split("\n")[0]).toMatch(
          /^-rw-r--r-- 0\/0 +51 1970-01-01 00:00 version$/,
        );
      } finally {
        rmSync(directory, { recursive: true });
      }
    },
  );

  it("refuses what is no sound Artifact, and names every one", async () => {
    const bad = memorySource("bad.mender", new Uint8Array(1024));
    const worse = memorySource("worse.mender", Buffer.from("text"));
    const artifacts = [
      { entry: "artifacts/bad.mender", source: bad },
      { entry: "artifacts/good.mender", source: await artifactSource("good.mender") },
      { entry: "artifacts/worse.mender", source: worse },
    ];

    expect(await createBundle({ manifest, artifacts, key: null })).toMatchObject({
      ok: false,
      problems: [
        { code: "artifact-layout", at: { file: "bad.mender" } },
        { code: "archive-truncated", at: { file: "worse.mender" } },
      ],
    });
  });

  it.each([
    "/a.mender",
    "../a.mender",
    "artifacts/../a.mender",
    "",
    "a\nb",
    "manifest.yaml",
    "version",
    "checksums",
    "checksums.sig",
  ])("refuses an Artifact as %j", async (entry) => {
    const artifacts = [{ entry, source: await artifactSource("a.mender") }];

    expect(await createBundle({ manifest, artifacts, key: null })).toMatchObject({
      ok: false,
      problems: [
        {
          code: "archive-forbidden-entry",
          message: `An Artifact cannot lie in the bundle as "${entry}".`,
          at: { file: "a.mender" },
        },
      ],
    });
  });

  it("refuses two Artifacts in one place", async () => {
    const artifact = { entry: "a.mender", source: await artifactSource("a.mender") };

    expect(
      await createBundle({ manifest, artifacts: [artifact, artifact], key: null }),
    ).toMatchObject({
      ok: false,
      problems: [{ code: "archive-forbidden-entry" }],
    });
  });

  it("refuses more than can be opened again", async () => {
    // Each is read and verified, so they are as plain as can be.
    const plain = { compress: (tar: Uint8Array) => tar, headerName: "header.tar", files: [] };
    const source = memorySource(
      "a.mender",
      await buildArtifact({ ...plain, dataName: "data/0000.tar" }),
    );
    const artifacts = Array.from({ length: bundleLimits.entries - 3 }, (_, at) => ({
      entry: `${at}.mender`,
      source,
    }));
    const large = new Uint8Array(bundleLimits.manifest + 1);

    expect(await createBundle({ manifest: large, artifacts, key: null })).toMatchObject({
      ok: false,
      problems: [
        { code: "archive-too-large", expected: "at most 4194304 bytes" },
        { code: "bundle-too-many-entries", expected: "at most 996", got: "997" },
      ],
    });
  });

  it("notices an Artifact that changes between its check and its copy", async () => {
    const bytes = Buffer.from(await buildArtifact());
    const source = memorySource("a.mender", bytes);
    const result = await createBundle({
      manifest,
      artifacts: [{ entry: "a.mender", source }],
      key: null,
    });
    if (!result.ok) throw new Error("it must be created");
    bytes[100] = 1;

    await expect(collect(result.value.chunks)).rejects.toMatchObject({
      problem: { code: "bundle-checksum" },
    });
  });
});

describe("the head of an entry", () => {
  it.each([
    ["artifacts/ü.mender", 7, "a1c26770d514bd85d59f9f30ae584ad8a94e214c0503cbd92ba909e2c5d6de30"],
    [
      `artifacts/${"x".repeat(100)}.mender`,
      7,
      "bd433c2c537b3ed5cc8349a533804f4c10423bb3b7619df45f93e2788ee97ade",
    ],
    [
      "ü".repeat(60),
      2 ** 33 - 1,
      "e2223f9d5fe042ea7f512873d98b67856ec61502e9fd596d20bc24c37479b5e7",
    ],
    [
      "huge.mender",
      9 * 2 ** 30,
      "9c8325bc2603e5fe31c425cac9fbf4b7aa5aa749cf7094d7c814459cab40de49",
    ],
  ])("named %s of %i bytes is what releases in the field demand", (name, size, sum) => {
    expect(sha256(entryHead(name, size))).toBe(sum);
  });
});

describe("an entry over 8 GiB", () => {
  const size = 9 * 1024 ** 3;

  it("has its size in an extended header, which we read again without reading the entry", async () => {
    const head = entryHead("artifacts/huge.mender", size);
    const total = entryBytes("artifacts/huge.mender", size) + 1024;
    const source: ByteSource = {
      name: "b.tar",
      size: total,
      async *read(offset, length) {
        const bytes = new Uint8Array(length);
        bytes.set(head.subarray(offset, offset + length));
        yield bytes;
      },
    };

    expect(await indexTar(source)).toEqual({
      entries: [{ name: "artifacts/huge.mender", head: 0, offset: head.length, size }],
      end: total,
    });
  });

  it.skipIf(!needs("tar"))("is understood by tar", () => {
    const directory = mkdtempSync(join(tmpdir(), "orchestrator-bundle-"));
    try {
      writeFileSync(join(directory, "head.tar"), entryHead("huge.mender", size));
      const listed = execFileSync("sh", ["-c", "tar tvf head.tar 2>/dev/null || true"], {
        cwd: directory,
      });
      expect(listed.toString()).toMatch(/ 9663676416 1970-01-01 00:00 huge\.mender\n$/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
