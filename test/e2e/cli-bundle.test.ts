import { copyFileSync, existsSync, readFileSync, rmSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { needs } from "../support/needs.ts";
import { type SeedProgram, seedProgram, v2 } from "../support/seed-program.ts";
import { makeKeys, signArtifacts, trustKey } from "../support/signing-keys.ts";
import { widening } from "../support/tier.ts";

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
});
afterEach(() => {
  system.remove();
});

/** What `bundle create` makes of the seed's Manifest. */
const committed = "fixtures/bundles/seed-v2.tar";

const create = (into: string, ...more: readonly string[]) =>
  system.run(["bundle", "create", "--manifest", "manifest-v2.yaml", "-o", into, ...more]);

describe("bundle", () => {
  test("create makes the same bytes every time", () => {
    expect(create("a.tar")).toEqual({
      exit: 0,
      signal: null,
      stdout: `a.tar: "system-core-v2" with 2 Artifacts, not signed, 16.0 KiB\n`,
      stderr: "",
    });
    // The committed one was made long ago.
    expect(readFileSync(system.path("a.tar"))).toEqual(readFileSync(committed));
  });

  test(
    "create packs stepping stones, too",
    widening(() => {
      const args = ["bundle", "create", "--manifest", "manifest-v3.yaml", "-o", "v3.tar", "--json"];
      expect(JSON.parse(system.run(args).stdout)).toMatchObject({
        type: "bundle-created",
        manifest: "system-core-v3",
        artifacts: [
          "artifacts/gateway-v3.mender",
          "artifacts/gateway-v2.mender",
          "artifacts/rtos-v3.mender",
          "artifacts/rtos-v2.mender",
        ],
        signed: false,
      });
      expect(system.run(["install", "v3.tar"]).exit).toBe(0);
      expect(system.versions()).toEqual(["gateway-v3", "rtos-v3", "rtos-v3"]);
    }),
  );

  test("inspect and verify tell what is in it", () => {
    copyFileSync(committed, system.path("b.tar"));
    const content = `b.tar: a bundle, not signed, 2 Artifacts
  manifest.yaml  (1.3 KiB)
  artifacts/gateway-v2.mender  5.0 KiB  gateway-v2  gateway  depends on device_type: gateway
  artifacts/rtos-v2.mender     5.0 KiB  rtos-v2     rtos     depends on device_type: rtos
`;
    expect(system.run(["bundle", "inspect", "b.tar"])).toMatchObject({ exit: 0, stdout: content });
    expect(system.run(["bundle", "verify", "b.tar"])).toMatchObject({
      exit: 0,
      stdout: `${content}Every sum is right, and every Artifact is whole.\n`,
    });
  });

  test("extract gives back what went in", () => {
    copyFileSync(committed, system.path("b.tar"));
    expect(system.run(["bundle", "extract", "b.tar", "-C", "out"]).exit).toBe(0);
    expect(readFileSync(system.path("out/manifest.yaml"))).toEqual(
      readFileSync(system.path("manifest-v2.yaml")),
    );
    expect(readFileSync(system.path("out/artifacts/rtos-v2.mender"))).toEqual(
      readFileSync(system.path("artifacts/rtos-v2.mender")),
    );
    expect(system.run(["bundle", "extract", "b.tar", "-C", "out"])).toMatchObject({ exit: 11 });
  });

  test("is never made in the place of what goes into it", () => {
    const inputs = [
      ["manifest-v2.yaml", "the file"],
      ["artifacts/gateway-v2.mender", "an Artifact"],
    ] as const;
    for (const [input, what] of inputs) {
      const before = readFileSync(system.path(input));
      for (const more of [[], ["--thin"]]) {
        const { exit, stderr } = create(input, ...more);
        expect(exit).toBe(10);
        expect(stderr).toContain(`"${input}" is ${what} that is read, and would be lost.`);
      }
      expect(readFileSync(system.path(input))).toEqual(before);
    }
  });

  test("without its Artifacts is not made", () => {
    const { exit, stderr } = system.run([
      "bundle",
      "create",
      "--manifest",
      "nothing/manifest.yaml",
    ]);
    expect(exit).toBe(11);
    expect(stderr).toContain(`"nothing/manifest.yaml" cannot be read`);
  });
});

describe.skipIf(!needs("openssl"))("a signed bundle", () => {
  beforeEach(() => {
    makeKeys(system.directory, "mine", "theirs");
  });

  test(
    "is never made in the place of the key that signs it",
    widening(() => {
      const before = readFileSync(system.path("mine.pem"));
      expect(create("mine.pem", "--key", "mine.pem").exit).toBe(10);
      expect(readFileSync(system.path("mine.pem"))).toEqual(before);
    }),
  );

  test("is verified with its key and refused with another", () => {
    expect(create("b.tar", "--key", "mine.pem").stdout).toContain(", signed, ");
    expect(system.run(["bundle", "verify", "b.tar", "--key", "mine.pub"])).toMatchObject({
      exit: 0,
    });
    const other = system.run(["bundle", "verify", "b.tar", "--key", "theirs.pub"]);
    expect(other.exit).toBe(12);
    expect(other.stderr).toContain("[bundle-signature]");
  });

  test(
    "can be signed afterwards, and is then the same as one that was signed at once",
    widening(() => {
      copyFileSync(committed, system.path("later.tar"));
      const signed = system.run(["bundle", "sign", "later.tar", "--key", "mine.pem"]);
      expect(signed.exit).toBe(0);
      expect(signed.stdout).toMatch(/^later\.tar: signed with "mine\.pem", \d+\.\d KiB\n$/);
      const verified = system.run(["bundle", "verify", "later.tar", "--key", "mine.pub", "--json"]);
      expect(JSON.parse(verified.stdout)).toMatchObject({ signed: true, verified_by: "mine.pub" });
      expect(system.run(["install", "later.tar"]).exit).toBe(0);
      expect(system.versions()).toEqual(v2);
    }),
  );

  const trust = (key: string) => trustKey(system, key);

  test(
    "is verified with the configured keys as an install does, unless others are given",
    widening(() => {
      create("b.tar", "--key", "mine.pem");
      copyFileSync(committed, system.path("unsigned.tar"));
      trust("mine");
      const verify = (bundle: string, ...more: readonly string[]) => {
        const { exit, stdout, stderr } = system.run(["bundle", "verify", bundle, ...more]);
        return { exit, stdout, codes: stderr.match(/\[[a-z-]+\]/g) };
      };
      const [none, unsigned] = [{ exit: 12, stdout: "" }, "[artifact-unsigned]"];
      expect(verify("unsigned.tar")).toEqual({ ...none, codes: ["[bundle-unsigned]"] });
      expect(verify("b.tar")).toEqual({ ...none, codes: [unsigned, unsigned] });
      expect(verify("b.tar", "--key", "mine.pub")).toMatchObject({ exit: 0, codes: null });
      trust("theirs");
      expect(verify("b.tar")).toEqual({ ...none, codes: ["[bundle-signature]"] });
    }),
  );

  test.skipIf(!needs("mender-artifact"))(
    "is sound where its Artifacts are signed as well",
    widening(() => {
      signArtifacts(system.directory, "mine");
      create("b.tar", "--key", "mine.pem");
      trust("mine");
      const { exit, stdout, stderr } = system.run(["bundle", "verify", "b.tar"]);
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
      expect(stdout).toContain(`signed by "${system.path("mine.pub")}", 2 Artifacts\n`);
    }),
  );

  const extract = (bundle: string, ...more: readonly string[]) =>
    system.run(["bundle", "extract", bundle, "-C", "out", ...more]);

  test("is unpacked only where the keys that are given or configured have signed it", () => {
    create("b.tar", "--key", "mine.pem");
    copyFileSync(committed, system.path("unsigned.tar"));
    const refusals = () => [
      extract("b.tar", "--key", "theirs.pub"),
      extract("unsigned.tar", "--key", "mine.pub"),
    ];
    const codes = ["[bundle-signature]", "[bundle-unsigned]"];
    for (const [index, { exit, stdout, stderr }] of refusals().entries()) {
      expect({ exit, stdout }).toEqual({ exit: 12, stdout: "" });
      expect(stderr).toContain(codes[index]);
    }
    trust("theirs");
    expect(extract("b.tar").stderr).toContain("[bundle-signature]");
    trust("mine");
    expect(extract("unsigned.tar").stderr).toContain("[bundle-unsigned]");
    expect(existsSync(system.path("out"))).toBe(false);
    expect(extract("b.tar").exit).toBe(0);
    rmSync(system.path("out"), { recursive: true });
    trust("theirs");
    expect(extract("b.tar", "--key", "theirs.pub", "--key", "mine.pub").exit).toBe(0);
  });
});
