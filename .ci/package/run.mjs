import { spawnSync } from "node:child_process";

/** What a program prints. Throws where it is missing or fails, with what it said. */
export function run(program, args, options = {}) {
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    ...options,
  });
  if (error?.code === "ENOENT") throw new Error(`the program "${program}" is missing`);
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${args[0]} ended in ${status}: ${stderr.trim()}`);
  return stdout;
}
