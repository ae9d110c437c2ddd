import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readArtifact } from "../../../src/artifact/artifact.ts";
import { download, type DownloadSpec } from "../../../src/interface/download.ts";
import { nodePlatform } from "../../../src/platform/node.ts";
import { type ByteSource, FileError } from "../../../src/platform/types.ts";
import { type ArtifactParts, buildArtifact, soundArtifact } from "../../support/artifacts.ts";
import { memorySource } from "../../support/byte-sources.ts";
import {
  downloadSpec,
  fixtureInterface,
  openBelow,
  processesOf,
  scriptedInterface,
} from "../../support/interfaces.ts";
import { scratchDirectory } from "../../support/scratch.ts";
import { treeOf } from "../../support/tree.ts";

const platform = nodePlatform();

/** A header with a state script in it. */
const withScript = [
  { name: "header-info", content: JSON.stringify(soundArtifact.headerInfo) },
  { name: "scripts/ArtifactInstall_Enter_00", content: "#!/bin/sh\n" },
  { name: "headers/0000/type-info", content: JSON.stringify(soundArtifact.typeInfo) },
];

const readAll = 'while s=$(cat stream-next) && [ -n "$s" ]; do cat "$s" >>tmp/all || exit; done';

/** A Download of an Artifact, its work dir beside it; the Artifact's bytes as the source. */
async function downloadOf(
  executable: string,
  parts: Partial<ArtifactParts> = {},
  tamper: (bytes: Uint8Array) => void = () => {},
): Promise<DownloadSpec> {
  const bytes = await buildArtifact(parts);
  const artifact = await readArtifact(memorySource("a.mender", bytes), []);
  if (!artifact.ok) throw new Error(JSON.stringify(artifact.problems));
  tamper(bytes);
  const workDir = join(scratchDirectory(), "work dir");
  mkdirSync(join(workDir, "tmp"), { recursive: true });
  return downloadSpec({
    executable,
    workDir,
    runId: workDir,
    source: memorySource("a.mender", bytes),
    artifact: artifact.value,
  });
}

const scripted = (body: string) =>
  scriptedInterface(scratchDirectory(), `[ "\${1#Download}" != "$1" ] || exit 0\n${body}`);

function read(spec: DownloadSpec, name: string): string | null {
  const path = join(spec.workDir, name);
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

/** Whatever happened, nothing of the pipes stays, and nobody is left. */
function expectTidy(spec: DownloadSpec): void {
  const entries = Object.keys(treeOf(spec.workDir));
  expect(entries.filter((name) => name.startsWith("stream"))).toEqual([]);
  expect(openBelow(spec.workDir)).toEqual([]);
  expect(processesOf(spec.runId)).toEqual([]);
}

describe("an Interface that reads the streams", () => {
  test("is called as Download, and gets the names, the contents and an end, a file of no bytes too", async () => {
    const spec = await downloadOf(
      scripted(`echo "$1" >tmp/called
        while s=$(cat stream-next) && [ -n "$s" ]; do echo "$s: $(cat "$s")" >>tmp/all; done`),
    );

    expect(await download(platform, spec)).toEqual({ failure: null, taken: "streams" });
    expect(read(spec, "tmp/called")).toBe("Download\n");
    expect(read(spec, "tmp/all")).toBe("streams/image.bin: the new gateway\nstreams/notes.txt: \n");
    expect(existsSync(join(spec.workDir, "files"))).toBe(false);
    expectTidy(spec);
  });

  test("gets the sizes where it asked for them, and is called as DownloadWithFileSizes", async () => {
    const spec = await downloadOf(
      scripted(`echo "$1" >tmp/called
        while s=$(cat stream-next) && [ -n "$s" ]; do echo "$s" >>tmp/all; cat "\${s% *}" >>tmp/all; done`),
    );

    const end = await download(platform, { ...spec, withSizes: "Yes" });

    expect(end).toEqual({ failure: null, taken: "streams" });
    expect(read(spec, "tmp/called")).toBe("DownloadWithFileSizes\n");
    expect(read(spec, "tmp/all")).toBe(
      "streams/image.bin 15\nthe new gatewaystreams/notes.txt 0\n",
    );
  });

  test("finds every pipe from the start, for the owner alone, and none afterwards", async () => {
    const spec = await downloadOf(
      scripted(`stat -c '%F %a %n' stream-next streams streams/* >tmp/tree; ${readAll}`),
    );

    await download(platform, spec);

    expect(read(spec, "tmp/tree")).toBe(
      "fifo 600 stream-next\ndirectory 700 streams\nfifo 600 streams/image.bin\nfifo 600 streams/notes.txt\n",
    );
    expectTidy(spec);
  });

  test("may take the exact number of bytes without looking for the end", async () => {
    const spec = await downloadOf(
      scripted(
        'while l=$(cat stream-next) && [ -n "$l" ]; do head -c "${l##* }" "${l% *}" >>tmp/all; done',
      ),
    );

    const end = await download(platform, { ...spec, withSizes: "Yes" });

    expect(end).toEqual({ failure: null, taken: "streams" });
    expect(read(spec, "tmp/all")).toBe("the new gateway");
  });

  test("the progress ends with the size of the Artifact file", async () => {
    const seen: number[] = [];
    const spec = await downloadOf(scripted(readAll));

    await download(platform, { ...spec, onProgress: (bytes) => void seen.push(bytes) });

    expect(seen.at(-1)).toBe(spec.source.size);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });
});

describe("an Interface that leaves something unread", () => {
  const problem = (message: string) => ({
    taken: null,
    failure: {
      kind: "problem",
      problem: {
        code: "streams-unread",
        message,
        expected: "every stream read once and whole, then an empty stream-next; or none of them",
        hint: "Let it read stream-next until it is empty, and each stream that it names to its end.",
      },
    },
  });

  test.each([
    ["half of a stream of fifteen bytes", 's=$(cat stream-next); head -c 7 "$s" >/dev/null'],
    [
      "all but one byte of each, asking for all",
      'while s=$(cat stream-next) && [ -n "$s" ]; do head -c 14 "$s" >/dev/null; done',
    ],
    [
      "everything but the end of the list",
      'for s in streams/*; do cat "$(cat stream-next)" >/dev/null; done',
    ],
  ])("%s", async (_, body) => {
    const spec = await downloadOf(scripted(body));

    const end = await download(platform, spec);

    expect(end).toEqual(problem('The Interface "board" did not read all streams.'));
    expectTidy(spec);
  });

  test("a stream that it never opened is told by its name", async () => {
    const spec = await downloadOf(scripted("cat stream-next >/dev/null"));

    expect(await download(platform, spec)).toEqual(
      problem('The Interface "board" did not read all of the stream "image.bin".'),
    );
  });

  test("streams that it opens and closes at once, however little was in them", async () => {
    const spec = await downloadOf(
      scripted('while s=$(cat stream-next) && [ -n "$s" ]; do : <"$s"; done'),
    );

    // Who is faster decides whether the first one is known by its name.
    expect(await download(platform, spec)).toMatchObject({
      taken: null,
      failure: { problem: { code: "streams-unread" } },
    });
    expectTidy(spec);
  });

  test("one that stops in the middle of a large stream and waits for the next is ended", async () => {
    const spec = await downloadOf(
      scripted(
        's=$(cat stream-next); head -c 10 "$s" >/dev/null; cat stream-next; touch tmp/went-on',
      ),
      { files: [{ name: "image.bin", content: Buffer.alloc(2 ** 20, "x") }] },
    );

    expect(await download(platform, spec)).toEqual(
      problem('The Interface "board" did not read all of the stream "image.bin".'),
    );
    expect(existsSync(join(spec.workDir, "tmp/went-on"))).toBe(false);
    expectTidy(spec);
  });

  test("its own exit status says more, where it has one", async () => {
    const spec = await downloadOf(
      scripted('s=$(cat stream-next); head -c 10 "$s" >/dev/null; sleep 0.1; exit 12'),
      { files: [{ name: "image.bin", content: Buffer.alloc(2 ** 20, "x") }] },
    );

    expect(await download(platform, spec)).toEqual({
      taken: null,
      failure: { kind: "exited", code: 12 },
    });
  });
});

describe("an Interface that leaves the streams alone", () => {
  test("finds the payload under files/, for the owner alone, a file of no bytes too", async () => {
    const spec = await downloadOf(fixtureInterface("behaving/ignores-streams"));

    expect(await download(platform, spec)).toEqual({ failure: null, taken: "files" });
    expect(treeOf(join(spec.workDir, "files"))).toEqual({
      ".": "drwx------",
      "image.bin": "-rw------- the new gateway",
      "notes.txt": "-rw------- ",
    });
    expectTidy(spec);
  });

  test("a second Download after an interrupted one begins anew", async () => {
    const spec = await downloadOf(fixtureInterface("behaving/ignores-streams"));
    mkdirSync(join(spec.workDir, "files"));
    mkdirSync(join(spec.workDir, "streams"));
    writeFileSync(join(spec.workDir, "files/image.bin"), "the new ga");
    writeFileSync(join(spec.workDir, "stream-next"), "");

    expect(await download(platform, spec)).toEqual({ failure: null, taken: "files" });
    expect(read(spec, "files/image.bin")).toBe("the new gateway");
  });

  test("where the datastore is full the state fails, and nothing stays", async () => {
    const spec = await downloadOf(fixtureInterface("behaving/ignores-streams"));
    const files = {
      ...platform.files,
      async writeStream(path: string, chunks: AsyncIterable<Uint8Array>) {
        await platform.files.writeStream(path, chunks);
        throw new FileError("ENOSPC", path, "no space left on device");
      },
    };

    expect(await download({ ...platform, files }, spec)).toEqual({
      taken: null,
      failure: {
        kind: "problem",
        problem: {
          code: "payload-not-delivered",
          message:
            'The payload could not be brought to the Interface "ignores-streams": no space left on device.',
          at: { file: join(spec.workDir, "files/image.bin") },
          got: "ENOSPC",
          hint: "Look at the space and the permissions of the datastore, then try again.",
        },
      },
    });
    expect(existsSync(join(spec.workDir, "files"))).toBe(false);
  });

  test("it can be told to end while the payload is stored", async () => {
    const stop = new AbortController();
    const spec = await downloadOf(fixtureInterface("behaving/ignores-streams"), {
      files: [{ name: "image.bin", content: Buffer.alloc(2 ** 20, "x") }],
    });
    const files = {
      ...platform.files,
      makeDirectory(path: string) {
        if (path.endsWith("/files")) stop.abort();
        platform.files.makeDirectory(path);
      },
    };

    const end = await download({ ...platform, files }, { ...spec, signal: stop.signal });

    expect(end).toEqual({ taken: null, failure: { kind: "interrupted" } });
    expect(existsSync(join(spec.workDir, "files"))).toBe(false);
  });
});

describe("an Interface that takes the whole Artifact", () => {
  const whole = fixtureInterface("behaving/takes-whole-artifact");

  test("gets the file as it lies there, state scripts and all", async () => {
    const spec = await downloadOf(whole, {
      header: withScript,
    });
    expect(spec.artifact.hasStateScripts).toBe(true);

    expect(await download(platform, { ...spec, unpacked: "No" })).toEqual({
      failure: null,
      taken: "streams",
    });
    expect(existsSync(join(spec.workDir, "tmp/artifact.mender"))).toBe(true);
    expect(await bytesOf(spec.source)).toEqual(
      readFileSync(join(spec.workDir, "tmp/artifact.mender")),
    );
    expectTidy(spec);
  });

  test("finds it under files/ where it left the stream alone", async () => {
    const spec = await downloadOf(fixtureInterface("behaving/ignores-streams"));

    expect(await download(platform, { ...spec, unpacked: "No" })).toEqual({
      failure: null,
      taken: "files",
    });
    expect(readFileSync(join(spec.workDir, "files/artifact.mender"))).toEqual(
      await bytesOf(spec.source),
    );
  });
});

test("state scripts would silently not run where we unpack: the Interface is not even called", async () => {
  const spec = await downloadOf(scripted("touch tmp/called"), {
    header: withScript,
  });

  expect(await download(platform, spec)).toMatchObject({
    failure: { kind: "problem", problem: { code: "artifact-state-scripts" } },
  });
  expect(existsSync(join(spec.workDir, "tmp/called"))).toBe(false);
});

/** Where an Artifact may be broken, and what a reader must not see then. */
describe.each(["Yes", "No"] as const)(
  "an Artifact that is wrong (NeedsUnpackedArtifact=%s)",
  (unpacked) => {
    const plain = {
      compress: (tar: Uint8Array) => tar,
      headerName: "header.tar",
      dataName: "data/0000.tar",
    };
    const content = Buffer.alloc(200_000, "0123456789");
    const files = [
      { name: "one.bin", content },
      { name: "two.bin", content: "second" },
    ];
    const last = (bytes: Uint8Array, text: string) =>
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).lastIndexOf(text);
    /** Where, how, and the stream whose clean end nobody may see. */
    const tampering: readonly (readonly [string, (bytes: Uint8Array) => void, string])[] = [
      [
        "in its first file",
        (bytes) => bytes.set([0x21], last(bytes, "0123456789") - 5),
        "streams/one.bin",
      ],
      ["in its last file", (bytes) => bytes.set([0x21], last(bytes, "second")), "streams/two.bin"],
      [
        "behind its last file, in the padding",
        (bytes) => bytes.set([0x21], last(bytes, "second") + 100),
        "artifact.mender",
      ],
      ["behind its end", (bytes) => bytes.set([0x21], bytes.length - 1), "artifact.mender"],
    ];
    const readAndTell = `while s=$(cat stream-next) && [ -n "$s" ]; do
        cat "$s" >/dev/null && echo "$s" >>tmp/whole
      done
      touch tmp/saw-the-end`;

    test.each(tampering)(
      "%s: who reads it never sees the end, and the state fails",
      async (_, tamper, wrong) => {
        const spec = await downloadOf(scripted(readAndTell), { ...plain, files }, tamper);

        const end = await download(platform, { ...spec, unpacked });

        expect(end).toMatchObject({ taken: null, failure: { kind: "problem" } });
        expect(read(spec, "tmp/whole") ?? "").not.toContain(
          unpacked === "Yes" ? wrong : "artifact.mender",
        );
        expect(existsSync(join(spec.workDir, "tmp/saw-the-end"))).toBe(false);
        expectTidy(spec);
      },
    );

    test.each(tampering)("%s: nothing of it lies under files/", async (_, tamper) => {
      const spec = await downloadOf(
        fixtureInterface("behaving/ignores-streams"),
        { ...plain, files },
        tamper,
      );

      const end = await download(platform, { ...spec, unpacked });

      expect(end).toMatchObject({ taken: null, failure: { kind: "problem" } });
      expect(existsSync(join(spec.workDir, "files"))).toBe(false);
    });

    test("replaced by another sound Artifact since it was verified", async () => {
      const spec = await downloadOf(scripted(readAll), { ...plain, files });
      const other = await buildArtifact({
        ...plain,
        files: [{ name: "one.bin", content: "other" }],
      });

      const end = await download(platform, {
        ...spec,
        unpacked,
        source: memorySource("a.mender", other),
      });

      expect(end).toMatchObject({
        failure: {
          kind: "problem",
          problem: {
            code: "artifact-checksum",
            message: '"a.mender" is not the file any more that was verified.',
          },
        },
      });
      expectTidy(spec);
    });

    test("a medium that vanishes in the middle: the reader never sees the end", async () => {
      const spec = await downloadOf(scripted(readAndTell), { ...plain, files });

      const end = await download(platform, {
        ...spec,
        unpacked,
        source: vanishing(spec.source, 100_000),
      });

      expect(end).toEqual({
        taken: null,
        failure: {
          kind: "problem",
          problem: {
            code: "file-unreadable",
            message: '"a.mender" could not be read to its end: the medium failed.',
            at: { file: "a.mender" },
            got: "EIO",
            hint: "Check that the medium is there and that the file may be read, then try again.",
          },
        },
      });
      expect(read(spec, "tmp/whole")).toBeNull();
      expect(existsSync(join(spec.workDir, "tmp/saw-the-end"))).toBe(false);
      expectTidy(spec);
    });

    test("a reader in a session of its own does not see the end either", async () => {
      const spec = await downloadOf(
        scripted(
          `s=$(cat stream-next); setsid sh -c "cat $s >/dev/null; touch tmp/saw-the-end" & wait; sleep 60`,
        ),
        { ...plain, files },
      );

      const end = await download(platform, {
        ...spec,
        unpacked,
        source: vanishing(spec.source, 100_000),
      });

      expect(end).toMatchObject({ failure: { problem: { code: "file-unreadable" } } });
      expect(existsSync(join(spec.workDir, "tmp/saw-the-end"))).toBe(false);
      expectTidy(spec);
    });
  },
);

describe("being told to end", () => {
  test.each([
    ["before it opens a pipe", "touch tmp/ready; sleep 86400"],
    ["while it reads", 's=$(cat stream-next); exec 3<"$s"; touch tmp/ready; sleep 86400'],
    [
      "although it says that all is well",
      "trap 'exit 0' TERM; touch tmp/ready; sleep 86400 & wait",
    ],
  ])("ends the Interface %s", async (_, body) => {
    const stop = new AbortController();
    const spec = await downloadOf(scripted(body), {
      files: [{ name: "image.bin", content: Buffer.alloc(2 ** 20, "x") }],
    });
    const ending = download(platform, { ...spec, signal: stop.signal });
    while (!existsSync(join(spec.workDir, "tmp/ready"))) await platform.clock.sleep(5);

    stop.abort();

    expect(await ending).toEqual({ taken: null, failure: { kind: "interrupted" } });
    expectTidy(spec);
  });
});

test.each(["Yes", "No"] as const)(
  "being told to end does not wait for a medium that has hung up (NeedsUnpackedArtifact=%s)",
  async (unpacked) => {
    const stop = new AbortController();
    const spec = await downloadOf(scripted(readAll), {
      files: [{ name: "image.bin", content: Buffer.alloc(2 ** 20, "x") }],
    });
    const source: ByteSource = {
      ...spec.source,
      async *read(offset, length) {
        yield* spec.source.read(offset, Math.min(length, 4096));
        stop.abort();
        await new Promise<never>(() => {});
      },
    };

    const end = await download(platform, { ...spec, source, unpacked, signal: stop.signal });

    expect(end).toEqual({ taken: null, failure: { kind: "interrupted" } });
    expectTidy(spec);
  },
);

test.each(["Yes", "No"] as const)(
  "what is lent reaches the Interface unspoilt (NeedsUnpackedArtifact=%s)",
  async (unpacked) => {
    const content = randomBytes(3_000_000);
    const files = [
      { name: "image.bin", content },
      { name: "notes.txt", content: "small" },
    ];
    const spec = await downloadOf(scripted(readAll), { files });
    const source = memorySource("a.mender", await bytesOf(spec.source), 5000);

    const end = await download(platform, { ...spec, source, unpacked });

    expect(end).toEqual({ failure: null, taken: "streams" });
    const wanted =
      unpacked === "No" ? await bytesOf(source) : Buffer.concat([content, Buffer.from("small")]);
    expect(wanted.equals(readFileSync(join(spec.workDir, "tmp/all")))).toBe(true);
  },
);

test("an Interface that stops at the first byte of a whole Artifact holds up nothing", async () => {
  const files = [{ name: "image.bin", content: randomBytes(3_000_000) }];
  const body = 'read -r s <stream-next; head -c1 "$s" >tmp/all; exit 3';
  const spec = await downloadOf(scripted(body), { files });

  expect(await download(platform, { ...spec, unpacked: "No" })).toEqual({
    failure: { kind: "exited", code: 3 },
    taken: null,
  });
  expectTidy(spec);
});

test("a work dir that is gone fails the state", async () => {
  const spec = await downloadOf(fixtureInterface("behaving/reads-streams"));
  const workDir = join(spec.workDir, "version");
  writeFileSync(workDir, "1\n");

  expect(await download(platform, { ...spec, workDir })).toMatchObject({
    taken: null,
    failure: { kind: "problem", problem: { code: "payload-not-delivered" } },
  });
});

test("who cannot note down that it was started gets his error, and nobody is left", async () => {
  const full = new FileError("ENOSPC", "journal", "no space left on device");
  const spec = await downloadOf(scripted(`${readAll}; sleep 86400`));

  const ending = download(platform, {
    ...spec,
    onStarted: () => {
      throw full;
    },
  });

  await expect(ending).rejects.toBe(full);
  expectTidy(spec);
});

/** A medium that is pulled out after so many bytes. */
function vanishing(source: ByteSource, after: number): ByteSource {
  return {
    ...source,
    async *read(offset, length) {
      yield* source.read(offset, Math.min(length, after));
      throw new FileError("EIO", source.name, "the medium failed");
    },
  };
}

async function bytesOf(source: ByteSource): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source.read(0, source.size)) pieces.push(piece);
  return Buffer.concat(pieces);
}
