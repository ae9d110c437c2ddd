import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What `mender-artifact write module-image` is asked for, over a sound default. */
export interface RealArtifact {
  /** Payload files, by name. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Further arguments; the files of `inputs` are named by `@name`. */
  readonly args?: readonly string[];
  /** Files that arguments name: keys, scripts, meta-data. */
  readonly inputs?: Readonly<Record<string, string | Uint8Array>>;
}

/** An Artifact for a Component of type `gateway`, named `gateway-v2`, written by the real program. */
export function realArtifact({
  files = { "image.bin": "the new gateway" },
  args = [],
  inputs = {},
}: RealArtifact): Uint8Array {
  const directory = mkdtempSync(join(tmpdir(), "orchestrator-artifact-"));
  try {
    for (const [name, content] of [...Object.entries(files), ...Object.entries(inputs)]) {
      writeFileSync(join(directory, name), content);
    }
    const output = join(directory, "out.mender");
    const payload = Object.keys(files).flatMap((name) => ["-f", join(directory, name)]);
    const named = args.map((arg) => (arg.startsWith("@") ? join(directory, arg.slice(1)) : arg));
    execFileSync(
      "mender-artifact",
      [
        "write",
        "module-image",
        "-t",
        "gateway",
        "-n",
        "gateway-v2",
        "-T",
        "gateway-image",
        "-o",
        output,
        ...payload,
        ...named,
      ],
      { stdio: "pipe" },
    );
    return readFileSync(output);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Whether `mender-artifact validate` accepts these bytes. */
export function realValidate(bytes: Uint8Array): boolean {
  const directory = mkdtempSync(join(tmpdir(), "orchestrator-artifact-"));
  try {
    const path = join(directory, "a.mender");
    writeFileSync(path, bytes);
    execFileSync("mender-artifact", ["validate", path], { stdio: "pipe" });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
