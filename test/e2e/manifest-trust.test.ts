import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { needs } from "../support/needs.ts";
import { type SeedProgram, v1, v2 } from "../support/seed-program.ts";
import { type SignedSeed, signedSeed } from "../support/signed-seed.ts";
import { trustKey } from "../support/signing-keys.ts";
import { inTier, widening } from "../support/tier.ts";

const works = [needs("openssl"), needs("mender-artifact")].every(Boolean);

describe.skipIf(!works)("where verify keys are configured", () => {
  let signed: SignedSeed;
  let system: SeedProgram;
  beforeAll(() => {
    signed = signedSeed(() => {}, ["theirs"]);
  });
  afterAll(() => {
    signed.remove();
  });
  beforeEach(() => {
    system = signed.copy();
  });
  afterEach(() => {
    system.remove();
  });

  const create = (...more: readonly string[]) =>
    system.run(["bundle", "create", "--manifest", "manifest-v2.yaml", ...more]);
  const rewrite = (file: string, change: (text: string) => string) => {
    writeFileSync(system.path(file), change(readFileSync(system.path(file), "utf8")));
  };

  test("the Manifest of a signed bundle cannot be unpacked, changed and installed", () => {
    create("--key", "mine.pem", "-o", "b.tar");
    expect(system.run(["bundle", "extract", "b.tar", "-C", "out"]).exit).toBe(0);
    rewrite("out/manifest.yaml", (text) =>
      text
        .replace(/\nconstraints:[^]*/, "\n")
        .replaceAll(/( +)(artifact_path: .*)/g, "$1$2\n$1update_strategy: { order: 1 }"),
    );
    const refused = system.run(["install", "out/manifest.yaml"]);
    expect(refused.stderr).toBe(
      `out/manifest.yaml: error: The Manifest "out/manifest.yaml" is not signed, and a key is configured. [manifest-unsigned]
  expected: a bundle signed by a configured key, or a Manifest below a directory of TrustedManifestDirs
  found: the configuration of the Mender Client names no key
  hint: Sign it with \`bundle create --thin --key\`, or say --allow-unsigned-manifest if you know where it comes from.
`,
    );
    expect(refused.exit).toBe(12);
    expect(system.versions()).toEqual(v1);
    expect(system.calls()).toEqual([]);
  });

  test(
    "validate says what install would say of every signature",
    widening(() => {
      create("-o", "unsigned.tar");
      create("--key", "theirs.pem", "-o", "theirs.tar");
      create("--key", "mine.pem", "-o", "mine.tar");
      cpSync("fixtures/systems/seed/artifacts/rtos-v2.mender", system.path("unsigned.mender"));
      const said = (file: string) => {
        const { exit, stdout } = system.run(["validate", file]);
        return [exit, ...(stdout.match(/\[[a-z-]+\]/g) ?? [])];
      };
      expect(said("manifest-v2.yaml")).toEqual([12, "[manifest-unsigned]"]);
      expect(said("unsigned.tar")).toEqual([12, "[bundle-unsigned]"]);
      expect(said("theirs.tar")).toEqual([12, "[bundle-signature]"]);
      expect(said("unsigned.mender")).toEqual([12, "[artifact-unsigned]"]);
      expect(said("mine.tar")).toEqual([0]);
      expect(said("artifacts/rtos-v2.mender")).toEqual([0]);
    }),
  );

  test.each(inTier(["explain"], ["plan", "explain", "simulate"]))(
    "%s says what install would say",
    (command) => {
      const refused = system.run([command, "manifest-v2.yaml"]);
      expect(refused.exit).toBe(12);
      expect(refused.stderr).toContain("[manifest-unsigned]");
      const allowed = system.run([command, "manifest-v2.yaml", "--allow-unsigned-manifest"]);
      expect(allowed.exit).toBe(0);
    },
  );

  test("the user may allow it", () => {
    const allowed = ["install", "manifest-v2.yaml", "--allow-unsigned-manifest"];
    expect(system.run([...allowed, "--dry-run"]).exit).toBe(0);
    const installed = system.run(allowed);
    expect(installed.stderr).toContain(
      "the Manifest is not signed, and is installed because --allow-unsigned-manifest was said",
    );
    expect(installed.exit).toBe(0);
    expect(system.versions()).toEqual(v2);
  });

  test("a bundle must be signed, whatever is allowed and wherever it lies", () => {
    create("-o", "b.tar");
    trustKey(system, "mine", { TrustedManifestDirs: [system.directory] });
    const refused = system.run(["install", "b.tar", "--allow-unsigned-manifest"]);
    expect(refused.exit).toBe(12);
    expect(refused.stderr).toContain("[bundle-unsigned]");
    expect(system.versions()).toEqual(v1);
  });

  test("a thin bundle carries a signed Manifest, and its Artifacts lie beside it", () => {
    const made = create("--thin", "--pin", "--key", "mine.pem", "-o", "thin.tar");
    expect(made).toMatchObject({ exit: 0, stderr: "" });
    expect(made.stdout).toMatch(
      /^thin\.tar: "system-core-v2" without Artifacts, signed, \d\.\d KiB\n$/,
    );
    expect(system.run(["bundle", "verify", "thin.tar"])).toMatchObject({ exit: 0, stderr: "" });
    expect(system.run(["install", "thin.tar"]).exit).toBe(0);
    expect(system.versions()).toEqual(v2);
  });

  test("Artifacts that were exchanged in a signed bundle are not trusted, whatever else is wrong then", () => {
    create("--key", "mine.pem", "-o", "b.tar");
    const bytes = readFileSync(system.path("b.tar"));
    const artifacts = ["gateway-v2", "rtos-v2"].map((name) => {
      const artifact = readFileSync(system.path(`artifacts/${name}.mender`));
      return { artifact, at: bytes.indexOf(artifact) };
    });
    const [gateway, rtos] = artifacts;
    if (gateway === undefined || rtos === undefined) throw new Error("both must be there");
    expect(gateway.artifact).toHaveLength(rtos.artifact.length);
    bytes.set(rtos.artifact, gateway.at);
    bytes.set(gateway.artifact, rtos.at);
    writeFileSync(system.path("b.tar"), bytes);
    for (const command of [["install"], ["plan"], ["plan", "--state", "state-v1.yaml"]]) {
      const refused = system.run([...command, "b.tar"]);
      expect({ command, exit: refused.exit }).toEqual({ command, exit: 12 });
      expect(refused.stderr).toContain("[bundle-checksum]");
    }
    expect(system.versions()).toEqual(v1);
  });

  test(
    "a thin bundle of somebody else is refused",
    widening(() => {
      create("--thin", "--key", "theirs.pem", "-o", "thin.tar");
      const refused = system.run(["install", "thin.tar"]);
      expect(refused.exit).toBe(12);
      expect(refused.stderr).toContain("[bundle-signature]");
    }),
  );

  describe("a Manifest below a trusted directory", () => {
    /** Nobody else may write on the way there, which is not so for /tmp. */
    let home: string;
    beforeEach(() => {
      home = mkdtempSync(join(homedir(), "orchestrator-trusted-"));
      cpSync(system.path("manifest-v2.yaml"), join(home, "manifest-v2.yaml"));
      cpSync(system.path("artifacts"), join(home, "artifacts"), { recursive: true });
      chmodSync(join(home, "manifest-v2.yaml"), 0o644);
      trustKey(system, "mine", { TrustedManifestDirs: [home] });
    });
    afterEach(() => {
      rmSync(home, { recursive: true, force: true });
    });
    const install = () => system.run(["install", join(home, "manifest-v2.yaml")]);

    test("is installed, and resume does not ask again", () => {
      const begun = system.run([
        "install",
        "--stop-before",
        "ArtifactCommit",
        join(home, "manifest-v2.yaml"),
      ]);
      expect(begun.exit).toBe(0);
      expect(readFileSync(system.path("datastore/deployment/journal"), "utf8")).toContain(
        `"manifestTrust":{"kind":"directory","directory":"${home}"}`,
      );
      rmSync(home, { recursive: true });
      expect(system.run(["resume"]).exit).toBe(0);
      expect(system.versions()).toEqual(v2);
    });

    test("is refused where others may write it", () => {
      chmodSync(join(home, "manifest-v2.yaml"), 0o664);
      const refused = install();
      expect(refused.exit).toBe(12);
      expect(refused.stderr).toContain(
        `  found: others may write to "${home}/manifest-v2.yaml" (mode 0664)\n`,
      );
    });

    test("is refused where others may write a directory on the way", () => {
      chmodSync(home, 0o777);
      const refused = install();
      expect(refused.exit).toBe(12);
      expect(refused.stderr).toContain(`  found: others may write to "${home}" (mode 0777)\n`);
    });
  });

  describe("a pin", () => {
    const pinned = /sha256: ([0-9a-f]{64})/;

    test("that does not fit an Artifact is told wherever that comes from", () => {
      create("--thin", "--pin", "--key", "mine.pem", "-o", "thin.tar");
      // Signed by the same key, for the same type, and not the one that was meant.
      cpSync(system.path("artifacts/rtos-v1.mender"), system.path("artifacts/rtos-v2.mender"));
      for (const command of [["install"], ["plan"]]) {
        const refused = system.run([...command, "thin.tar"]);
        expect(refused.exit).toBe(12);
        expect(refused.stderr).toContain("[artifact-pin]");
        expect(refused.stderr).toContain("thin.tar:manifest.yaml:");
      }
      expect(system.versions()).toEqual(v1);
    });

    test("is filled in beside every path, and a wrong one is not overwritten", () => {
      create("--pin", "--key", "mine.pem", "-o", "b.tar");
      system.run(["bundle", "extract", "b.tar", "-C", "out"]);
      const manifest = readFileSync(system.path("out/manifest.yaml"), "utf8");
      expect(manifest.match(new RegExp(pinned, "g"))).toHaveLength(2);
      expect(manifest.replaceAll(/ *sha256: .*\n/g, "")).toBe(
        readFileSync(system.path("manifest-v2.yaml"), "utf8"),
      );
      rewrite("out/manifest.yaml", (text) => text.replace(pinned, `sha256: ${"0".repeat(64)}`));
      const args = ["bundle", "create", "--manifest", "out/manifest.yaml", "-o", "c.tar"];
      for (const more of [[], ["--pin"]]) {
        const refused = system.run([...args, ...more]);
        expect(refused.exit).toBe(12);
        expect(refused.stderr).toContain("[artifact-pin]");
      }
      // Nor by somebody else's program, in which nobody looks.
      execFileSync("tar", ["cf", "c.tar", "-C", "out", "manifest.yaml", "artifacts"], {
        cwd: system.directory,
      });
      rmSync(system.path("conf"), { recursive: true });
      for (const command of [["bundle", "verify"], ["validate"], ["install"]]) {
        const refused = system.run([...command, "c.tar"]);
        expect(refused.exit).toBe(12);
        expect(refused.stderr + refused.stdout).toContain("[artifact-pin]");
      }
    });

    test(
      "of an Artifact that is found by its name is held, too",
      widening(() => {
        rmSync(system.path("conf"), { recursive: true });
        create("--pin", "-o", "b.tar");
        system.run(["bundle", "extract", "b.tar", "-C", "out"]);
        rewrite("out/manifest.yaml", (text) => text.replaceAll(/ *artifact_path: .*\n/g, ""));
        const pack = () => {
          execFileSync("tar", ["cf", "c.tar", "-C", "out", "manifest.yaml", "artifacts"], {
            cwd: system.directory,
          });
        };
        const wrap = ["artifact", "create-manifest", "--system-type", "gateway-with-two-rtos"];
        const commands = [
          ["bundle", "verify", "c.tar"],
          [...wrap, "-o", "c.mender", "c.tar"],
        ];
        pack();
        for (const command of commands) {
          expect(system.run(command)).toMatchObject({ exit: 0, stderr: "" });
        }
        rmSync(system.path("c.mender"));
        rewrite("out/manifest.yaml", (text) => text.replace(pinned, `sha256: ${"0".repeat(64)}`));
        pack();
        for (const command of commands) {
          const refused = system.run(command);
          expect(refused.exit).toBe(12);
          expect(refused.stderr).toContain("[artifact-pin]");
        }
      }),
    );
  });
});
