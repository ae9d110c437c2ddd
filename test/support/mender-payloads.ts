import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { runProgram } from "./program.ts";

const seed = resolve("fixtures/systems/seed");

/** A Manifest of the seed's System, in its bundle, as a Mender Artifact; written to `directory`. */
export function bundleArtifact(directory: string, manifest: string): string {
  const bundle = join(directory, `${manifest}.tar`);
  must("bundle", "create", "--manifest", join(seed, manifest), "-o", bundle);
  return wrapped(bundle);
}

/** The same bundle, for devices that tell a type of their own and not the System type. */
export function recoveryArtifact(directory: string, manifest: string, deviceType: string): string {
  const artifact = join(directory, `${manifest}.recovery.mender`);
  const bundle = join(directory, `${manifest}.tar`);
  must("bundle", "create", "--manifest", join(seed, manifest), "-o", bundle);
  const recovery = ["--recovery", "--system-type", deviceType];
  must("artifact", "create-manifest", bundle, "-o", artifact, ...recovery);
  return artifact;
}

/** The same Manifest alone: the Artifacts that it names lie in `artifacts` on the device. */
export function manifestArtifact(directory: string, manifest: string, artifacts: string): string {
  const file = join(directory, manifest);
  const text = readFileSync(join(seed, manifest), "utf8");
  writeFileSync(file, text.replaceAll("artifacts/", `${artifacts}/`));
  return wrapped(file);
}

/** An Artifact of our type with any payload, which only mender-artifact itself would write. */
export function oddArtifact(directory: string, name: string, content: string): string {
  writeFileSync(join(directory, name), content);
  const type = "mender-orchestrator-manifest";
  return realArtifact(directory, name, ["-t", "gateway-with-two-rtos", "-n", "odd", "-T", type]);
}

/** Written by mender-artifact from one payload file in `directory`. */
export function realArtifact(directory: string, name: string, args: readonly string[]): string {
  const file = join(directory, `${name}.mender`);
  const written = ["write", "module-image", "-f", join(directory, name), "-o", file, ...args];
  const { status, stderr } = spawnSync("mender-artifact", written, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return file;
}

function wrapped(file: string): string {
  must("artifact", "create-manifest", file, "-o", `${file}.mender`);
  return `${file}.mender`;
}

function must(...args: readonly string[]): void {
  const { exit, stderr } = runProgram(args);
  if (exit !== 0) throw new Error(`${args.join(" ")} ended in ${String(exit)}: ${stderr}`);
}
