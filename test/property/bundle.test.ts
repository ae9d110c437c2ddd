import { generateKeyPairSync } from "node:crypto";
import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  readSigningKey,
  readVerifyKey,
  type SigningKey,
  type VerifyKey,
} from "../../src/artifact/keys.ts";
import { openBundle } from "../../src/bundle/bundle.ts";
import { createBundle } from "../../src/bundle/create.ts";
import { wrongSums } from "../../src/bundle/sums.ts";
import { verifyBundle } from "../../src/bundle/verify.ts";
import { exitCode } from "../../src/core/exit-code.ts";
import { exitOf } from "../../src/core/problem.ts";
import type { Result } from "../../src/core/result.ts";
import { buildArtifact, tar } from "../support/artifacts.ts";
import { collect, memorySource } from "../support/byte-sources.ts";
import { buildBundle, manifestText } from "../support/bundles.ts";
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

function refusedInOrder(result: Result<unknown>): boolean {
  return (
    !result.ok &&
    [exitCode.invalid, exitCode.untrusted].some((code) => code === exitOf(result.problems))
  );
}

describe.each([
  ["signed", signing, [key]],
  ["unsigned", null, []],
])("a %s bundle with any byte changed", (_, with_, keys) => {
  let sound: Uint8Array;
  beforeAll(async () => {
    sound = await buildBundle(with_);
  });

  it("is refused with exit 11 or 12", { timeout: fuzzingTimeout() }, async () => {
    await fc.assert(
      fc.asyncProperty(mutations(sound.length), async (list) => {
        const bytes = mutate(sound, list);
        const verified = await verifyBundle(memorySource("b", bytes), {
          bundle: keys,
          artifacts: [],
        });
        // A mutation may change nothing, or make a tar packed by hand of it, which is refused only where keys are.
        const harmless =
          verified.ok &&
          (Buffer.compare(bytes, sound) === 0 ||
            (verified.value.bundle.plain && keys.length === 0));
        expect(harmless || refusedInOrder(verified)).toBe(true);
      }),
      fuzzing(300),
    );
  });
});

describe("a signed bundle whose Artifacts are summed as they lie", () => {
  it("is never taken for sound with any byte changed", { timeout: fuzzingTimeout() }, async () => {
    const sound = await buildBundle(signing);
    await fc.assert(
      fc.asyncProperty(mutations(sound.length), async (list) => {
        const bytes = mutate(sound, list);
        const source = memorySource("b", bytes);
        const opened = await openBundle(source, [key]);
        const areVouched =
          opened.ok && opened.value.entries.every(({ vouched }) => vouched !== null);
        const isTaken = areVouched && (await wrongSums(opened.value, source)).length === 0;
        expect(isTaken).toBe(Buffer.compare(bytes, sound) === 0);
      }),
      fuzzing(300),
    );
  });
});

describe("a damaged tar packed by hand", () => {
  it(
    "is refused in order, or every Artifact in it is sound",
    { timeout: fuzzingTimeout() },
    async () => {
      const sound = await tar([
        { name: "manifest.yaml", content: manifestText },
        { name: "a.mender", content: await buildArtifact() },
      ]);
      await fc.assert(
        fc.asyncProperty(mutations(sound.length), async (list) => {
          const source = memorySource("b", mutate(sound, list), 999);
          const opened = await openBundle(source, []);
          const verified = await verifyBundle(source, { bundle: [], artifacts: [] });
          expect(refusedInOrder(verified) || (verified.ok && opened.ok)).toBe(true);
        }),
        fuzzing(300),
      );
    },
  );
});

describe("whatever is put into a bundle", () => {
  it(
    "is in it again, under its name, whatever the order",
    { timeout: fuzzingTimeout() },
    async () => {
      const artifact = await buildArtifact();
      const part = fc.string({
        unit: fc.constantFrom("a", "Z", "é", "漢", "-", " ", "."),
        minLength: 1,
        maxLength: 90,
      });
      const name = fc
        .array(part, { minLength: 1, maxLength: 4 })
        .map((parts) => `x/${parts.map((each) => `n${each}`).join("/")}`);
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(name, { maxLength: 5 }),
          fc.uint8Array({ maxLength: 1500 }),
          async (names, manifest) => {
            const inputs = names.map((entry) => ({ entry, source: memorySource(entry, artifact) }));
            const build = async (artifacts: typeof inputs) =>
              collect(valueOf(await createBundle({ manifest, artifacts, key: null })).chunks);
            const bytes = await build(inputs);

            expect(await build(inputs.toReversed())).toEqual(bytes);
            const { bundle } = valueOf(
              await verifyBundle(memorySource("b", bytes), { bundle: [], artifacts: [] }),
            );
            expect(bundle.manifest.bytes).toEqual(manifest);
            expect(bundle.entries.map((entry) => entry.name)).toEqual(names.toSorted());
          },
        ),
        fuzzing(100),
      );
    },
  );
});
