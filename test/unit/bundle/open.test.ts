import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { entrySource, openBundle } from "../../../src/bundle/bundle.ts";
import { bundleLimits } from "../../../src/bundle/limits.ts";
import { type ByteSource } from "../../../src/platform/types.ts";
import { buildArtifact, sha256, tar, type TarPart } from "../../support/artifacts.ts";
import { collect, memorySource } from "../../support/byte-sources.ts";
import { buildBundle, manifestText } from "../../support/bundles.ts";

async function open(bytes: Uint8Array) {
  return openBundle(memorySource("b.tar", bytes), []);
}

async function problemOf(parts: readonly TarPart[]) {
  const opened = await open(await tar(parts));
  return opened.ok ? null : opened.problems[0];
}

const manifest: TarPart = { name: "manifest.yaml", content: manifestText };

describe("a bundle made by bundle create", () => {
  it("is opened in place: the Manifest and where each Artifact lies", async () => {
    const source = memorySource("b.tar", await buildBundle());

    const opened = await openBundle(source, []);

    expect(opened).toMatchObject({
      ok: true,
      value: {
        name: "b.tar",
        signed: false,
        verifiedBy: null,
        plain: false,
        manifest: { entry: "manifest.yaml", bytes: new TextEncoder().encode(manifestText) },
        entries: [{ name: "artifacts/gateway-v2.mender" }, { name: "artifacts/rtos-v2.mender" }],
      },
    });
    if (!opened.ok) return;
    const gateway = entrySource(opened.value, source, "artifacts/gateway-v2.mender");
    expect(gateway?.name).toBe("b.tar:artifacts/gateway-v2.mender");
    expect(gateway && (await collect(gateway.read(0, gateway.size)))).toEqual(
      Buffer.from(await buildArtifact()),
    );
    expect(gateway && (await collect(gateway.read(1, 6)))).toEqual(Buffer.from("ersion"));
    expect(entrySource(opened.value, source, "artifacts/other.mender")).toBeNull();
  });

  it("is opened without reading what its Artifacts hold", async () => {
    const bytes = await buildBundle();
    const sound = memorySource("b.tar", bytes);
    const read: { from: number; to: number }[] = [];
    const watched: ByteSource = {
      ...sound,
      read(offset, length) {
        read.push({ from: offset, to: offset + length });
        return sound.read(offset, length);
      },
    };

    const opened = await openBundle(watched, []);

    const contents = opened.ok ? opened.value.entries : [];
    expect(contents.length).toBe(2);
    for (const { offset, size } of contents) {
      expect(read.filter(({ from, to }) => from < offset + size && to > offset)).toEqual([]);
    }
  });

  it("shows an entry whose bytes changed when it is read to its end", async () => {
    const bytes = Buffer.from(await buildBundle());
    const opened = await open(bytes);
    const entry = opened.ok ? opened.value.entries[0] : undefined;
    if (!opened.ok || entry === undefined) throw new Error("it must open");
    bytes[entry.offset + 600] = 1;
    const part = entrySource(opened.value, memorySource("b.tar", bytes), entry.name);

    await expect(
      collect(part?.read(0, entry.size) ?? memorySource("", bytes).read(0, 0)),
    ).rejects.toMatchObject({
      problem: {
        code: "bundle-checksum",
        message: 'The checksum of "artifacts/gateway-v2.mender" in "b.tar" is wrong.',
        expected: entry.sha256,
      },
    });
  });
});

describe("a tar packed by hand", () => {
  it("is opened, whatever the order of its entries", async () => {
    const artifact = await buildArtifact();
    const bytes = await tar([
      { name: "artifacts/", content: "", headers: { type: "directory" } },
      { name: "artifacts/gateway-v2.mender", content: artifact },
      { name: "./manifest.yml", content: manifestText },
    ]);
    const filled = Buffer.concat([bytes, new Uint8Array(8192)]);

    expect(await open(filled)).toMatchObject({
      ok: true,
      value: {
        plain: true,
        signed: false,
        manifest: { entry: "manifest.yml", bytes: new TextEncoder().encode(manifestText) },
        entries: [{ name: "artifacts/gateway-v2.mender", size: artifact.length, sha256: null }],
      },
    });
  });

  it("has one Manifest and nothing that would be passed over", async () => {
    expect(await problemOf([{ name: "a.mender", content: "" }])).toEqual({
      code: "bundle-manifest-missing",
      message: 'The bundle "b.tar" has no Manifest where it must be.',
      at: { file: "b.tar" },
      expected: "manifest.yaml",
      got: "a.mender",
      hint: "Make the bundle again with `bundle create`.",
    });
    expect(await problemOf([manifest, { name: "other.yaml", content: "" }])).toEqual({
      code: "bundle-layout",
      message: `"b.tar" holds two YAML files, "${manifest.name}" and "other.yaml", and only one can be its Manifest.`,
      at: { file: "b.tar" },
      expected: "one Manifest",
      got: `"${manifest.name}" and "other.yaml"`,
      hint: "Leave out the one that is not meant: a Topology stays on the device.",
    });
    expect(await problemOf([manifest, { name: "readme.txt", content: "" }])).toEqual({
      code: "bundle-layout",
      message: '"b.tar" holds "readme.txt", which has no place in a bundle.',
      at: { file: "b.tar" },
      expected: "manifest.yaml and .mender files",
      got: "readme.txt",
      hint: "Pack one Manifest and the Artifacts, or use `bundle create`.",
    });
    expect(await problemOf([manifest, { name: "version", content: "1" }])).toMatchObject({
      got: "version",
    });
  });

  it("has names within the limits, which are told", async () => {
    const long = `${"x".repeat(250)}.mender`;
    expect(await problemOf([manifest, { name: long, content: "" }])).toMatchObject({
      code: "archive-forbidden-entry",
      got: "a name a part of which has 257 bytes, and may have at most 255",
    });
    const deep = `${"a/".repeat(8)}b.mender`;
    expect(await problemOf([manifest, { name: deep, content: "" }])).toMatchObject({
      got: "a name which has 9 parts, and may have at most 8",
    });
  });

  it("has nothing behind its end", async () => {
    const bytes = Buffer.concat([await tar([manifest]), Buffer.from("more")]);

    expect(await open(bytes)).toMatchObject({
      ok: false,
      problems: [{ code: "archive-trailing-data" }],
    });
  });
});

describe("any bundle", () => {
  it.each([
    [
      "a symbolic link",
      { name: "a.mender", headers: { type: "symlink" as const, linkname: "/etc/passwd" } },
    ],
    [
      "a hard link",
      { name: "a.mender", headers: { type: "link" as const, linkname: "manifest.yaml" } },
    ],
    ["a pipe", { name: "a.mender", headers: { type: "fifo" as const } }],
    ["a device", { name: "a.mender", headers: { type: "block-device" as const } }],
    ["an absolute name", { name: "/a.mender" }],
    ["a way up", { name: "../a.mender" }],
    ["a way up inside", { name: "artifacts/../../a.mender" }],
    ["an empty part", { name: "artifacts//a.mender" }],
    ["a dot", { name: "artifacts/./a.mender" }],
    ["a control character", { name: "a\nb.mender" }],
    ["the same name twice", { name: "manifest.yaml" }],
    ["the same name in another form", { name: "./manifest.yaml" }],
  ])("is refused with %s", async (_, part) => {
    expect(await problemOf([manifest, { content: "", ...part }])).toMatchObject({
      code: "archive-forbidden-entry",
      expected: "regular files with relative names, each once",
    });
  });

  it("is refused with more entries than published", async () => {
    const many = Array.from({ length: bundleLimits.entries }, (_, at) => ({
      name: `${at}.mender`,
      content: "",
    }));

    expect(await problemOf([manifest, ...many])).toEqual({
      code: "bundle-too-many-entries",
      message: '"b.tar" has too many entries.',
      at: { file: "b.tar" },
      expected: "at most 1000",
      got: "more",
      hint: "Put only the Artifacts that the Manifest names into the bundle.",
    });
  });

  it("is refused with a Manifest larger than published", async () => {
    const large = { ...manifest, content: new Uint8Array(bundleLimits.manifest + 1) };

    expect(await problemOf([large])).toMatchObject({
      code: "archive-too-large",
      got: "4194305 bytes",
    });
  });

  it("is refused wherever it ends too early", async () => {
    const bytes = await buildBundle();
    for (let length = 2; length < bytes.length; length += 500) {
      const opened = await open(bytes.subarray(0, length));
      expect(opened).toMatchObject({ ok: false, problems: [{ code: "archive-truncated" }] });
    }
  });

  it("is told by name from what it is not", async () => {
    expect(await open(await buildArtifact())).toMatchObject({
      problems: [{ code: "bundle-layout", message: '"b.tar" is a Mender Artifact, not a bundle.' }],
    });
    expect(await open(gzipSync(await buildBundle()))).toMatchObject({
      problems: [
        {
          code: "bundle-compressed",
          message: '"b.tar" is compressed and cannot be read in place.',
        },
      ],
    });
    expect(await open(Buffer.alloc(1024, "kind: manifest\n"))).toMatchObject({
      problems: [{ code: "archive-invalid" }],
    });
    expect(await open(new Uint8Array(0))).toMatchObject({
      problems: [{ code: "archive-truncated" }],
    });
  });

  it("of a later format says so", async () => {
    const version = '{"format":"mender-orchestrator-bundle","version":2}';
    const problem = {
      code: "bundle-version-unsupported",
      message: '"b.tar" is of a format that this program does not know.',
      expected: '{"format":"mender-orchestrator-bundle","version":1}',
      got: version,
    };

    expect(
      await problemOf([
        { name: "version", content: version },
        { name: "checksums", content: "" },
      ]),
    ).toMatchObject(problem);
    expect(
      await problemOf([
        { name: "version", content: version },
        { name: "other", content: "" },
      ]),
    ).toMatchObject(problem);
  });
});

describe("the entries and the checksums of a bundle", () => {
  const artifact: TarPart = { name: "artifacts/a.mender", content: "an Artifact" };
  const other: TarPart = { name: "artifacts/b.mender", content: "another" };

  /** A bundle whose checksums list `listed`, with `parts` in it, written as bundle create writes it. */
  async function bundle(listed: readonly TarPart[], parts: readonly TarPart[]) {
    const checksums = listed.map(({ name, content }) => `${sha256(content)}  ${name}\n`).join("");
    const version = '{"format":"mender-orchestrator-bundle","version":1}';
    const all = [
      { name: "version", content: version },
      { name: "checksums", content: checksums },
      ...parts,
    ];
    return tar(all.map((part) => ({ ...part, headers: { mode: 0o644 } })));
  }

  it.each([
    [
      "one that is not listed",
      [manifest],
      [manifest, artifact],
      "the end of the bundle",
      "artifacts/a.mender",
    ],
    [
      "one that is absent",
      [manifest, artifact],
      [manifest],
      "artifacts/a.mender",
      "the end of the bundle",
    ],
    [
      "two that changed places",
      [manifest, artifact, other],
      [manifest, other, artifact],
      "artifacts/a.mender",
      "artifacts/b.mender",
    ],
    [
      "a Manifest that comes later",
      [manifest, artifact],
      [artifact, manifest],
      "manifest.yaml",
      "artifacts/a.mender",
    ],
  ])("must agree: %s", async (_, listed, parts, expected, got) => {
    const opened = await open(canonical(await bundle(listed, parts)));

    expect(opened).toEqual({
      ok: false,
      problems: [
        {
          code: "bundle-layout",
          message: 'The entries of "b.tar" are not the ones that its "checksums" lists.',
          at: { file: "b.tar" },
          expected,
          got,
          hint: "The bundle was changed after it was made: get it again.",
        },
      ],
    });
  });

  it("begin with the Manifest", async () => {
    expect(
      await open(canonical(await bundle([artifact, manifest], [artifact, manifest]))),
    ).toMatchObject({
      problems: [{ code: "bundle-manifest-missing", got: "artifacts/a.mender" }],
    });
    expect(await open(canonical(await bundle([], [])))).toMatchObject({
      problems: [{ code: "bundle-manifest-missing", got: "the end of the bundle" }],
    });
  });

  it("give the Manifest its own checksum", async () => {
    const changed = { ...manifest, content: "name: v.3\n" };

    expect(await open(canonical(await bundle([manifest], [changed])))).toMatchObject({
      problems: [
        {
          code: "bundle-checksum",
          message: 'The checksum of "manifest.yaml" in "b.tar" is wrong.',
        },
      ],
    });
  });

  it("are lines that can be read", async () => {
    const twice = canonical(await bundle([manifest, manifest], [manifest]));

    expect(await open(twice)).toMatchObject({
      problems: [
        {
          code: "bundle-checksums-invalid",
          message: 'Line 2 of "checksums" in "b.tar" lists "manifest.yaml" a second time.',
        },
      ],
    });
  });
});

/**
 * tar-stream ends the numbers of a header with a blank, we with a NUL: written our way, so that only the rest counts.
 */
function canonical(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes);
  for (let at = 0; at < copy.length; at += 512) {
    if (copy.toString("latin1", at + 257, at + 262) !== "ustar") continue;
    for (const end of [107, 115, 123, 135, 147, 336, 344]) copy[at + end] = 0;
    for (const start of [100, 108, 116])
      copy.write(copy.toString("latin1", at + start, at + start + 6).padStart(7, "0"), at + start);
    for (const start of [329, 337]) copy.write("0000000", at + start);
    copy.write("        ", at + 148);
    const sum = copy.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
    copy.write(`${sum.toString(8).padStart(6, "0")}\0 `, at + 148);
  }
  return copy;
}
