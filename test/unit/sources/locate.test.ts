import { createHash, generateKeyPairSync } from "node:crypto";
import * as fs from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openBundle } from "../../../src/bundle/bundle.ts";
import { createBundle } from "../../../src/bundle/create.ts";
import { ArtifactName, ComponentType, Sha256 } from "../../../src/core/ids.ts";
import type { WantedArtifact } from "../../../src/manifest/available-artifacts.ts";
import { nodePlatform } from "../../../src/platform/node.ts";
import { locateArtifacts, missingArtifact } from "../../../src/sources/locate.ts";
import { openArtifact } from "../../../src/sources/open.ts";
import { stillThere } from "../../../src/sources/still-there.ts";
import type { Places } from "../../../src/sources/places.ts";
import { readVerifyKey } from "../../../src/artifact/keys.ts";
import { buildArtifact, soundArtifact } from "../../support/artifacts.ts";
import { collect, memorySource } from "../../support/byte-sources.ts";
import { manifestText } from "../../support/bundles.ts";
import { scratchDirectory } from "../../support/scratch.ts";
import { supplyNothing } from "../../support/supplies.ts";

const { files, decompressors } = nodePlatform();
const supply = await supplyNothing(files);

const gateway = ComponentType.parse("gateway");
const at = { file: "manifest.yaml", line: 7, column: 5 };

function wanted(reference: {
  readonly name?: string;
  readonly path?: string;
  readonly pin?: Uint8Array;
}): WantedArtifact {
  const { name, path, pin } = reference;
  return {
    type: gateway,
    role: "target",
    reference: {
      name: name === undefined ? null : ArtifactName.parse(name),
      path: path ?? null,
      pin: pin === undefined ? null : { sha256: sumOf(pin), at: pinAt },
      depends: null,
      at,
    },
  };
}

const pinAt = { file: "manifest.yaml", line: 8, column: 5 };

const sumOf = (bytes: Uint8Array) => Sha256.parse(createHash("sha256").update(bytes).digest("hex"));

/** A Manifest that came alone, from `directory`. */
function alone(directory: string): Places {
  return {
    files,
    decompressors,
    keys: [],
    bundle: null,
    beside: { path: directory, name: "" },
  };
}

/** A Manifest that came in a bundle of these Artifacts. */
async function bundled(
  directory: string,
  artifacts: Readonly<Record<string, Uint8Array>>,
): Promise<Places> {
  const created = await createBundle({
    manifest: new TextEncoder().encode(manifestText),
    artifacts: Object.entries(artifacts).map(([entry, bytes]) => ({
      entry,
      source: memorySource(entry, bytes),
    })),
    key: null,
  });
  if (!created.ok) throw new Error(created.problems[0]?.message);
  const path = join(directory, "bundle.tar");
  fs.writeFileSync(path, await collect(created.value.chunks));
  const source = memorySource(path, fs.readFileSync(path));
  const bundle = await openBundle(source, []);
  if (!bundle.ok) throw new Error(bundle.problems[0]?.message);
  return { ...alone(directory), bundle: { path, bundle: bundle.value, source } };
}

/** Where each was found, or the problems. */
async function locate(places: Places, ...all: readonly WantedArtifact[]) {
  const located = await locateArtifacts(places, all, null);
  return located.ok ? located.value.map(([found]) => found?.location ?? null) : located.problems;
}

const named = (name: string, deviceType: string, padding = 0) =>
  buildArtifact({
    headerInfo: {
      payloads: [{ type: "gateway-image" }],
      artifact_provides: { artifact_name: name },
      artifact_depends: { device_type: [deviceType] },
    },
    files: [...soundArtifact.files, { name: "padding", content: Buffer.alloc(padding) }],
    compress: (tar) => tar,
    headerName: "header.tar",
    dataName: "data/0000.tar",
  });

describe("an Artifact that the Manifest pins", () => {
  const other = (file: string, pinned: Uint8Array, got: Uint8Array) => ({
    code: "artifact-pin",
    message: `"${file}" is another Artifact than the one that the Manifest pins.`,
    at: pinAt,
    expected: `the checksum ${sumOf(pinned)}`,
    got: sumOf(got),
    hint: "Get the Artifact that was meant; or take the `sha256` out of the Manifest, and make and sign the bundle again.",
  });

  test("is the file with that checksum, and no other", async () => {
    const directory = scratchDirectory();
    const path = join(directory, "gateway-v2.mender");
    const [meant, found] = await Promise.all([
      named("gateway-v2", "gateway", 1),
      named("gateway-v2", "gateway", 2),
    ]);
    fs.writeFileSync(path, meant);
    const reference = wanted({ path: "gateway-v2.mender", pin: meant });
    expect(await locate(alone(directory), reference)).toEqual([{ kind: "file", path }]);
    fs.writeFileSync(path, found);
    expect(await locate(alone(directory), reference)).toEqual([
      other("gateway-v2.mender", meant, found),
    ]);
  });

  test("is the entry with that checksum, by its path and by its name", async () => {
    const [small, large, neither] = await Promise.all([
      named("gateway-v2", "gateway", 1),
      named("gateway-v2", "gateway", 4000),
      named("gateway-v2", "gateway", 2),
    ]);
    const places = await bundled(scratchDirectory(), {
      "small.mender": small,
      "large.mender": large,
    });
    const bundle = places.bundle?.path ?? "";
    const entry = { kind: "bundle", bundle, entry: "large.mender" };
    expect(
      await locate(
        places,
        wanted({ path: "large.mender", pin: large }),
        wanted({ name: "gateway-v2", pin: large }),
      ),
    ).toEqual([entry, entry]);
    const wrong = wanted({ name: "gateway-v2", pin: neither });
    expect(await locate(places, wrong)).toEqual([other(`${bundle}:small.mender`, neither, small)]);
  });
});

describe("of a Manifest that came alone, an Artifact", () => {
  test("is the file beside it, or at its absolute path", async () => {
    const directory = scratchDirectory();
    const path = join(directory, "artifacts", "gateway-v2.mender");
    fs.mkdirSync(join(directory, "artifacts"));
    fs.writeFileSync(path, await buildArtifact());
    expect(
      await locate(
        alone(directory),
        wanted({ path: "artifacts/gateway-v2.mender" }),
        wanted({ path, name: "gateway-v2" }),
      ),
    ).toEqual([
      { kind: "file", path },
      { kind: "file", path },
    ]);
  });

  test("that is not there, or has a name only, is nowhere", async () => {
    expect(
      await locate(
        alone(scratchDirectory()),
        wanted({ path: "gateway-v2.mender" }),
        wanted({ name: "gateway-v2" }),
      ),
    ).toEqual([null, null]);
  });

  test("that is broken or no file is told, each once", async () => {
    const directory = scratchDirectory();
    fs.writeFileSync(join(directory, "broken.mender"), "no Artifact");
    fs.mkdirSync(join(directory, "directory.mender"));
    const problems = await locate(
      alone(directory),
      wanted({ path: "broken.mender" }),
      wanted({ path: "broken.mender" }),
      wanted({ path: "directory.mender" }),
    );
    expect(problems).toMatchObject([
      { at: { file: "broken.mender" } },
      {
        code: "file-unreadable",
        message: 'The Artifact "directory.mender" cannot be read: it is a directory, not a file.',
        at,
        got: "EISDIR",
      },
    ]);
    expect(problems).toHaveLength(2);
  });
});

describe("of a Manifest in a bundle, an Artifact", () => {
  test("is the entry of its path, and a file beside the bundle only by an absolute path", async () => {
    const directory = scratchDirectory();
    const outside = join(directory, "outside.mender");
    fs.writeFileSync(outside, await buildArtifact());
    const places = await bundled(directory, { "artifacts/g.mender": await buildArtifact() });
    expect(
      await locate(
        places,
        wanted({ path: "artifacts/g.mender" }),
        wanted({ path: "outside.mender" }),
        wanted({ path: outside }),
      ),
    ).toEqual([
      { kind: "bundle", bundle: join(directory, "bundle.tar"), entry: "artifacts/g.mender" },
      null,
      { kind: "file", path: outside },
    ]);
  });

  test("is found by its name where its path leads nowhere: the smallest for this type, ties by entry", async () => {
    const directory = scratchDirectory();
    const places = await bundled(directory, {
      "artifacts/a-large.mender": await named("gateway-v2", "gateway", 5000),
      "artifacts/b-other-type.mender": await named("gateway-v2", "rtos"),
      "artifacts/c-small.mender": await named("gateway-v2", "gateway", 10),
      "artifacts/d-as-small.mender": await named("gateway-v2", "gateway", 10),
      "artifacts/e-other-name.mender": await named("gateway-v3", "gateway"),
    });
    const entry = "artifacts/c-small.mender";
    const location = { kind: "bundle", bundle: join(directory, "bundle.tar"), entry };
    expect(
      await locate(
        places,
        wanted({ name: "gateway-v2" }),
        wanted({ name: "gateway-v2", path: "elsewhere/gateway-v2.mender" }),
        wanted({ name: "gateway-v9" }),
      ),
    ).toEqual([location, location, null]);
  });

  test("is of the bundle only, where keys are configured", async () => {
    const directory = scratchDirectory();
    const outside = join(directory, "outside.mender");
    fs.writeFileSync(outside, await buildArtifact());
    const pem = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({
      type: "spki",
      format: "pem",
    });
    const key = readVerifyKey({ name: "key.pem", pem: Buffer.from(pem) });
    if (!key.ok) throw new Error("the key is no key");
    const places = await bundled(directory, {});
    expect(await locate({ ...places, keys: [key.value] }, wanted({ path: outside }))).toEqual([
      null,
    ]);
  });
});

test("what is nowhere is told with what would do", () => {
  expect(missingArtifact(wanted({ name: "gateway-v2", path: "artifacts/g.mender" }))).toEqual({
    code: "artifact-missing",
    message: 'There is no Artifact at "artifacts/g.mender" for the Component type "gateway".',
    at,
    expected:
      'that file, or an Artifact named "gateway-v2" in the bundle, in the cache or on the Mender Server',
    hint: "Put the file there, correct the path, or give a bundle that holds it.",
  });
});

describe("what was located", () => {
  const access = { files, decompressors, keys: [], supply };

  test("is opened again in a later run, a file as well as an entry", async () => {
    const directory = scratchDirectory();
    const bytes = await buildArtifact();
    fs.writeFileSync(join(directory, "g.mender"), bytes);
    await bundled(directory, { "artifacts/g.mender": bytes });
    for (const location of [
      { kind: "file", path: join(directory, "g.mender") },
      { kind: "bundle", bundle: join(directory, "bundle.tar"), entry: "artifacts/g.mender" },
    ] as const) {
      const opened = await openArtifact(access, { location }, "all");
      if (!opened.ok) throw new Error(opened.problems[0]?.message);
      const { source, artifact, close } = opened.value;
      expect(artifact.name).toBe("gateway-v2");
      expect(Buffer.from(bytes).equals(await collect(source.read(0, source.size)))).toBe(true);
      close();
    }
  });

  test("is told by its name and place where it is gone", async () => {
    const directory = scratchDirectory();
    await bundled(directory, {});
    const gone = join(directory, "stick", "bundle.tar");
    expect(
      await openArtifact(
        access,
        { location: { kind: "bundle", bundle: gone, entry: "artifacts/g.mender" } },
        "all",
      ),
    ).toEqual({
      ok: false,
      problems: [
        {
          code: "source-gone",
          message: `The file "${gone}" is needed and cannot be read: there is no such file or directory.`,
          at: { file: gone },
          got: "ENOENT",
          hint: "Put the medium or the file back where it was, or say with --from where it is now.",
        },
      ],
    });
    const bundle = join(directory, "bundle.tar");
    expect(
      await openArtifact(
        access,
        { location: { kind: "bundle", bundle, entry: "artifacts/g.mender" } },
        "all",
      ),
    ).toMatchObject({
      problems: [
        {
          code: "source-gone",
          message: `The bundle "${bundle}" does not hold "artifacts/g.mender" any more.`,
        },
      ],
    });
  });

  test("is told where another one lies in its place, in a bundle too, or none that can be read", async () => {
    const directory = scratchDirectory();
    const path = join(directory, "bundle.tar");
    const location = { kind: "bundle", bundle: path, entry: "artifacts/g.mender" } as const;
    const planned = await buildArtifact();
    await bundled(directory, { "artifacts/g.mender": planned });
    const opened = await openArtifact(access, { location }, "all");
    if (!opened.ok) throw new Error(opened.problems[0]?.message);
    opened.value.close();
    const { identity, name } = opened.value.artifact;
    const look = async (known?: typeof identity) =>
      await stillThere(access, { location, name, identity: known });
    expect(await look(identity)).toEqual([]);

    // The same name: only the bytes differ.
    const other = await buildArtifact({ files: [{ name: "g.bin", content: "something else" }] });
    await bundled(directory, { "artifacts/g.mender": other });
    expect(await look(identity)).toMatchObject([
      {
        code: "source-changed",
        message: `"${path}:artifacts/g.mender" is needed and holds another Artifact than when the deployment began.`,
        expected: `"gateway-v2", whose manifest has the checksum ${identity}`,
      },
    ]);
    // A journal of an earlier time does not know what lay there.
    expect(await look()).toEqual([]);

    await bundled(directory, { "artifacts/other.mender": planned });
    expect(await look(identity)).toMatchObject([{ code: "source-gone" }]);
    fs.writeFileSync(path, "no bundle");
    expect(await look(identity)).toMatchObject([{ code: "archive-truncated" }]);
  });
});
