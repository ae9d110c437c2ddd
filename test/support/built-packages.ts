import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ended } from "./overlay-root.ts";
import { programVersion } from "../../src/core/program-version.ts";

/** The packages of this checkout, by the place in which they lie. */
export interface BuiltPackages {
  readonly directory: string;
  readonly names: readonly string[];
  readonly debian: string;
  readonly device: string;
  readonly npm: string;
}

/** The time that all of their files are said to be of. */
export const packagedAt = 1_767_225_600;

/** Makes them as `npm run package` does; `umask` and `env` are those of whoever makes them. */
export async function buildPackages(
  directory: string,
  { umask = "022", env = {} }: { umask?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<BuiltPackages> {
  const script = 'umask "$1" && exec "$2" .ci/package/build.mjs --out "$3"';
  const args = ["-euc", script, "sh", umask, process.execPath, directory];
  const child = spawn("sh", args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, SOURCE_DATE_EPOCH: String(packagedAt), ...env },
  });
  const { exit, stderr } = await ended(child);
  if (exit !== 0) throw new Error(`the packages could not be made: ${stderr}`);
  return {
    directory,
    names: readdirSync(directory).toSorted(),
    debian: join(directory, `orchestrator_${programVersion}-1_all.deb`),
    device: join(directory, `orchestrator-${programVersion}-device.tar.gz`),
    npm: join(directory, `orchestrator-${programVersion}.tgz`),
  };
}
