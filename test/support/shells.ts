import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { inTier } from "./tier.ts";

/** The shells that devices have, in which Interfaces in shell are tried. */
const shells = [
  { name: "dash", command: ["dash"] },
  // With its own programs alone, as on a device that has nothing else.
  { name: "busybox", command: ["busybox", "sh"] },
] as const;

/** The one that has least, and in the thorough tier all of them. */
export const usualShells = inTier([shells[1]], [...shells]);

export interface Called {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Calls a script in one of the shells. */
export type ShellCall = (
  script: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
) => Called;

/** Programs that no busybox has: where they are looked for, and which of its own busybox has to leave to them. */
export interface OtherPrograms {
  readonly path: string;
  readonly instead: readonly string[];
}

/** A shell of those above; `scratch` is made, and holds busybox's programs. */
export function shellIn(
  shell: readonly string[],
  scratch: string,
  others?: OtherPrograms,
): ShellCall {
  mkdirSync(scratch, { recursive: true });
  const isBusybox = shell[0] === "busybox";
  if (isBusybox) spawnSync("busybox", ["--install", "-s", scratch]);
  for (const name of others?.instead ?? []) rmSync(join(scratch, name), { force: true });
  const [program = "", ...before] = shell;
  const further = others?.path ?? (isBusybox ? "" : process.env["PATH"]);
  const path = isBusybox ? `${scratch}:${further}` : further;
  return (script, args, { cwd, env = {} }) => {
    const { status, stdout, stderr } = spawnSync(
      isBusybox ? "/bin/busybox" : program,
      [...before, script, ...args],
      { cwd, encoding: "utf8", env: { PATH: path, ...env } },
    );
    return { status, stdout, stderr };
  };
}
