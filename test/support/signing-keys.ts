import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import type { SeedSystem } from "./seed-system.ts";

/** Pairs of P-256 keys in the directory: `NAME.pem`, `NAME.pub`, and `NAME.ec.pem` as mender-artifact takes it. */
export function makeKeys(directory: string, ...names: readonly string[]): void {
  const openssl = (...args: readonly string[]) =>
    execFileSync("openssl", args, { cwd: directory, stdio: "ignore" });
  const curve = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
  for (const name of names) {
    openssl("genpkey", ...curve, "-out", `${name}.pem`);
    openssl("pkey", "-in", `${name}.pem`, "-pubout", "-out", `${name}.pub`);
    openssl("ec", "-in", `${name}.pem`, "-out", `${name}.ec.pem`);
  }
}

/** The configuration of the seed's System names the public key, and whatever else is given. */
export function trustKey(
  { path }: Pick<SeedSystem, "path">,
  name: string,
  settings: Readonly<Record<string, unknown>> = {},
): void {
  mkdirSync(path("conf"), { recursive: true, mode: 0o755 });
  const configuration = { ArtifactVerifyKey: path(`${name}.pub`), ...settings };
  writeFileSync(path("conf/mender-orchestrator.conf"), JSON.stringify(configuration), {
    mode: 0o644,
  });
}

/** The Artifacts of the seed's System, signed in their places. */
export function signArtifacts(
  directory: string,
  key: string,
  names: readonly string[] = ["gateway-v1", "gateway-v2", "rtos-v1", "rtos-v2"],
): void {
  for (const name of names) {
    const args = ["sign", "-k", `${key}.ec.pem`, `artifacts/${name}.mender`];
    execFileSync("mender-artifact", args, { cwd: directory, stdio: "ignore" });
  }
}
