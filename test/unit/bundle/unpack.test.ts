import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openBundle } from "../../../src/bundle/bundle.ts";
import { extractBundle } from "../../../src/bundle/extract.ts";
import { isGzip, isTar, unpackGzip } from "../../../src/bundle/unpack.ts";
import { nodeFiles } from "../../../src/platform/files.ts";
import { FileError, type Files } from "../../../src/platform/types.ts";
import { buildArtifact } from "../../support/artifacts.ts";
import { memorySource } from "../../support/byte-sources.ts";
import { buildBundle, manifestText } from "../../support/bundles.ts";

const files = nodeFiles();
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "orchestrator-bundle-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

async function opened(bytes: Uint8Array) {
  const source = memorySource("b.tar", bytes);
  const result = await openBundle(source, []);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return { source, bundle: result.value };
}

describe("bundle extract", () => {
  it("writes the Manifest and the Artifacts into a new directory", async () => {
    const { source, bundle } = await opened(await buildBundle());
    const target = join(directory, "new", "place");

    const extracted = await extractBundle(bundle, source, target, files);

    expect(extracted).toEqual({
      ok: true,
      value: ["manifest.yaml", "artifacts/gateway-v2.mender", "artifacts/rtos-v2.mender"].map(
        (name) => join(target, name),
      ),
    });
    expect(readFileSync(join(target, "manifest.yaml")).toString()).toBe(manifestText);
    expect(readFileSync(join(target, "artifacts/gateway-v2.mender"))).toEqual(
      Buffer.from(await buildArtifact()),
    );
  });

  it("touches no directory that holds something", async () => {
    const { source, bundle } = await opened(await buildBundle());
    writeFileSync(join(directory, "mine"), "mine");

    expect(await extractBundle(bundle, source, directory, files)).toEqual({
      ok: false,
      problems: [
        {
          code: "bundle-extract",
          message: `"b.tar" is not unpacked into "${directory}", which is not empty.`,
          at: { file: "b.tar" },
          expected: "a directory that is absent or empty",
          hint: "Give another directory.",
        },
      ],
    });
    expect(readdirSync(directory)).toEqual(["mine"]);
  });

  it.each([false, true])(
    "leaves nothing behind where a checksum is wrong; there before: %s",
    async (before) => {
      const bytes = Buffer.from(await buildBundle());
      const { bundle } = await opened(bytes);
      bytes[(bundle.entries[1]?.offset ?? 0) + 600] = 1;
      const target = join(directory, "target");
      if (before) mkdirSync(target);

      expect(
        await extractBundle(bundle, memorySource("b.tar", bytes), target, files),
      ).toMatchObject({
        ok: false,
        problems: [{ code: "bundle-checksum" }],
      });
      expect(readdirSync(directory)).toEqual(before ? ["target"] : []);
      expect(before ? readdirSync(target) : []).toEqual([]);
    },
  );

  it("says why it cannot write", async () => {
    const { source, bundle } = await opened(await buildBundle());
    writeFileSync(join(directory, "file"), "");

    expect(await extractBundle(bundle, source, join(directory, "file", "x"), files)).toMatchObject({
      ok: false,
      problems: [{ code: "bundle-extract", got: "ENOTDIR" }],
    });
  });
});

describe("bundle extract that fails", () => {
  it("says that its place is no directory", async () => {
    const { source, bundle } = await opened(await buildBundle());
    writeFileSync(join(directory, "file"), "mine");

    expect(await extractBundle(bundle, source, join(directory, "file"), files)).toMatchObject({
      ok: false,
      problems: [{ code: "bundle-extract", got: "ENOTDIR" }],
    });
    expect(readFileSync(join(directory, "file")).toString()).toBe("mine");
  });

  it.each([false, true])(
    "says why, though nothing of it can be removed; there before: %s",
    async (before) => {
      const { source, bundle } = await opened(await buildBundle());
      const target = join(directory, "target");
      if (before) mkdirSync(target);
      const asked: string[] = [];
      const failing: Files = {
        ...files,
        writeStream: async (path, chunks) => {
          if (path.endsWith("manifest.yaml")) return await files.writeStream(path, chunks);
          throw new FileError("ENOSPC", path, "no space left on device");
        },
        remove: (path) => {
          asked.push(path);
          throw new FileError("EIO", path, "i/o error");
        },
      };

      expect(await extractBundle(bundle, source, target, failing)).toMatchObject({
        ok: false,
        problems: [{ code: "bundle-extract", got: "ENOSPC" }],
      });
      expect(asked).toEqual(
        before ? [join(target, "manifest.yaml"), join(target, "artifacts")] : [target],
      );
    },
  );

  it("removes nothing that it has not written", async () => {
    const { source, bundle } = await opened(await buildBundle());
    const failing: Files = {
      ...files,
      writeStream: async (path, chunks) => {
        if (!path.endsWith("manifest.yaml")) throw new FileError("EIO", path, "i/o error");
        writeFileSync(join(directory, "mine"), "mine");
        return await files.writeStream(path, chunks);
      },
    };

    expect(await extractBundle(bundle, source, directory, failing)).toMatchObject({
      ok: false,
      problems: [{ code: "bundle-extract", got: "EIO" }],
    });
    expect(readdirSync(directory)).toEqual(["mine"]);
  });
});

describe("a compressed bundle", () => {
  it("is told from a plain one, and both from a Manifest", async () => {
    const plain = memorySource("b.tar", await buildBundle());
    const packed = memorySource("b.tar.gz", gzipSync(await buildBundle()));
    const text = memorySource("manifest.yaml", Buffer.from(manifestText.repeat(20)));

    expect([await isGzip(plain), await isGzip(packed), await isGzip(text)]).toEqual([
      false,
      true,
      false,
    ]);
    expect([await isTar(plain), await isTar(packed), await isTar(text)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await isTar(memorySource("empty", new Uint8Array(0)))).toBe(false);
  });

  it("is unpacked into a file", async () => {
    const bytes = await buildBundle();
    const path = join(directory, "b.tar");

    expect(await unpackGzip(memorySource("b.tar.gz", gzipSync(bytes)), path, files)).toEqual({
      ok: true,
      value: bytes.length,
    });
    expect(readFileSync(path)).toEqual(Buffer.from(bytes));
  });

  it("leaves no file where it is broken", async () => {
    const packed = gzipSync(await buildBundle()).subarray(0, -4);

    expect(
      await unpackGzip(memorySource("b.tar.gz", packed), join(directory, "b.tar"), files),
    ).toMatchObject({
      ok: false,
      problems: [{ code: "archive-compression" }],
    });
    expect(readdirSync(directory)).toEqual([]);
  });

  it("leaves the file alone that is already there", async () => {
    const path = join(directory, "b.tar");
    writeFileSync(path, "mine");

    expect(await unpackGzip(memorySource("b.tar.gz", gzipSync("x")), path, files)).toMatchObject({
      ok: false,
    });
    expect(readFileSync(path).toString()).toBe("mine");
  });

  it("is refused where there is no room for what it unpacks to", async () => {
    const tight: Files = { ...files, freeBytes: () => 17 * 1024 * 1024 };
    const packed = gzipSync(new Uint8Array(4 * 1024 * 1024));

    expect(
      await unpackGzip(memorySource("b.tar.gz", packed), join(directory, "b.tar"), tight),
    ).toEqual({
      ok: false,
      problems: [
        {
          code: "not-enough-space",
          message:
            'There is not enough space to unpack "b.tar.gz": 17825792 bytes are free, 16777216 are kept free, and more than 1048576 are needed.',
          at: { file: "b.tar.gz" },
          expected: "more than 17825792 bytes free",
          got: "17825792 bytes",
          hint: "Make room, or give the bundle uncompressed: it is then read in place.",
        },
      ],
    });
    expect(readdirSync(directory)).toEqual([]);
  });
});
