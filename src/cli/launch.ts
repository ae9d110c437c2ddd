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
  const path = `${import.meta.dirname}/main.cjs`;
  const program = wholeOrTold(path, () => {
    const { exports } = loadProgram(path, use);
    if (!isProgram(exports)) throw new Error("it has no main");
    return exports;
  });
  if (program !== null) await program.main(args);
}

/** Null: a file of the program is missing, cannot be read, or is damaged. */
function wholeOrTold(path: string, load: () => Program): Program | null {
  try {
    return load();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `orchestrator is not installed whole: ${path} cannot be loaded (${why}); install it again\n`,
    );
    process.exitCode = 1;
    return null;
  }
}

interface Program {
  readonly main: typeof main;
}

function isProgram(value: unknown): value is Program {
  return typeof value === "object" && value !== null && "main" in value;
}
