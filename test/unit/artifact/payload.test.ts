import { describe, expect, it } from "vitest";
import { readArtifact } from "../../../src/artifact/artifact.ts";
import { ArtifactError } from "../../../src/artifact/artifact-error.ts";
import { streamPayload } from "../../../src/artifact/payload.ts";
import type { Artifact } from "../../../src/artifact/types.ts";
import { verifyArtifact } from "../../../src/artifact/verify.ts";
import { type ByteSource, FileError } from "../../../src/platform/types.ts";
import {
  type ArtifactParts,
  buildArtifact,
  soundArtifact,
  type TarPart,
} from "../../support/artifacts.ts";
import { collect, memorySource } from "../../support/byte-sources.ts";

async function headerOf(source: ByteSource): Promise<Artifact> {
  const read = await readArtifact(source, []);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.value;
}

/** Everything streamed, and how it ended. */
async function streamed(source: ByteSource, artifact: Artifact) {
  const files: { name: string; size: number; text: string }[] = [];
  try {
    for await (const { name, size, content } of streamPayload(source, artifact)) {
      files.push({ name, size, text: Buffer.from(await collect(content)).toString() });
    }
    return { files, error: null };
  } catch (error) {
    return { files, error };
  }
}

async function problemsOf(changes: Partial<ArtifactParts>) {
  const read = await verifyArtifact(memorySource("a.mender", await buildArtifact(changes)), []);
  return read.ok ? [] : read.problems;
}

/** An Artifact whose payload has other bytes than its manifest says. */
async function withChangedPayload(): Promise<Uint8Array> {
  const plain = {
    compress: (tar: Uint8Array) => tar,
    headerName: "header.tar",
    dataName: "data/0000.tar",
  };
  const bytes = Buffer.from(await buildArtifact(plain));
  bytes.write("bad", bytes.indexOf("the new gateway"));
  return bytes;
}

describe("the payload files", () => {
  it("come one after the other with name and size", async () => {
    const source = memorySource("a.mender", await buildArtifact(), 7);

    expect(await streamed(source, await headerOf(source))).toEqual({
      files: [
        { name: "image.bin", size: 15, text: "the new gateway" },
        { name: "notes.txt", size: 0, text: "" },
      ],
      error: null,
    });
  });

  it("may be none", async () => {
    const source = memorySource("a.mender", await buildArtifact({ files: [] }));

    expect(await streamed(source, await headerOf(source))).toEqual({ files: [], error: null });
  });

  it("must be read to their ends, each before the next", async () => {
    const source = memorySource("a.mender", await buildArtifact());
    const payload = streamPayload(source, await headerOf(source));
    await payload.next();

    await expect(payload.next()).rejects.toThrow(
      '"image.bin" must be read to its end before the next file is asked for',
    );
  });

  it("throw before their end where they are not what the manifest says", async () => {
    const source = memorySource("a.mender", await withChangedPayload());

    const { files, error } = await streamed(source, await headerOf(source));

    expect(files).toEqual([]);
    expect(error).toBeInstanceOf(ArtifactError);
    expect(error).toMatchObject({
      problem: {
        code: "artifact-checksum",
        message: 'The checksum of "data/0000/image.bin" in "a.mender" is wrong.',
      },
    });
  });

  it("are not those of another Artifact that was put in its place", async () => {
    const first = memorySource("a.mender", await buildArtifact());
    const second = memorySource(
      "a.mender",
      await buildArtifact({ files: [{ name: "image.bin", content: "other" }] }),
    );

    expect(await streamed(second, await headerOf(first))).toMatchObject({
      files: [],
      error: {
        problem: {
          code: "artifact-checksum",
          message: '"a.mender" is not the file any more that was verified.',
        },
      },
    });
  });

  it("are not unpacked where there are state scripts", async () => {
    const script = { name: "scripts/ArtifactInstall_Enter_00", content: "#!/bin/sh\n" };
    const header = [
      { name: "header-info", content: JSON.stringify(soundArtifact.headerInfo) },
      script,
      { name: "headers/0000/type-info", content: JSON.stringify(soundArtifact.typeInfo) },
    ];
    const source = memorySource("a.mender", await buildArtifact({ header }));

    expect(await streamed(source, await headerOf(source))).toMatchObject({
      error: {
        problem: {
          code: "artifact-state-scripts",
          message: '"a.mender" holds state scripts, which would not run.',
        },
      },
    });
  });

  it("break off with the medium's own error", async () => {
    const bytes = await buildArtifact();
    const sound = memorySource("a.mender", bytes);
    const pulled: ByteSource = {
      ...sound,
      async *read(offset, length) {
        yield* sound.read(offset, Math.min(length, 4096));
        throw new FileError("EIO", "a.mender", "Input/output error");
      },
    };

    expect(await streamed(pulled, await headerOf(sound))).toMatchObject({ error: { code: "EIO" } });
    expect(await verifyArtifact(pulled, [])).toEqual({
      ok: false,
      problems: [
        {
          code: "file-unreadable",
          message: '"a.mender" could not be read to its end: Input/output error.',
          at: { file: "a.mender" },
          got: "EIO",
          hint: "Check that the medium is there and that the file may be read, then try again.",
        },
      ],
    });
  });

  const link: TarPart = {
    name: "image.bin",
    content: "",
    headers: { type: "symlink", linkname: "/etc/passwd" },
  };
  it.each([
    ["a link", [link], "archive-forbidden-entry"],
    [
      "a directory",
      [{ ...link, headers: { type: "directory" as const } }],
      "archive-forbidden-entry",
    ],
    [
      "a name twice",
      [
        { name: "x", content: "" },
        { name: "x", content: "" },
      ],
      "artifact-manifest-invalid",
    ],
    ["a name with a directory", [{ name: "a/b", content: "" }], "artifact-manifest-invalid"],
    ["an absolute name", [{ name: "/b", content: "" }], "artifact-manifest-invalid"],
    ["..", [{ name: "..", content: "" }], "artifact-manifest-invalid"],
  ])("are refused with %s", async (_, files, code) => {
    expect(await problemsOf({ files })).toMatchObject([{ code }]);
  });
});
