import { generateKeyPairSync } from "node:crypto";
import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { ArtifactError } from "../../src/artifact/artifact-error.ts";
import { readArtifact } from "../../src/artifact/artifact.ts";
import {
  readSigningKey,
  readVerifyKey,
  sign,
  type SigningKey,
  type VerifyKey,
} from "../../src/artifact/keys.ts";
import { matches } from "../../src/artifact/matching.ts";
import { streamPayload } from "../../src/artifact/payload.ts";
import type { Artifact } from "../../src/artifact/types.ts";
import { verifyArtifact } from "../../src/artifact/verify.ts";
import type { ByteSource } from "../../src/platform/types.ts";
import {
  type ArtifactParts,
  buildArtifact,
  sha256,
  soundArtifact,
  tar,
} from "../support/artifacts.ts";
import { collect, memorySource } from "../support/byte-sources.ts";
import { fuzzing, fuzzingTimeout } from "../support/fuzzing.ts";
import { mutate, mutations } from "../support/mutations.ts";
import { valueOf } from "../support/results.ts";

const pair = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const signing: SigningKey = valueOf(
  readSigningKey({
    name: "k",
    pem: Buffer.from(pair.privateKey.export({ type: "pkcs8", format: "pem" })),
  }),
);
const key: VerifyKey = valueOf(
  readVerifyKey({
    name: "k",
    pem: Buffer.from(pair.publicKey.export({ type: "spki", format: "pem" })),
  }),
);

function signed(changes: Partial<ArtifactParts>): Promise<Uint8Array> {
  return buildArtifact({
    ...changes,
    entries: ([version, manifest, ...rest]) =>
      version === undefined || manifest === undefined
        ? []
        : [
            version,
            manifest,
            { name: "manifest.sig", content: sign(Buffer.from(manifest.content), signing) },
            ...rest,
          ],
  });
}

const plain = {
  compress: (bytes: Uint8Array) => bytes,
  headerName: "header.tar",
  dataName: "data/0000.tar",
};
const files = [
  { name: "image.bin", content: "the new gateway ".repeat(100) },
  { name: "notes.txt", content: "notes" },
];

const signedTexts = files.map(({ content }) => content);
const signedFiles = files.map(({ name, content }) => ({
  name,
  size: content.length,
  sha256: sha256(content),
}));

describe.each([
  ["uncompressed", { ...plain, files }],
  ["gzip", { files }],
])("a damaged %s Artifact", (_, changes) => {
  let sound: Uint8Array;
  let artifact: Artifact;
  beforeAll(async () => {
    sound = await signed(changes);
    artifact = valueOf(await readArtifact(memorySource("a", sound), [key]));
  });

  it("is refused in order, or is what was signed", { timeout: fuzzingTimeout() }, async () => {
    await fc.assert(
      fc.asyncProperty(
        mutations(sound.length),
        fc.constantFrom(1, 511, 4096),
        async (list, piece) => {
          const bytes = mutate(sound, list);
          const verified = await verifyArtifact(memorySource("a", bytes, piece), [key]);
          // Where it is accepted, it says what the sound one says.
          const said = verified.ok ? verified.value : { artifact, files: signedFiles };
          expect(said.artifact).toEqual(artifact);
          expect(said.files).toEqual(signedFiles);
        },
      ),
      fuzzing(300),
    );
  });

  it(
    "streams the payload that was signed, or throws an ArtifactError",
    { timeout: fuzzingTimeout() },
    async () => {
      await fc.assert(
        fc.asyncProperty(mutations(sound.length), async (list) => {
          const source = memorySource("a", mutate(sound, list), 700);
          const unpacked = await outcome(unpack(source, artifact));
          expect(unpacked ?? signedTexts).toEqual(signedTexts);
        }),
        fuzzing(200),
      );
    },
  );
});

async function unpack(source: ByteSource, artifact: Artifact): Promise<readonly string[]> {
  const texts: string[] = [];
  for await (const { content } of streamPayload(source, artifact)) {
    texts.push(Buffer.from(await collect(content)).toString());
  }
  return texts;
}

/** What came out; null for an ArtifactError. Anything else that is thrown is a bug. */
async function outcome<T>(run: Promise<T>): Promise<T | null> {
  try {
    return await run;
  } catch (error) {
    if (error instanceof ArtifactError) return null;
    throw error;
  }
}

describe("a header that says anything", () => {
  const text = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom("", "\n", "a=b", "__proto__", "../x", "x".repeat(300)),
  );
  const json = fc.oneof(text, fc.jsonValue({ maxDepth: 3 }), fc.constant(null));
  const map = fc.oneof(fc.dictionary(text, json, { maxKeys: 4 }), json);
  const headerInfo = fc.record(
    {
      payloads: fc.oneof(fc.array(fc.record({ type: json }), { maxLength: 2 }), json),
      artifact_provides: map,
      artifact_depends: map,
    },
    { requiredKeys: [] },
  );
  const typeInfo = fc.record(
    { type: json, artifact_provides: map, artifact_depends: map, clears_artifact_provides: json },
    { requiredKeys: [] },
  );

  it(
    "is refused in order, or gives lines that are lines",
    { timeout: fuzzingTimeout() },
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(headerInfo, json, fc.constant(soundArtifact.headerInfo)),
          fc.oneof(typeInfo, json),
          async (info, type) => {
            const bytes = await buildArtifact({ headerInfo: info ?? null, typeInfo: type ?? null });
            const read = await readArtifact(memorySource("a", bytes), []);
            if (!read.ok) return;
            const { provides, depends, name } = read.value;
            expect(provides.get("artifact_name")).toBe(name);
            for (const [each, value] of provides)
              expect(`${each}=${value}`).toMatch(/^[^\p{Cc}=]+=\P{Cc}*$/u);
            for (const values of depends.values()) expect(values.length).toBeGreaterThan(0);
          },
        ),
        fuzzing(300),
      );
    },
  );
});

describe("a header tar that is damaged, its checksum right", () => {
  it(
    "is refused in order, or says what the undamaged one says",
    { timeout: fuzzingTimeout() },
    async () => {
      const header = await tar([
        { name: "header-info", content: JSON.stringify(soundArtifact.headerInfo) },
        { name: "scripts/x", content: "#!/bin/sh\n" },
        { name: "headers/0000/type-info", content: JSON.stringify(soundArtifact.typeInfo) },
        { name: "headers/0000/meta-data", content: "{}" },
      ]);
      await fc.assert(
        fc.asyncProperty(mutations(header.length), async (list) => {
          // The first tar that is compressed is the header: it is replaced by a damaged one.
          let first = true;
          const compress = (bytes: Uint8Array) => {
            const result = first ? mutate(header, list) : bytes;
            first = false;
            return result;
          };
          const bytes = await buildArtifact({ ...plain, compress });
          const read = await readArtifact(memorySource("a", bytes), []);
          expect(read.ok || read.problems.length === 1).toBe(true);
        }),
        fuzzing(300),
      );
    },
  );
});

describe("a glob", () => {
  it("matches as the regular expression does that it stands for", () => {
    const characters = fc.string({ unit: fc.constantFrom("a", "b", ".", "*"), maxLength: 8 });
    fc.assert(
      fc.property(characters, characters, (glob, name) => {
        const expression = glob
          .split("*")
          .map((part) => part.replaceAll(".", "\\."))
          .join(".*");
        expect(matches(glob, name)).toBe(new RegExp(`^${expression}$`, "s").test(name));
      }),
      fuzzing(2000),
    );
  });
});
