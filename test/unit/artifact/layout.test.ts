import { describe, expect, it } from "vitest";
import { readArtifact } from "../../../src/artifact/artifact.ts";
import { verifyArtifact } from "../../../src/artifact/verify.ts";
import { limits } from "../../../src/artifact/limits.ts";
import { type ArtifactParts, buildArtifact, type TarPart, tar } from "../../support/artifacts.ts";
import { memorySource } from "../../support/byte-sources.ts";

async function problemsOf(changes: Partial<ArtifactParts>) {
  const read = await verifyArtifact(memorySource("a.mender", await buildArtifact(changes)), []);
  return read.ok ? [] : read.problems;
}

/** The outer entries with one put in before the entry called `before`, or at the end. */
function withEntry(part: TarPart, before: string | null) {
  return (parts: readonly TarPart[]) =>
    before === null
      ? [...parts, part]
      : parts.flatMap((each) => (each.name === before ? [part, each] : [each]));
}

describe("a sound Artifact", () => {
  it("is read with everything its header says", async () => {
    const read = await readArtifact(memorySource("a.mender", await buildArtifact()), []);

    expect(read).toMatchObject({
      ok: true,
      value: {
        name: "gateway-v2",
        group: null,
        payloadType: "gateway-image",
        provides: new Map([
          ["artifact_name", "gateway-v2"],
          ["rootfs-image.gateway.version", "gateway-v2"],
        ]),
        depends: new Map([["device_type", ["gateway"]]]),
        clears: ["rootfs-image.gateway.*"],
        payloadFiles: [{ name: "image.bin" }, { name: "notes.txt" }],
        hasStateScripts: false,
      },
    });
  });

  it("is read to its end with the size and checksum of each payload file", async () => {
    const read = await verifyArtifact(memorySource("a.mender", await buildArtifact()), []);

    expect(read).toMatchObject({
      ok: true,
      value: {
        files: [
          {
            name: "image.bin",
            size: 15,
            sha256: "8c6c7fddb8ff8675c6765e57429270bb1f4fd26b7e45b8f04968d39451e82c27",
          },
          {
            name: "notes.txt",
            size: 0,
            sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
          },
        ],
      },
    });
  });
});

describe("the version", () => {
  it.each([1, 2, 4])("%i is refused by its number", async (version) => {
    const problems = await problemsOf({ version: `{"format":"mender","version":${version}}` });

    expect(problems).toEqual([
      {
        code: "artifact-version-unsupported",
        message: `"a.mender" is a Mender Artifact of version ${version}.`,
        at: { file: "a.mender" },
        expected: "version 3",
        got: `version ${version}`,
        hint: "Make it as version 3.",
      },
    ]);
  });

  it("4 is refused by its number, whatever else is new in it", async () => {
    const problems = await problemsOf({
      version: '{"format":"mender","version":4}',
      manifest: (lines) => `sha512 ${lines.join("\n")}\n`,
    });

    expect(problems).toMatchObject([{ code: "artifact-version-unsupported", got: "version 4" }]);
  });

  it("1, which had no manifest, is refused by its number too", async () => {
    const bytes = await tar([
      { name: "version", content: '{"format":"mender","version":1}' },
      { name: "header.tar.gz", content: "" },
    ]);

    expect(await readArtifact(memorySource("a.mender", bytes), [])).toMatchObject({
      ok: false,
      problems: [{ code: "artifact-version-unsupported", got: "version 1" }],
    });
  });

  it.each([
    '{"format":"other","version":3}',
    '{"version":3}',
    '{"format":"mender","version":"3"}',
    "3",
    "{",
  ])("%s is no Artifact's", async (version) => {
    expect(await problemsOf({ version })).toMatchObject([
      { code: "artifact-layout", message: '"a.mender" is not a Mender Artifact.' },
    ]);
  });
});

describe("the layout", () => {
  it.each(["version", "manifest", "header.tar.gz", "data/0000.tar.gz"])(
    "needs %s",
    async (name) => {
      const problems = await problemsOf({
        entries: (parts) => parts.filter((part) => part.name !== name),
      });

      expect(problems).toMatchObject([{ code: "artifact-layout" }]);
    },
  );

  it("has an order", async () => {
    const problems = await problemsOf({
      entries: ([version, manifest, header, data]) =>
        [version, header, manifest, data].flatMap((part) => part ?? []),
    });

    expect(problems).toEqual([
      {
        code: "artifact-layout",
        message: '"a.mender" is not laid out as a Mender Artifact.',
        at: { file: "a.mender" },
        expected: "manifest",
        got: "header.tar.gz",
        hint: "Make the Artifact again with `mender-artifact`.",
      },
    ]);
  });

  it.each(["manifest", "header.tar.gz", "data/0000.tar.gz", null])(
    "has no room for another entry before %s",
    async (before) => {
      const problems = await problemsOf({
        entries: withEntry({ name: "readme", content: "read me" }, before),
      });

      expect(problems).toMatchObject([{ code: "artifact-layout", got: "readme" }]);
    },
  );

  it("refuses a second payload in so many words", async () => {
    const problems = await problemsOf({
      entries: withEntry({ name: "data/0001.tar.gz", content: "" }, null),
    });

    expect(problems).toMatchObject([
      { code: "artifact-multiple-payloads", got: "data/0001.tar.gz" },
    ]);
  });

  it.each(["manifest-augment", "header-augment.tar.gz"])("refuses %s", async (name) => {
    const before = name === "manifest-augment" ? "header.tar.gz" : "data/0000.tar.gz";
    const problems = await problemsOf({ entries: withEntry({ name, content: "" }, before) });

    expect(problems).toMatchObject([
      { code: "artifact-augmented", message: '"a.mender" is an augmented Artifact.' },
    ]);
  });

  it.each(["symlink", "link", "directory", "fifo", "character-device"] as const)(
    "refuses a %s",
    async (type) => {
      const problems = await problemsOf({
        entries: (parts) =>
          parts.map((part) =>
            part.name === "manifest"
              ? {
                  ...part,
                  headers: { type, ...(type.includes("link") ? { linkname: "version" } : {}) },
                }
              : part,
          ),
      });

      expect(problems).toMatchObject([{ code: "archive-forbidden-entry" }]);
    },
  );

  it.each([
    ["version", limits.version],
    ["manifest", limits.manifest],
    ["header.tar.gz", limits.header],
  ])("refuses a %s of more than %i bytes before it is read", async (name, limit) => {
    const problems = await problemsOf({
      entries: (parts) =>
        parts.map((part) =>
          part.name === name ? { ...part, content: new Uint8Array(limit + 1) } : part,
        ),
    });

    expect(problems).toMatchObject([
      { code: "archive-too-large", expected: `at most ${limit} bytes`, got: `${limit + 1} bytes` },
    ]);
  });
});

describe("a file that was not copied whole", () => {
  it("is refused wherever it ends", async () => {
    const bytes = await buildArtifact();
    for (let length = 0; length < bytes.length; length += 256) {
      const read = await verifyArtifact(memorySource("a.mender", bytes.subarray(0, length)), []);
      expect(read).toMatchObject({ ok: false, problems: [{ code: "archive-truncated" }] });
    }
  });

  it("is seen from its header already", async () => {
    const bytes = await buildArtifact();
    const read = await readArtifact(memorySource("a.mender", bytes.subarray(0, -512)), []);

    expect(read).toEqual({
      ok: false,
      problems: [
        {
          code: "archive-truncated",
          message: '"a.mender" is shorter than its contents say.',
          at: { file: "a.mender" },
          expected: `at least ${bytes.length} bytes`,
          got: `${bytes.length - 512} bytes`,
          hint: "The file was not copied whole: copy or download it again.",
        },
      ],
    });
  });
});

describe("what follows the end of the archive", () => {
  it("may be zeros, as tar fills its last record", async () => {
    const bytes = Buffer.concat([await buildArtifact(), new Uint8Array(7 * 512)]);

    expect(await verifyArtifact(memorySource("a.mender", bytes), [])).toMatchObject({ ok: true });
  });

  it("may be no more zeros than published", async () => {
    const sound = await buildArtifact();
    const most = Buffer.concat([sound, new Uint8Array(limits.endPadding)]);
    const more = Buffer.concat([most, new Uint8Array(1)]);

    expect(await verifyArtifact(memorySource("a.mender", most), [])).toMatchObject({ ok: true });
    expect(await verifyArtifact(memorySource("a.mender", more), [])).toMatchObject({
      ok: false,
      problems: [{ code: "archive-trailing-data" }],
    });
  });

  it("may be nothing else", async () => {
    const artifact = await buildArtifact();
    const bytes = Buffer.concat([artifact, artifact]);

    expect(await verifyArtifact(memorySource("a.mender", bytes), [])).toMatchObject({
      ok: false,
      problems: [
        {
          code: "archive-trailing-data",
          message: 'Something follows the end of the archive "a.mender".',
        },
      ],
    });
  });
});

describe("a file that is no Artifact", () => {
  it.each([
    ["nothing", new Uint8Array(0), "archive-truncated"],
    ["text", Buffer.from("api_version: mender/v1\n".repeat(40)), "archive-invalid"],
    ["zeros", new Uint8Array(4096), "artifact-layout"],
  ])("%s is refused", async (_, bytes, code) => {
    expect(await readArtifact(memorySource("a.mender", bytes), [])).toMatchObject({
      ok: false,
      problems: [{ code }],
    });
  });
});
