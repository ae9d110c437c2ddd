import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { scratchDirectory } from "./scratch.ts";
import { type Called, shellIn } from "./shells.ts";

/** A gate that comes with the program, in one of the shells, beside programs that tell what a test wants. */
export interface ShippedGate {
  readonly path: (...parts: readonly string[]) => string;
  /** Its file in the configuration directory. */
  readonly configure: (text: string) => void;
  readonly ask: () => Called;
}

export function shippedGate(
  name: string,
  shell: readonly string[],
  programs: Readonly<Record<string, string>>,
  atEnd?: Parameters<typeof scratchDirectory>[0],
): ShippedGate {
  const directory = scratchDirectory(atEnd);
  const path = (...parts: readonly string[]) => join(directory, ...parts);
  for (const made of ["conf/gates", "work", "programs"]) mkdirSync(path(made), { recursive: true });
  for (const [program, body] of Object.entries(programs)) {
    writeFileSync(path("programs", program), `#!/bin/sh\n${body}\n`);
    chmodSync(path("programs", program), 0o755);
  }
  const run = shellIn(shell, path("busybox"), {
    path: `${path("programs")}:${process.env["PATH"] ?? ""}`,
    instead: Object.keys(programs),
  });
  return {
    path,
    configure: (text) => writeFileSync(path("conf/gates", `${name}.conf`), text),
    ask: () =>
      run(resolve("bin/gates/v1", name), ["start", path("work")], {
        cwd: path("work"),
        env: { MENDER_ORCHESTRATOR_CONF_DIR: path("conf") },
      }),
  };
}
