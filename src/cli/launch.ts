import { programVersion } from "../core/program-version.ts";
import type { main } from "./main.ts";

/**
 * Where a process begins. `--version` costs hardly more than starting Node; all else is in one file beside this one.
 */
const args = process.argv.slice(2);
const isVersionOnly = args.length === 1 && /^(?:--version|-V|version)$/.test(args[0] ?? "");

if (isVersionOnly) process.stdout.write(`${programVersion}\n`);
else void start();

async function start(): Promise<void> {
  const { loadProgram } = await import("../platform/kept-code.ts");
  const use = /^(?:explain|plan|validate)$/.test(args[0] ?? "") ? "plan" : "install";
  const program = loadProgram(`${import.meta.dirname}/main.cjs`, use).exports;
  if (!isProgram(program)) throw new Error("main.cjs has no main");
  await program.main(args);
}

function isProgram(value: unknown): value is { readonly main: typeof main } {
  return typeof value === "object" && value !== null && "main" in value;
}
