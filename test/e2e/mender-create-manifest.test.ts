import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { needs } from "../support/needs.ts";
import { type Ran, runProgram } from "../support/program.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { inTier, widening } from "../support/tier.ts";

interface Desk {
  readonly path: (name: string) => string;
  /** `artifact create-manifest` in the directory. */
  readonly create: (...args: readonly string[]) => Ran;
  readonly mender: (...args: readonly string[]) => {
    readonly status: number | null;
    readonly said: string;
  };
}

/** A directory with the seed's Manifest `v2.yaml` and its bundle `v2.tar`. */
function desk(env: Readonly<Record<string, string>> = {}): Desk {
  const directory = scratchDirectory();
  const path = (name: string) => join(directory, name);
  const seed = resolve("fixtures/systems/seed");
  copyFileSync(join(seed, "manifest-v2.yaml"), path("v2.yaml"));
  copyFileSync(resolve("fixtures/bundles/seed-v2.tar"), path("v2.tar"));
  return {
    path,
    create: (...args) =>
      runProgram(["artifact", "create-manifest", ...args], { cwd: directory, env }),
    mender: (...args) => {
      const { status, stdout, stderr } = spawnSync("mender-artifact", args, { encoding: "utf8" });
      return { status, said: `${stdout}${stderr}` };
    },
  };
}

describe.skipIf(!needs("mender-artifact"))("artifact create-manifest", () => {
  test.each(["v2.yaml", "v2.tar"])("wraps %s so that mender-artifact accepts it", (payload) => {
    const { create, mender, path } = desk();
    const { exit, stdout, stderr } = create(payload, "-o", "v2.mender");
    expect([exit, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(
      /^v2\.mender: Artifact "system-core-v2" for gateway-with-two-rtos, [\d.]+ KiB\n$/,
    );
    const validated = mender("validate", path("v2.mender"));
    expect([validated.status, validated.said]).toEqual([
      0,
      expect.stringContaining("validated successfully"),
    ]);
    const { said } = mender("read", path("v2.mender"));
    for (const fact of [
      "Name: system-core-v2",
      "Compatible devices: '[gateway-with-two-rtos]'",
      "Type:   mender-orchestrator-manifest",
      "data-partition.mender-orchestrator-manifest.version: system-core-v2",
      'Clears Provides: ["data-partition.mender-orchestrator-manifest.*"]',
      `name:     ${payload}`,
    ]) {
      expect(said).toContain(fact);
    }
  });

  test(
    "makes the same file from the same input",
    widening(() => {
      const { create, path } = desk();
      create("v2.tar", "-o", "one.mender");
      create("v2.tar", "-o", "two.mender");
      expect(readFileSync(path("one.mender"))).toEqual(readFileSync(path("two.mender")));
    }),
  );

  test("takes name, version and System type from the command line", () => {
    const { create, mender, path } = desk();
    const named = ["-n", "release-7", "--software-version", "7.0"];
    const typed = [
      "--system-type",
      "gateway-with-two-rtos",
      "--system-type",
      "gateway-with-two-rtos",
    ];
    expect(create("v2.yaml", "-o", "v2.mender", ...named, ...typed).exit).toBe(0);
    const { said } = mender("read", path("v2.mender"));
    expect(said).toContain("Name: release-7\n");
    expect(said).toContain("Compatible devices: '[gateway-with-two-rtos]'");
    expect(said).toContain("data-partition.mender-orchestrator-manifest.version: 7.0\n");
  });

  test(
    "takes a type that the Manifest does not list with --recovery",
    widening(() => {
      const { create, mender, path } = desk();
      const recovery = ["--recovery", "--system-type", "raspberrypi5"];
      expect(create("v2.yaml", "-o", "v2.mender", ...recovery)).toMatchObject({
        exit: 0,
        stderr: "",
      });
      expect(mender("read", path("v2.mender")).said).toContain(
        "Compatible devices: '[raspberrypi5]'",
      );
    }),
  );

  test("gives the payload a name that every reader takes", () => {
    const { create, mender, path } = desk();
    const odd = `two words ${"x".repeat(120)}.yml`;
    copyFileSync(path("v2.yaml"), path(odd));
    copyFileSync(path("v2.tar"), path("bundle"));
    expect([create(odd, "-o", "a.mender").exit, create("bundle", "-o", "b.mender").exit]).toEqual([
      0, 0,
    ]);
    expect(mender("validate", path("a.mender")).status).toBe(0);
    expect(mender("read", path("b.mender")).said).toContain("name:     bundle.tar\n");
  });

  test("signs with a key file", () => {
    const { create, mender, path } = desk();
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    writeFileSync(path("key"), privateKey.export({ type: "pkcs8", format: "pem" }));
    writeFileSync(path("key.pub"), publicKey.export({ type: "spki", format: "pem" }));
    expect(create("v2.tar", "-o", "v2.mender", "--key", "key").exit).toBe(0);
    expect(mender("validate", "-k", path("key.pub"), path("v2.mender")).status).toBe(0);
  });

  test("has mender-artifact sign with a key of a token, and leaves nothing else behind", () => {
    const bin = scratchDirectory();
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    writeFileSync(join(bin, "key"), privateKey.export({ type: "sec1", format: "pem" }));
    writeFileSync(join(bin, "key.pub"), publicKey.export({ type: "spki", format: "pem" }));
    // No token is in reach of a test: its key is a file here, and the rest is the real program.
    const real = (process.env["PATH"] ?? "")
      .split(":")
      .map((part) => join(part, "mender-artifact"))
      .find(existsSync);
    writeFileSync(
      join(bin, "mender-artifact"),
      `#!/bin/sh\n[ "$2 $3" = "--key-pkcs11 pkcs11:object=k" ] || exit 9\nshift 3\nexec ${real} sign -k "${bin}/key" "$@"\n`,
    );
    chmodSync(join(bin, "mender-artifact"), 0o755);
    const { create, mender, path } = desk({ PATH: `${bin}:${process.env["PATH"] ?? ""}` });
    mkdirSync(path("out"));
    const call = create("v2.tar", "-o", "out/v2.mender", "--key-pkcs11", "pkcs11:object=k");
    expect([call.exit, call.stderr]).toEqual([0, ""]);
    expect(mender("validate", "-k", join(bin, "key.pub"), path("out/v2.mender")).status).toBe(0);
    expect(readdirSync(path("out"))).toEqual(["v2.mender"]);
  });

  test("tells what mender-artifact says where it cannot reach the token, without the PIN", () => {
    const { create, path } = desk();
    mkdirSync(path("out"));
    const uri = "pkcs11:object=k?pin-value=1234";
    const call = create("v2.tar", "-o", "out/v2.mender", "--key-pkcs11", uri);
    expect(call.exit).toBe(15);
    expect(call.stderr).toMatch(
      /^error: mender-artifact, which reaches the key store, has not signed the Artifact\. \[signing-failed\]\n {2}expected: exit status 0\n {2}found: exit status \d+: .+\n {2}hint: (?:See that mender-artifact reaches the store|Install the engine by which .+), or give a key file with --key\.\n$/,
    );
    expect(call.stderr).not.toContain("1234");
    expect(readdirSync(path("out"))).toEqual([]);
  });
});

describe("artifact create-manifest refuses", () => {
  test("a Manifest that is not valid, with all its problems", () => {
    const { create, path } = desk();
    writeFileSync(path("bad.yaml"), "api_version: mender/v1\nkind: manifest\n");
    const call = create("bad.yaml", "-o", "v2.mender");
    expect([call.exit, call.stdout]).toEqual([11, ""]);
    expect(call.stderr).toContain("bad.yaml:");
    expect(existsSync(path("v2.mender"))).toBe(false);
  });

  test("a System type that the Manifest is not for", () => {
    const { create } = desk();
    const call = create("v2.yaml", "-o", "v2.mender", "--system-type", "toaster");
    expect([call.exit, call.stderr]).toEqual([
      11,
      `error: The System type "toaster" is none that the Manifest is for. [wrong-value]
  expected: gateway-with-two-rtos
  found: toaster
  hint: Correct --system-type, or add the type to system_types_compatible; for devices that tell their plain device type, add --recovery.
`,
    ]);
  });

  test(
    "--recovery without a type, or with a Manifest that the device could not check",
    widening(() => {
      const { create, path } = desk();
      const typeless = create("v2.yaml", "-o", "v2.mender", "--recovery");
      expect([typeless.exit, typeless.stderr]).toEqual([
        11,
        `error: --recovery does not say for which devices the Artifact is. [missing-field]
  expected: --system-type with the type that they tell the Server
  hint: Give the device type of the System device; see docs/mender-client.md.
`,
      ]);
      const manifest = readFileSync(path("v2.yaml"), "utf8");
      writeFileSync(path("any.yaml"), manifest.replace(/^system_types_compatible.*\n/m, ""));
      const unchecked = create("any.yaml", "-o", "v2.mender", "--recovery", "--system-type", "rpi");
      expect([unchecked.exit, unchecked.stderr]).toEqual([
        11,
        expect.stringContaining("system_types_compatible"),
      ]);
      expect(existsSync(path("v2.mender"))).toBe(false);
    }),
  );

  test("a bundle in which a byte has changed", () => {
    const { create, path } = desk();
    const bundle = readFileSync(path("v2.tar"));
    bundle.write("yes", bundle.indexOf("YES"));
    writeFileSync(path("v2.tar"), bundle);
    expect(create("v2.tar", "-o", "v2.mender").exit).toBe(12);
    expect(existsSync(path("v2.mender"))).toBe(false);
  });

  test(
    "an Artifact, and a bundle that is compressed",
    widening(() => {
      const { create, path } = desk();
      create("v2.yaml", "-o", "v2.mender");
      spawnSync("gzip", ["-k", path("v2.tar")]);
      for (const file of ["v2.mender", "v2.tar.gz"]) {
        const call = create(file, "-o", "again.mender");
        expect([call.exit, call.stderr]).toEqual([
          11,
          `${file}: error: "${file}" is neither a Manifest nor an uncompressed bundle. [wrong-value]
  hint: Give the Manifest, or what bundle create has made.
`,
        ]);
      }
    }),
  );

  test("to write over what it reads, which would be lost", () => {
    const { create, path } = desk();
    const bundle = readFileSync(path("v2.tar"));
    symlinkSync("v2.tar", path("link"));
    for (const output of ["v2.tar", path("v2.tar"), "link"]) {
      const call = create("v2.tar", "-o", output);
      expect([call.exit, call.stderr]).toEqual([
        10,
        `error: "${output}" is the file that is read, and would be lost. [output-misplaced]
  expected: another file to write
  found: ${output}
  hint: Give the output another name.
`,
      ]);
    }
    expect(readFileSync(path("v2.tar"))).toEqual(bundle);
    const manifest = readFileSync(path("v2.yaml"));
    const args = ["bundle", "create", "--manifest", path("v2.yaml"), "-o", path("v2.yaml")];
    expect(runProgram(args).exit).toBe(10);
    expect(readFileSync(path("v2.yaml"))).toEqual(manifest);
  });

  test.each(inTier(["a\nb"], ["", "a\nb", " 1"]))(
    "the version %j, which nobody could read as one line",
    (version) => {
      const { create, path } = desk();
      const call = create("v2.yaml", "-o", "v2.mender", "--software-version", version);
      expect(call.exit).toBe(11);
      expect(call.stderr).toContain(
        `  expected: 1 to 256 characters, no control characters, no blanks at the ends
  hint: Correct --software-version, or leave it out: then it is the Artifact's name.
`,
      );
      expect(existsSync(path("v2.mender"))).toBe(false);
    },
  );

  test("a key store that cannot be reached, and says what helps", () => {
    const bin = scratchDirectory();
    const { create, path } = desk({ PATH: bin });
    const uri = "pkcs11:object=k";
    const hintOf = ({ stderr }: Ran) => /\n {2}hint: (.*)\n$/.exec(stderr)?.[1];
    expect(hintOf(create("v2.yaml", "-o", "v2.mender", "--key-pkcs11", uri))).toBe(
      "Install mender-artifact, or give a key file with --key.",
    );
    const complaints = {
      "PKCS#11: failed to load private key: PKCS#11 URI prefix not found":
        'The URI of a key in a token begins with "pkcs11:". A key in a file is given with --key.',
      "PKCS#11: failed to load private key: engine pkcs11 missing":
        "Install the engine by which OpenSSL reaches tokens (Debian: libengine-pkcs11-openssl), or give a key file with --key.",
      "signer: error connecting to KMS: google: could not find default credentials.":
        "Log in to Google's KMS first (GOOGLE_APPLICATION_CREDENTIALS names the file), or give a key file with --key.",
      "x509: failed to parse private key (use ParsePKCS8PrivateKey instead for this key format)":
        "This mender-artifact takes RSA keys only as `openssl rsa -traditional` writes them. --key takes the key as it is.",
      "the token is locked":
        "See that mender-artifact reaches the store, or give a key file with --key.",
    };
    for (const [said, hint] of Object.entries(complaints)) {
      const script = `#!/bin/sh\necho "Can not use signing key provided: ${said}" >&2\nexit 1\n`;
      writeFileSync(join(bin, "mender-artifact"), script);
      chmodSync(join(bin, "mender-artifact"), 0o755);
      expect(hintOf(create("v2.yaml", "-o", "v2.mender", "--key-pkcs11", uri))).toBe(hint);
    }
    expect(existsSync(path("v2.mender"))).toBe(false);
  });

  test("two keys at once", () => {
    const { create } = desk();
    const call = create("v2.yaml", "-o", "x.mender", "--key", "k", "--key-pkcs11", "pkcs11:k");
    expect(call.exit).toBe(10);
    expect(call.stderr).toContain("--key-pkcs11");
  });
});
